"""The state machine that prepares data with Glue or Batch and then starts the pipeline, in Amazon States Language.

Defaults -> Given -> Prepare -> FindManifest -> StartPipeline. The input may have the pipeline's parameter
`ChampionModelUri` and, where the split is by time, `SplitUntil`; what it leaves out has its default. Each run has a
folder of its own, named after the execution. The manifest is the last object of a preparation: without it the data
counts for nothing, and no pipeline starts on it. Requests are those of the services' APIs in PascalCase; names of
arguments are data and stay as they are.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines_src.definition.preparation import PREPARED_DATA

MANIFEST = "_SUCCESS"  # as steps/s3_files.py writes it
_BUSY = {"IntervalSeconds": 30, "MaxAttempts": 4, "BackoffRate": 2.0}
State = dict[str, Any]


def glue_task(job: str, prepared_uri: str, own: Iterable[str]) -> State:
    """Return the state that runs a Glue job to its end; the job's name and the URI may be CDK tokens.

    Args:
        job: name of the job.
        prepared_uri: below which each run has a folder.
        own: parameters of the input that the job takes.
    """
    arguments = {"--prepared.$": _folder(prepared_uri), "--scratch.$": _folder(prepared_uri, "/scratch")}
    arguments |= {f"--{argument(name)}.$": f"$.given.{name}" for name in own}
    return {
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": {"JobName": job, "Arguments": arguments},
        "Retry": [{"ErrorEquals": ["Glue.ConcurrentRunsExceededException"], **_BUSY}],
    }


def batch_task(definition: str, queue: str, prepared_uri: str, own: Iterable[str]) -> State:
    """Return the state that runs a Batch job to its end.

    Args:
        definition: ARN of the job definition.
        queue: ARN of the queue.
        prepared_uri: below which each run has a folder.
        own: parameters of the input that the job takes.
    """
    parameters = {"prepared.$": _folder(prepared_uri)}
    parameters |= {f"{argument(name)}.$": f"$.given.{name}" for name in own}
    return {
        "Resource": "arn:aws:states:::batch:submitJob.sync",
        "Parameters": {
            "JobName.$": "States.Format('prepare-{}', $$.Execution.Name)",
            "JobDefinition": definition,
            "JobQueue": queue,
            "Parameters": parameters,
            "PropagateTags": True,
        },
        "Retry": [{"ErrorEquals": ["Batch.ServerException", "Batch.AWSBatchException"], **_BUSY}],
    }


def argument(name: str) -> str:
    """Return how a parameter's name is spelled as an argument.

    >>> argument("SplitUntil")
    'split_until'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def machine(
    task: State,
    *,
    bucket: str,
    prepared_uri: str,
    pipeline: str,
    defaults: Mapping[str, str],
    own: Mapping[str, str],
    max_seconds: int,
) -> State:
    """Return the definition of the state machine; its output has the ARN of the pipeline's execution.

    Args:
        task: the state that prepares.
        bucket: name of the bucket that `prepared_uri` is in.
        prepared_uri: below which each run has a folder.
        pipeline: name of the pipeline.
        defaults: other parameters of the pipeline that the input may have, with their values where it has not.
        own: the preparation's own, likewise.
        max_seconds: how long preparing may take, waiting for machines included.
    """
    return {
        "Comment": "Prepare the data, make sure that all of it is there, start the pipeline on it",
        "StartAt": "Defaults",
        "States": {
            "Defaults": {
                "Type": "Pass",
                "Result": {**defaults, **own},
                "ResultPath": "$.defaults",
                "Next": "Given",
            },
            "Given": {
                "Type": "Pass",
                "Parameters": {"given.$": "States.JsonMerge($.defaults, $$.Execution.Input, false)"},
                "Next": "Prepare",
            },
            "Prepare": {
                "Type": "Task",
                **task,
                "TimeoutSeconds": max_seconds,
                "ResultPath": "$.prepared",
                "Next": "FindManifest",
            },
            "FindManifest": {**_find_manifest(bucket, prepared_uri), "Next": "StartPipeline"},
            "StartPipeline": {**_start_pipeline(pipeline, prepared_uri, defaults), "End": True},
        },
    }


def _find_manifest(bucket: str, prepared_uri: str) -> State:
    key = prepared_uri.removeprefix(f"s3://{bucket}/")
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:headObject",
        "Parameters": {"Bucket": bucket, "Key.$": _folder(key, f"/{MANIFEST}")},
        "ResultSelector": {"ETag.$": "$.ETag"},
        "ResultPath": "$.manifest",
        "Retry": [{"ErrorEquals": ["S3.SdkClientException"], **_BUSY}],
    }


def _start_pipeline(pipeline: str, prepared_uri: str, defaults: Mapping[str, str]) -> State:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sagemaker:startPipelineExecution",
        "Parameters": {
            "PipelineName": pipeline,
            "PipelineParameters": [
                {"Name": PREPARED_DATA, "Value.$": _folder(prepared_uri)},
                *({"Name": name, "Value.$": f"$.given.{name}"} for name in defaults),
            ],
            # The same execution starts one pipeline, however often it asks.
            "ClientRequestToken.$": "States.Hash($$.Execution.Id, 'SHA-256')",
        },
        "Retry": [{"ErrorEquals": ["SageMaker.SdkClientException", "SageMaker.SageMakerException"], **_BUSY}],
    }


def _folder(base: str, below: str = "") -> str:
    # States Language puts text together in functions; {} is the name of the execution.
    return f"States.Format('{base}/{{}}{below}', $$.Execution.Name)"
