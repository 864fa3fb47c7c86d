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

LOOK, CAPTURES, GROUND_TRUTH = "LookUri", "CapturesUri", "GroundTruthUri"
STEP = "Outcomes"


def build_outcomes_pipeline(
    use_case: UseCase, settings: PipelineSettings, *, captures_uri: str, ground_truth_uri: str
) -> Pipeline:
    """Return the pipeline; `to_definition()` checks it.

    Args:
        use_case: whose endpoint.
        settings: of its environment; jobs have its role.
        captures_uri: S3 URI below which the endpoint's variants are captured.
        ground_truth_uri: S3 URI below which outcomes lie by the hour.
    """
    parameters = (
        StringParameter(name=LOOK),
        StringParameter(name=CAPTURES, default=captures_uri),
        StringParameter(name=GROUND_TRUTH, default=ground_truth_uri),
    )
    look, captures, ground_truth = (parameter.ref for parameter in parameters)
    step = ProcessingStep(
        name=STEP,
        description="Join captured predictions with their outcomes; add up what each variant's count for.",
        arguments=JobArguments(settings, settings.processing_instance).processing(
            arguments=("outcomes", "--use-case", use_case.name),
            inputs={"request": look, "captures": captures, "ground_truth": ground_truth},
            outputs={"sums": look},
            output_key=settings.data_key,
            cluster=spark_cluster(use_case, settings),
            max_runtime=use_case.prepare.max_runtime_seconds,
        ),
        retries=(BUSY, NO_MACHINE),
    )
    return Pipeline(parameters=parameters, steps=(step,))
