"""The pipeline that reduces captured predictions and their outcomes to sums, for one look at an experiment.

The experiment function starts it, with a folder of the look's own in which `request.json` lies; `sums.json` comes into
the same. Nothing is cached: captures change under the same address.
"""

from config.use_case import UseCase
from pipelines_src.definition.job_arguments import JobArguments
from pipelines_src.definition.parameters import StringParameter
from pipelines_src.definition.pipeline import Pipeline
from pipelines_src.definition.policies import BUSY, NO_MACHINE
from pipelines_src.definition.preparation import spark_cluster
from pipelines_src.definition.processing_step import ProcessingStep
from pipelines_src.definition.settings import PipelineSettings

LOOK, CAPTURES, GROUND_TRUTH, EXPOSURES = "LookUri", "CapturesUri", "GroundTruthUri", "ExposuresUri"
STEP = "Outcomes"
_INPUTS = {CAPTURES: "captures", GROUND_TRUTH: "ground_truth", EXPOSURES: "exposures"}


def build_outcomes_pipeline(
    use_case: UseCase,
    settings: PipelineSettings,
    *,
    captures_uri: str,
    ground_truth_uri: str,
    exposures_uri: str | None = None,
) -> Pipeline:
    """Return the pipeline; `to_definition()` checks it.

    Args:
        use_case: whose endpoint.
        settings: of its environment; jobs have its role.
        captures_uri: S3 URI below which the endpoint's variants are captured.
        ground_truth_uri: S3 URI below which outcomes lie by the hour.
        exposures_uri: S3 URI below which exposures lie by the hour; None where users keep no variant: a job fails at
            an input that has no file.
    """
    given = {CAPTURES: captures_uri, GROUND_TRUTH: ground_truth_uri}
    if exposures_uri:
        given[EXPOSURES] = exposures_uri
    look = StringParameter(name=LOOK)
    places = {name: StringParameter(name=name, default=uri) for name, uri in given.items()}
    inputs = {_INPUTS[name]: parameter.ref for name, parameter in places.items()}
    step = ProcessingStep(
        name=STEP,
        description="Join captured predictions with their outcomes; add up what each variant's count for.",
        arguments=JobArguments(settings, settings.processing_instance).processing(
            arguments=("outcomes", "--use-case", use_case.name),
            inputs={"request": look.ref, **inputs},
            outputs={"sums": look.ref},
            output_key=settings.data_key,
            cluster=spark_cluster(use_case, settings),
            max_runtime=use_case.prepare.max_runtime_seconds,
        ),
        retries=(BUSY, NO_MACHINE),
    )
    return Pipeline(parameters=(look, *places.values()), steps=(step,))
