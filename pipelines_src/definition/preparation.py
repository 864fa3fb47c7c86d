"""How a pipeline comes by prepared data: a step of its own, on DuckDB or Spark, or data that was prepared before."""

from dataclasses import dataclass

from config.use_case import UseCase
from config.use_case.split import TimeSplit
from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.job_arguments import JobArguments, of_this_execution
from pipelines_src.definition.parameters import StringParameter
from pipelines_src.definition.policies import CachePolicy, RetryPolicy
from pipelines_src.definition.processing_step import ProcessingStep
from pipelines_src.definition.references import Join, Reference
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.spark_cluster import SparkCluster

OUTPUTS = ("train", "validation", "test", "serving", "features", "baseline", "report")
# Raw files and labels may change under the same address, which SageMaker's cache does not see: their version is a
# parameter, and who gives none gets a result at most an hour old. Later steps read folders that only one execution
# writes.
CACHE_OF_RAW = CachePolicy("PT1H")
RAW_DATA, RAW_VERSION, PREPARED_DATA = "RawDataUri", "RawDataVersion", "PreparedDataUri"
# Of a split by time, so that a later model learns of later records without another deployment.
SPLIT_UNTIL = "SplitUntil"


@dataclass(frozen=True)
class PreparedBefore:
    """Data that Glue or Batch prepared; the state machine that starts the pipeline says where.

    The address counts for the cache of the later steps: who starts again on the same data gets their results again.
    """

    uri: Reference

    def output(self, name: str) -> Join:
        """Return the reference to the S3 URI of an output."""
        return Join("/", (self.uri, name))


Preparation = ProcessingStep | PreparedBefore


def data_parameters(use_case: UseCase, settings: PipelineSettings) -> tuple[StringParameter, ...]:
    """Return the parameters that say where the data is; prepared data has no default, since every time it is new."""
    if use_case.prepare.before_the_pipeline:
        return (StringParameter(name=PREPARED_DATA),)
    return (
        StringParameter(name=RAW_DATA, default=settings.raw_uri),
        StringParameter(name=RAW_VERSION, default="unknown"),
        *(StringParameter(name=name, default=value) for name, value in split_parameters(use_case).items()),
    )


def split_parameters(use_case: UseCase) -> dict[str, str]:
    """Return the parameter that says where a split by time ends, with the file's own; other splits have none."""
    return {SPLIT_UNTIL: use_case.split.until} if isinstance(use_case.split, TimeSplit) else {}


def preparation(
    use_case: UseCase,
    settings: PipelineSettings,
    jobs: JobArguments,
    parameters: tuple[StringParameter, ...],
    *,
    earlier: ProcessingStep | None,
    retries: tuple[RetryPolicy, ...],
) -> Preparation:
    """Return the step that prepares, or what was prepared before.

    Args:
        use_case: whose data.
        settings: of its environment.
        jobs: makes requests.
        parameters: those of `data_parameters`.
        earlier: the step that brings the model to go on from, if there is one.
        retries: of the step.

    Raises:
        DefinitionError: the model to go on from cannot reach the preparation.
    """
    if use_case.prepare.before_the_pipeline and earlier is not None:
        raise DefinitionError(
            f"use case {use_case.name!r}: found train.warm_start with prepare.engine {use_case.prepare.engine!r}; what "
            "the earlier model learnt of its data reaches a step of the pipeline only. Choose the engine processing or "
            "spark, or warm_start: none."
        )
    if use_case.prepare.before_the_pipeline:
        return PreparedBefore(parameters[0].ref)
    raw_data, raw_version, *split = (parameter.ref for parameter in parameters)
    return ProcessingStep(
        name="Prepare",
        description="Clean, transform and split the raw data; describe the training split for monitoring.",
        arguments=jobs.processing(
            arguments=("prepare", "--use-case", use_case.name),
            inputs={
                "raw": raw_data,
                **({"labels": settings.labels_uri} if settings.labels_uri else {}),
                **({"warm_start": earlier.output("warm_start")} if earlier else {}),
            },
            outputs={name: of_this_execution(settings.processed_uri, name) for name in OUTPUTS},
            output_key=settings.data_key,
            variables={
                "ML_LOOP_RAW_DATA_VERSION": raw_version,  # counts for the cache
                **({"ML_LOOP_SPLIT_UNTIL": split[0]} if split else {}),
            },
            cluster=spark_cluster(use_case, settings),
            max_runtime=use_case.prepare.max_runtime_seconds,
        ),
        retries=retries,
        cache=CACHE_OF_RAW,
    )


def spark_cluster(use_case: UseCase, settings: PipelineSettings) -> SparkCluster | None:
    """Return the machines of a use case that prepares on Spark; None of any other."""
    if use_case.prepare.engine != "spark":
        return None
    if settings.spark is None:
        raise DefinitionError(
            f"use case {use_case.name!r}: prepare.engine is spark, but the settings name no image for "
            "it. Give PipelineSettings.spark."
        )
    return SparkCluster(settings.spark, use_case.prepare.instances)
