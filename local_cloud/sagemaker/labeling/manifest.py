"""The input manifest and the categories of a labeling job, read and checked."""

import json
from typing import Any

from local_cloud.sagemaker.jobs.failure import JobFailureError

_LONGEST_LINE = 100_000
_MOST_LINES = 100_000
_SOURCES = ("source", "source-ref")


def lines(content: bytes, uri: str) -> list[dict[str, Any]]:
    """Return the data objects of a manifest; JobFailureError names the first line that is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JobFailureError(f"ClientError: the manifest {uri} is not UTF-8: {error}") from error
    # Not splitlines: text may hold other ends of lines than those of JSON Lines.
    found = [_line(line, number, uri) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not found:
        raise JobFailureError(f"ClientError: the manifest {uri} has no data objects.")
    if len(found) > _MOST_LINES:
        raise JobFailureError(f"ClientError: the manifest {uri} has {len(found)} lines; allowed are {_MOST_LINES}.")
    return found


def categories(content: bytes, uri: str) -> dict[str, Any]:
    """Return a label category configuration: its labels, each with at least `label`, and its instructions if any."""
    try:
        found = json.loads(content)
        names = [label["label"] for label in found["labels"]]
    except (ValueError, KeyError, TypeError) as error:
        raise JobFailureError(
            f'ClientError: {uri} is not a label category configuration, {{"labels": [{{"label": "..."}}, ...]}}: '
            f"{error!r}"
        ) from error
    if len(set(names)) != len(names) or not names or not all(isinstance(name, str) and name for name in names):
        raise JobFailureError(f"ClientError: {uri}: the labels are {names}; allowed are different texts, one at least.")
    return {key: found[key] for key in ("labels", "instructions") if found.get(key)}


def _line(line: str, number: int, uri: str) -> dict[str, Any]:
    where = f"ClientError: line {number} of the manifest {uri}"
    if len(line.encode()) > _LONGEST_LINE:
        raise JobFailureError(f"{where} has {len(line.encode())} bytes; allowed are {_LONGEST_LINE}.")
    try:
        found = json.loads(line)
    except ValueError as error:
        raise JobFailureError(f"{where} is not JSON: {error}") from error
    sources = [key for key in _SOURCES if isinstance(found, dict) and isinstance(found.get(key), str)]
    if len(sources) != 1:
        raise JobFailureError(f'{where} needs one of "source" and "source-ref", a text; found {line[:100]}')
    object_: dict[str, Any] = found
    return object_
