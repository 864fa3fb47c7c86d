"""The labelled set as the label of records: of each object the newest label, by the id of its record.

An object is the record whose id is its name below `to-label/<use case>/`, with its ending or without: cats/a.jpg is the
record cats/a.jpg or cats/a. Manifests are the platform's own (docs/labelling.md), one a run, named so that later ones
come last.
"""

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import ibis.expr.types as ir

from ..engines import Engine
from ..errors import StepError
from ..folders import Folders
from ..use_case import Document, UseCase

FROM_RAW = "raw"  # the value of data.label_from without the labelled set
KEY, CATEGORY = "@key", "@category"
LABELLED = "@from_labels"  # of a record: whether its label is of the labelled set
_INPUT, _OBJECT = "labels", "ml-loop-object"
_UNREADABLE = ""  # name of no object


class ReadLabel:
    """Reads a line of a manifest: its object under both keys. What is no label is a row that names the file."""

    columns: ClassVar = {"name": "string", "key": "string", "order": "string", "category": "string"}

    def __init__(self, use_case: str) -> None:
        self._folder = f"/to-label/{use_case}/"

    def __call__(self, file: str, line: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a line."""
        if not line.strip():
            return
        run = file.rpartition("/")[2]
        try:
            document = json.loads(line)
            category = document["label-metadata"]["class-name"]
            name = self._name(document)
        except (ValueError, KeyError, TypeError, AttributeError):
            yield (_UNREADABLE, _UNREADABLE, run, _UNREADABLE)
            return
        if name is not None:
            # Of objects that differ in their ending alone the later name counts, so that the same one always does.
            for key in dict.fromkeys((name, posixpath.splitext(name)[0])):
                yield (name, key, f"{run}/{name}", str(category))

    def _name(self, document: Document) -> str | None:
        """Return an object's name; None of a text without one, which is no record's."""
        if _OBJECT in document:
            return str(document[_OBJECT]["name"])
        if "source-ref" not in document and "source" in document:
            return None
        address = str(document["source-ref"])
        return address.partition(self._folder)[2] or address


@dataclass(frozen=True)
class Labels:
    """Labels as they were read, and the newest by key."""

    read: ir.Table
    newest: ir.Table


def labels(engine: Engine, use_case: UseCase, folders: Folders) -> Labels | None:
    """Return the labelled set; None where the use case's label is in its raw data alone."""
    if use_case.data["label_from"] == FROM_RAW:
        return None
    place = folders.addresses.get(_INPUT, folders.input(_INPUT))
    read = engine.lines(_INPUT, place, ReadLabel(use_case.name))
    return Labels(read, read.group_by(**{KEY: read.key}).agg(**{CATEGORY: read.category.argmax(read.order)}))


def joined(given: ir.Table, labels: Labels) -> ir.Table:
    """Return records with the category that their object has, missing of those without a label."""
    newest = labels.newest
    return given.left_join(newest, given["record_id"].cast("string") == newest[KEY]).drop(KEY)


def counted(engine: Engine, labels: Labels, prepared: ir.Table) -> Document:
    """Return how many objects have a label, and how many records got it.

    Raises:
        StepError: a line of a manifest is no label.
    """
    read = labels.read
    odd = read.filter(read.name == _UNREADABLE)
    [wrong] = engine.fetch(odd.agg(lines=odd.count(), file=odd.order.max()))
    if wrong["lines"]:
        raise StepError(
            f"{wrong['lines']} lines of the labelled set are no labels of one category, some of them in "
            f"{wrong['file']}. Mend the file, or take it out of the folder of labels."
        )
    [found] = engine.fetch(read.agg(objects=read.name.nunique()))
    [used] = engine.fetch(prepared.agg(records=prepared[LABELLED].sum()))
    return {"objects": found["objects"], "records": int(used["records"] or 0)}
