"""Which folders of captures and of ground truth an execution reads: `yyyy/mm/dd/hh`, of captures below each variant.

"We sometimes download more than what is specified by the start and end times": whole hours, or, where these would be
more than two, whole days, months or years.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local_cloud.sagemaker.jobs.s3 import split

_LEVELS = ("%Y/%m/%d/%H", "%Y/%m/%d", "%Y/%m", "%Y")
_MOST = 2


@dataclass(frozen=True)
class Folder:
    """A folder that is not empty: its URI, and where it lies below the input's own path."""

    uri: str
    below: str


def hours(start: datetime, end: datetime) -> list[str]:
    """Return the folders that hold everything from one time on and before another.

    >>> hours(datetime(2026, 1, 31, 22), datetime(2026, 2, 1, 2))
    ['2026/01/31', '2026/02/01']
    """
    count = int((end - start) / timedelta(hours=1)) + 1
    times = [min(start + timedelta(hours=step), end - timedelta(microseconds=1)) for step in range(count + 1)]
    for level in _LEVELS:
        names = list(dict.fromkeys(time.strftime(level) for time in times))
        if len(names) <= _MOST:
            return names
    return [""]


def captures(s3: Any, prefix: str, endpoint: str, start: datetime, end: datetime) -> list[Folder]:
    """Return the folders of an endpoint's captures in a window, of every variant that has any."""
    root = f"{prefix.rstrip('/')}/{endpoint}"
    found = []
    for variant in _variants(s3, root):
        for hour in hours(start, end):
            if _any(s3, f"{root}/{variant}/{hour}"):
                found.append(Folder(f"{root}/{variant}/{hour}", f"{endpoint}/{variant}/{hour}"))
    return found


def ground_truth(s3: Any, uri: str, start: datetime, until: datetime) -> list[Folder]:
    """Return the folders of outcomes that came from the window's start on, before the execution is due."""
    root = uri.rstrip("/")
    return [Folder(f"{root}/{hour}", hour) for hour in hours(start, until) if _any(s3, f"{root}/{hour}")]


def _variants(s3: Any, root: str) -> Iterator[str]:
    bucket, prefix = split(f"{root}/")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
    for page in pages:
        for one in page.get("CommonPrefixes", []):
            yield one["Prefix"].removeprefix(prefix).rstrip("/")


def _any(s3: Any, uri: str) -> bool:
    bucket, prefix = split(f"{uri}/")
    return bool(s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("Contents"))
