"""Step caching: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html."""

import hashlib
import json
from typing import Any

from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.pipelines import durations
from local_cloud.sagemaker.pipelines.definition import Step
from local_cloud.sagemaker.pipelines.step_types import cache_attributes
from local_cloud.sagemaker.store import Document

KIND = "PipelineStepCache"


def key(step: Step, pipeline: str, arguments: dict[str, Any]) -> str | None:
    """Return the key of a step run with these resolved arguments; None if the step is not cached."""
    attributes = cache_attributes(step.type, arguments)
    if attributes is None or not step.body.get("CacheConfig", {}).get("Enabled"):
        return None
    text = json.dumps([step.type, attributes], sort_keys=True)
    return f"{pipeline}/{step.name}/{hashlib.sha256(text.encode()).hexdigest()}"


def find(call: Call, step: Step, cache_key: str) -> Document | None:
    """Return the most recent successful run, unless it is older than ExpireAfter."""
    hit = call.store.get(KIND, cache_key)
    if hit is None or now() - hit["EndTime"] > durations.seconds(step.body["CacheConfig"]["ExpireAfter"]):
        return None
    return hit


def remember(call: Call, cache_key: str, execution_arn: str, metadata: Document, properties: Document) -> None:
    """Keep a successful run for later executions of the same pipeline."""
    entry = {
        "Key": cache_key,
        "PipelineExecutionArn": execution_arn,
        "EndTime": now(),
        "Metadata": metadata,
        "Properties": properties,
    }
    call.store.put(KIND, cache_key, entry)


def forget(call: Call, pipeline: str) -> None:
    """Drop the runs of a pipeline that is deleted."""
    for entry in call.store.list(KIND):
        if entry["Key"].startswith(f"{pipeline}/"):
            call.store.delete(KIND, entry["Key"])
