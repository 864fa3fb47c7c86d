"""Files that lie by the hour, as captures and outcomes do: `<prefix>yyyy/mm/dd/hh/*.jsonl`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A file may hold captures of the hour before, or after: SageMaker delivers them minutes late.
_MARGIN = timedelta(hours=1)


def of_hours(client: "S3Client", bucket: str, prefix: str, start: datetime, end: datetime) -> Iterator[str]:
    """Yield the keys of the files of a window; they are listed in their order."""
    first, last = (f"{prefix}{at.astimezone(UTC):%Y/%m/%d/%H}" for at in (start - _MARGIN, end + _MARGIN))
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, StartAfter=first)
    for page in pages:
        for item in page.get("Contents", []):
            if item["Key"] > f"{last}/\U0010ffff":
                return
            if item["Key"].endswith(".jsonl") and item["Size"]:
                yield item["Key"]
