"""Writes exposures and outcomes of the queue to the bucket of captures: of each batch and folder one object.

An object is named after its messages, so that the same batch again overwrites it. Messages that come again in another
batch are there twice; readers tell by the request's id.
"""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Tracer

from collector.events import Batch, parse
from collector.settings import Settings
from shared.clients import client

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_s3 import S3Client

logger = Logger(service="collector")
tracer = Tracer(service="collector", patch_modules=["botocore"])


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Write what messages say; return which of them failed (`batchItemFailures`).

    Raises:
        pydantic.ValidationError: the event is no batch of messages.
    """
    return collect(parse(event), client("s3"), Settings.load().capture_bucket)


def collect(batch: Batch, s3: "S3Client", bucket: str) -> dict[str, Any]:
    """Write each folder's lines; trouble with one does not keep the others' messages."""
    failed = list(batch.refused)
    for message, reason in batch.refused.items():
        logger.error("A message is none of ours", message_id=message, reason=reason)
    for folder, lines in batch.lines.items():
        name = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:32]
        try:
            s3.put_object(Bucket=bucket, Key=f"{folder}/{name}.jsonl", Body=content(lines))
        except Exception:
            logger.exception("Messages could not be written", folder=folder, count=len(lines))
            failed += lines
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def content(lines: Mapping[str, str]) -> bytes:
    """Return an object's bytes, which do not depend on the order in which messages came."""
    return "".join(f"{lines[message]}\n" for message in sorted(lines)).encode()
