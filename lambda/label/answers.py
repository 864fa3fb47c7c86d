"""What single workers answered, as Ground Truth hands it to whoever consolidates.

Its "annotation consolidation request" (developer guide, "Post-annotation Lambda") is a list of objects, each with
`annotations`: a worker's id and the content that the page's form sent, as JSON in a text.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Document = Mapping[str, Any]
OBJECT = "ml-loop-object"  # in a manifest's line: which object it is, in which attempt


def by_object(requests: Iterable[Document], names: Sequence[str]) -> dict[str, dict[str, Document]]:
    """Return each worker's newest answer by the object's name and the worker.

    Args:
        requests: entries of consolidation requests.
        names: of the objects, in the manifest's order: Ground Truth names them by their line.
    """
    found: dict[str, dict[str, Document]] = {}
    for entry in requests:
        name = _name(entry, names)
        if name is None:
            continue
        found.setdefault(name, {}).update(by_worker(entry))
    return found


def by_worker(entry: Document) -> dict[str, Document]:
    """Return each worker's answer in an entry of a consolidation request."""
    found: dict[str, Document] = {}
    for annotation in entry.get("annotations", []):
        content = annotation.get("annotationData", {}).get("content", "{}")
        parsed = json.loads(content) if isinstance(content, str) else content
        if isinstance(parsed, dict):
            found[str(annotation["workerId"])] = parsed
    return found


def _name(entry: Document, names: Sequence[str]) -> str | None:
    known = entry.get("dataObject", {}).get(OBJECT)
    if isinstance(known, Mapping):
        return str(known["name"])
    identity = str(entry.get("datasetObjectId", ""))
    if identity.isdigit() and int(identity) < len(names):
        return names[int(identity)]
    return None


def choices(said: Mapping[str, Mapping[str, Document]], categories: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Return who chose what of each object; answers that choose nothing, or several, count as none."""
    picks = {name: [(who, chosen(one, categories)) for who, one in given.items()] for name, given in said.items()}
    return {name: [(who, one) for who, one in given if one is not None] for name, given in picks.items()}


def chosen(content: Document, categories: Sequence[str]) -> str | None:
    """Return the one category that an answer chooses; None if it chooses none or several.

    It is whatever the form's elements say: a text, the `label` of a classifier, or the switch of a group that is on.

    >>> chosen({"animal": {"label": "cat"}}, ["cat", "dog"])
    'cat'
    >>> chosen({"animal": {"cat": False, "dog": True}}, ["cat", "dog"])
    'dog'
    """
    found = {category for value in content.values() for category in _choices(value) if category in categories}
    return found.pop() if len(found) == 1 else None


def _choices(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Mapping):
        return []
    if "label" in value:
        return _choices(value["label"])
    return [name for name, on in value.items() if on is True or (isinstance(on, Mapping) and on.get("on") is True)]


def present(content: Document, categories: Sequence[str]) -> str:
    """Return which categories an answer finds anywhere in an object, as one text: of boxes, masks and entities."""
    found: set[str] = set()
    for value in content.values():
        if not isinstance(value, Mapping):
            continue
        for part in ("boundingBoxes", "entities"):
            found |= {str(one.get("label")) for one in value.get(part, []) if isinstance(one, Mapping)}
        found |= set(value.get("labelMappings", {}))
    return ", ".join(category for category in categories if category in found) or "none"
