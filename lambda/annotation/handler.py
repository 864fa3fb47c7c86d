"""What Ground Truth asks before a task and after its answers, for pages of one's own and our own consolidation.

It sees a few objects at a time; the label function consolidates all answers again when the job is over.
"""

import json
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Tracer
from pydantic import BaseModel, Field

from annotation.logic import consolidated, task
from annotation.settings import Settings
from shared.clients import client

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="annotation")
tracer = Tracer(service="annotation", patch_modules=["botocore"])


class _Before(BaseModel):
    line: dict[str, Any] = Field(alias="dataObject")


class _Payload(BaseModel):
    uri: str = Field(alias="s3Uri", pattern=r"^s3://[^/]+/.+$")


class _After(BaseModel):
    attribute: str = Field(alias="labelAttributeName", min_length=1)
    payload: _Payload


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> Any:
    """Return the task of an object, or labels of the answers that lie where the event says.

    Raises:
        pydantic.ValidationError: the event is neither.
        ValueError: the answers lie in another bucket.
    """
    settings = Settings.load()
    if "dataObject" in event:
        return task(_Before.model_validate(event).line, settings.categories)
    asked = _After.model_validate(event)
    bucket, _, key = asked.payload.uri.removeprefix("s3://").partition("/")
    if bucket != settings.labelled_bucket:
        raise ValueError(f"{asked.payload.uri} is not in the bucket of labels, {settings.labelled_bucket}")
    requests = json.loads(client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    return consolidated(requests, asked.attribute, settings.categories, settings.how)
