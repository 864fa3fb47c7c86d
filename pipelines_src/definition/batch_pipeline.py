"""The pipeline that scores files with a use case's champion: split the records, transform the good ones, collect.

The lambda function batch_transform starts it, with a folder of the run's own and the model that serves; nothing has a
default, since no other run may write there. Steps are not cached: a run is asked for once.
"""

from dataclasses import replace
from typing import Any

from config.use_case import UseCase
from config.use_case.batch import BatchTransform
from pipelines_src.definition.conditions import GreaterThan
from pipelines_src.definition.flow_steps import ConditionStep
from pipelines_src.definition.job_arguments import JobArguments, Text
from pipelines_src.definition.model_package import ANSWER_SECONDS
from pipelines_src.definition.parameters import StringParameter
from pipelines_src.definition.pipeline import Pipeline
from pipelines_src.definition.policies import BUSY, NO_MACHINE
from pipelines_src.definition.processing_step import ProcessingStep, PropertyFile
from pipelines_src.definition.references import Join, Reference
from pipelines_src.definition.request_steps import TransformStep
from pipelines_src.definition.settings import PipelineSettings

RUN, MODEL, MODEL_DATA = "RunUri", "ModelName", "ModelDataUri"  # what a run is started with
SPLIT = "Split"
JSON_LINES = "application/jsonlines"
# At most 100 MB may be under way at once: MaxConcurrentTransforms times MaxPayloadInMB.
PAYLOAD_MB, CONCURRENT = 6, 4


def build_batch_pipeline(use_case: UseCase, batch: BatchTransform, settings: PipelineSettings) -> Pipeline:
    """Return the pipeline; `to_definition()` checks it. Jobs have the settings' role, the transform its model's."""
    parameters = tuple(StringParameter(name=name) for name in (RUN, MODEL, MODEL_DATA))
    run, model, model_data = (parameter.ref for parameter in parameters)
    limited = replace(settings, processing_runtime_seconds=batch.max_runtime_seconds)
    jobs = JobArguments(limited, settings.processing_instance)
    split = _split(use_case, settings, jobs, run, model_data)
    transform = _transform(batch, settings, run, model, split)
    has_records = ConditionStep(
        name="HasRecords",
        description="Is there a good record? A transform of none would fail.",
        conditions=(GreaterThan(split.json(SPLIT, "scored"), 0),),
        if_steps=(transform, _collect("Collect", use_case, settings, jobs, run, split, transform)),
        else_steps=(_collect("CollectErrors", use_case, settings, jobs, run, split),),
    )
    return Pipeline(parameters=parameters, steps=(split, has_records))


def _split(
    use_case: UseCase, settings: PipelineSettings, jobs: JobArguments, run: Reference, model_data: Reference
) -> ProcessingStep:
    return ProcessingStep(
        name="Split",
        description="Read the files; good records to the model, bad ones to the error file.",
        arguments=jobs.processing(
            arguments=("split_batch", "--use-case", use_case.name),
            inputs={"request": _below(run, "request"), "model": model_data},
            manifests={"incoming": _below(run, "request/files.manifest")},
            outputs={name: _below(run, name) for name in ("records", "unreadable", "split")},
            output_key=settings.data_key,
        ),
        property_files=(PropertyFile(SPLIT, output="split", path="counts.json"),),
        retries=(BUSY, NO_MACHINE),
    )


def _transform(
    batch: BatchTransform, settings: PipelineSettings, run: Reference, model: Reference, split: ProcessingStep
) -> TransformStep:
    return TransformStep(
        name="Transform",
        description="Score the records with the model that serves.",
        arguments={
            "ModelName": model,
            "TransformInput": {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": split.output("records")}},
                "ContentType": JSON_LINES,
                "SplitType": "Line",
                "CompressionType": "None",
            },
            "TransformOutput": {
                "S3OutputPath": _below(run, "transformed"),
                "Accept": JSON_LINES,
                "AssembleWith": "Line",
                "KmsKeyId": settings.data_key,
            },
            # The model sees the record alone; where it comes from is joined to the answer again.
            "DataProcessing": {"InputFilter": "$.record", "JoinSource": "Input", "OutputFilter": "$"},
            "TransformResources": {
                "InstanceType": batch.instance,
                "InstanceCount": batch.instances,
                "VolumeKmsKeyId": settings.data_key,
            },
            "BatchStrategy": "MultiRecord",
            "MaxPayloadInMB": PAYLOAD_MB,
            "MaxConcurrentTransforms": CONCURRENT,
            "ModelClientConfig": {"InvocationsTimeoutInSeconds": ANSWER_SECONDS, "InvocationsMaxRetries": 1},
            "Tags": settings.tag_list(),
        },
        retries=(BUSY, NO_MACHINE),
    )


def _collect(
    name: str,
    use_case: UseCase,
    settings: PipelineSettings,
    jobs: JobArguments,
    run: Reference,
    split: ProcessingStep,
    transform: TransformStep | None = None,
) -> ProcessingStep:
    inputs: dict[str, Text] = {"request": _below(run, "request"), "split": split.output("split")}
    inputs["unreadable"] = split.output("unreadable")
    if transform:
        inputs["transformed"] = transform.property("TransformOutput.S3OutputPath")
    arguments: dict[str, Any] = jobs.processing(
        arguments=("collect_batch", "--use-case", use_case.name),
        inputs=inputs,
        outputs={output: _below(run, output) for output in ("results", "errors", "report")},
        output_key=settings.data_key,
    )
    return ProcessingStep(
        name=name,
        description="Join inputs to outputs, file by file, and check that every record came back once.",
        arguments=arguments,
        retries=(BUSY, NO_MACHINE),
    )


def _below(run: Reference, path: str) -> Join:
    return Join("/", (run, path))
