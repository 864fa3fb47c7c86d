"""What every List* operation shares: filters by time and name, sorting, pages."""

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local_cloud.sagemaker.errors import validation_error

Item = dict[str, Any]


@dataclass(frozen=True)
class Usual:
    """What a list is like where its request says nothing: sorted by what, in which order, so many to a page."""

    sort_by: str
    order: str
    page: int


BY_NAME = Usual("Name", "Ascending", 100)
NEWEST = Usual("CreationTime", "Descending", 10)
OLDEST = Usual("CreationTime", "Ascending", 100)


def listed(
    request: Item, items: Iterable[Item], *, name: str, answer: str, status: str | None = None, usual: Usual = BY_NAME
) -> Item:
    """Answer a List operation: filter by name, status and times, sort and cut items as the request says.

    Args:
        request: with NameContains, StatusEquals, `<time>After` and `<time>Before`, SortBy and SortOrder, all optional.
        items: all there are.
        name: the key with an item's name.
        answer: the key of the answer's items.
        status: the key with an item's status, where they have one.
        usual: what holds where the request says nothing.
    """
    part, wanted = request.get("NameContains", "").lower(), request.get("StatusEquals")
    found = [
        item
        for item in items
        if part in item[name].lower() and (wanted is None or status is None or item[status] == wanted)
    ]
    for time in ("CreationTime", "LastModifiedTime"):
        found = between(found, time, request.get(f"{time}After"), request.get(f"{time}Before"))
    by = str(request.get("SortBy", usual.sort_by))
    key = {"Name": name, "Status": status or by}.get(by, by)
    found = ordered(found, lambda item: item[key], request.get("SortOrder", usual.order))
    shown, token = page(found, request, default=usual.page)
    return {answer: shown, "NextToken": token}


def epoch(time: float | str | datetime) -> float:
    """Return a time of a request as epoch seconds; on the wire it is a number or ISO 8601."""
    if isinstance(time, datetime):
        return time.timestamp()
    if isinstance(time, int | float):
        return float(time)
    try:
        return datetime.fromisoformat(time).timestamp()
    except ValueError as error:
        raise validation_error(f"{time!r} is not a time; give epoch seconds or ISO 8601.") from error


def between(items: list[Item], key: str, after: Any, before: Any) -> list[Item]:
    """Keep the items whose time `key` lies after and before the given times (either may be None)."""
    if after is None and before is None:
        return items
    low = epoch(after) if after is not None else float("-inf")
    high = epoch(before) if before is not None else float("inf")
    return [item for item in items if low <= item[key] <= high]


def ordered(items: list[Item], key: Callable[[Item], Any], order: str) -> list[Item]:
    """Sort stably; `order` is Ascending or Descending."""
    ascending = sorted(items, key=key)
    return ascending if order == "Ascending" else ascending[::-1]


def page(items: list[Item], request: Item, default: int = 100) -> tuple[list[Item], str | None]:
    """Return one page of a list and the token of the next one (None at the end).

    Raises:
        SageMakerError: the request's NextToken was not given out by this list.
    """
    start = _offset(request.get("NextToken"), len(items))
    end = start + int(request.get("MaxResults", default))
    token = base64.urlsafe_b64encode(f"offset:{end}".encode()).decode() if end < len(items) else None
    return items[start:end], token


def _offset(token: str | None, length: int) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        offset = int(number)
    except (binascii.Error, ValueError) as error:
        raise validation_error("Invalid NextToken: use the one of the previous answer.") from error
    if word != "offset" or not 0 <= offset <= length:
        raise validation_error("Invalid NextToken: use the one of the previous answer.")
    return offset
