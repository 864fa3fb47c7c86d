"""The step that brings an earlier model to where training goes on from it."""

from config.use_case import UseCase
from pipelines_src.definition.job_arguments import JobArguments, Text, of_this_execution
from pipelines_src.definition.policies import RetryPolicy
from pipelines_src.definition.processing_step import ProcessingStep, PropertyFile
from pipelines_src.definition.references import Join, Reference
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.use_case_training import Beginning

PARAMETER = "WarmStartModelUri"
_FILE = "WarmStart"


def warm_starts(use_case: UseCase) -> bool:
    """Whether the use case asks for a warm start."""
    return getattr(use_case.train, "warm_start", "none") != "none"


def warm_start(
    use_case: UseCase,
    settings: PipelineSettings,
    jobs: JobArguments,
    *,
    model: Reference,
    checkpoints: Text,
    retries: tuple[RetryPolicy, ...],
) -> ProcessingStep:
    """Return the step.

    Not cached: training writes into the folder of checkpoints, and whoever took it from an earlier execution would
    begin with what that one left.

    Args:
        use_case: what is trained.
        settings: of the environment.
        jobs: makes requests.
        model: S3 URI of the `model.tar.gz` of a registered package; of anything else where there is none yet.
        checkpoints: S3 URI of a folder of this execution's own.
        retries: of the step.
    """
    return ProcessingStep(
        name="WarmStart",
        description="Bring the earlier model, and what was learnt to encode its features, to where they are used.",
        arguments=jobs.processing(
            arguments=("warm_start", "--use-case", use_case.name),
            inputs={"model": model},
            outputs={
                "warm_start": of_this_execution(settings.models_uri, "warm_start"),
                "checkpoints": checkpoints,
            },
            output_key=settings.models_key,
        ),
        property_files=(PropertyFile(_FILE, output="warm_start", path="warm_start.json"),),
        retries=retries,
    )


def beginning(step: ProcessingStep) -> Beginning:
    """Return what training needs of the step."""
    return Beginning(
        checkpoints=step.output("checkpoints"),
        rounds=Join("", (step.json(_FILE, "num_round"),)),  # a text, as hyperparameters are
        folder=step.output("warm_start"),
    )
