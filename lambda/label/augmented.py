"""Lines of augmented manifests: which object, which categories, how sure, and what went wrong.

Formats: SageMaker developer guide, "Labeling job output data".
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from label.answers import OBJECT

Line = dict[str, Any]
NO_LABEL = "the job gave it no label"


class LineError(ValueError):
    """A line that is no part of a manifest; the text says which and why."""


def read(text: str) -> list[Line]:
    """Return the lines of a manifest; LineError at the first that is none."""
    found = []
    # Not splitlines: texts may hold U+2028, which json.dumps escapes and other tools do not.
    for number, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        try:
            line = json.loads(row)
        except ValueError as error:
            raise LineError(f"line {number} is no JSON: {error}") from error
        if not isinstance(line, dict) or not isinstance(line.get("source-ref", line.get("source")), str):
            raise LineError(f"line {number} is no object with a text `source-ref` or `source`")
        found.append(line)
    return found


def write(lines: Iterable[Mapping[str, Any]]) -> str:
    """Return lines as a manifest."""
    return "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)


def name_of(line: Mapping[str, Any], prefix: str) -> str:
    """Return the name of a line's object: its key below the prefix, its address elsewhere, or a hash of its text."""
    if OBJECT in line:
        return str(line[OBJECT]["name"])
    if "source-ref" in line:
        return str(line["source-ref"]).removeprefix(prefix)
    return f"text:{hashlib.sha256(str(line['source']).encode()).hexdigest()}"


def failure(line: Mapping[str, Any], attribute: str) -> str:
    """Return why a line has no label; empty if it has one."""
    metadata = line.get(f"{attribute}-metadata") or {}
    reason = metadata.get("failure-reason") or line.get("failure-reason")
    if reason:
        return str(reason)
    return "" if line.get(attribute) is not None else NO_LABEL


def classes(line: Mapping[str, Any], attribute: str) -> list[str]:
    """Return the categories that a label names, each once."""
    metadata = line.get(f"{attribute}-metadata") or {}
    value = line.get(attribute)
    found: list[Any] = [metadata.get("class-name")]
    if isinstance(value, Mapping):
        found.append(value.get("class-name"))
        names = metadata.get("class-map", {})
        places = value.get("annotations", [])
        if isinstance(places, Mapping):  # of entities
            found += [one.get("label") for one in places.get("entities", [])]
        else:
            found += [names.get(str(one.get("class_id"))) for one in places]
    colours = metadata.get("internal-color-map", {})
    found += [one.get("class-name") for one in colours.values() if isinstance(one, Mapping)]
    return list(dict.fromkeys(str(one) for one in found if one not in (None, "BACKGROUND")))


def confidence(line: Mapping[str, Any], attribute: str) -> float | None:
    """Return how sure a label is, of several parts the least; None if nobody says."""
    metadata = line.get(f"{attribute}-metadata") or {}
    value = line.get(attribute)
    found: list[Any] = [metadata.get("confidence"), value.get("confidence") if isinstance(value, Mapping) else None]
    for part in ("objects", "entities"):
        found += [one.get("confidence") for one in metadata.get(part, []) if isinstance(one, Mapping)]
    colours = metadata.get("internal-color-map", {})
    found += [one.get("confidence") for one in colours.values() if isinstance(one, Mapping)]
    numbers = [float(one) for one in found if isinstance(one, int | float) and not isinstance(one, bool)]
    return min(numbers) if numbers else None
