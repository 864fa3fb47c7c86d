"""The use case as `config` understood it, `use_case.json`: complete, so that nothing here has a default."""

import importlib
import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .errors import StepError

SPLITS = ("train", "validation", "test", "serving")
SETTINGS_FILE = "use_case.json"
ROOT = (__package__ or "").rpartition(".")[0]  # pipelines_src, in the repository as in the jobs' code

Document = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A field of the record: number, text or time."""

    name: str
    type: str
    required: bool = False


@dataclass(frozen=True)
class UseCase:
    """The settings of a use case; docs/use-cases.md says what each means.

    `data`, `split`, `train`, `evaluate` and the rest are the sections of the file, complete.
    """

    name: str
    description: str
    problem: str
    record: tuple[Column, ...]
    data: Document
    prepare: Document
    split: Document
    train: Document
    evaluate: Document
    gate: list[Document]

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "UseCase":
        """Build it from the content of use_case.json."""
        names = ("name", "description", "problem", "data", "prepare", "split", "train", "evaluate", "gate")
        sections = {name: document[name] for name in names}
        return cls(record=tuple(Column(**field) for field in document["data"]["record"]), **sections)

    @property
    def raw(self) -> dict[str, list[str]]:
        """Raw tables and their columns."""
        tables: dict[str, list[str]] = self.data["raw"]
        return tables

    @property
    def label(self) -> str | None:
        """The column that is predicted."""
        label: str | None = self.data["label"]
        return label

    @property
    def time(self) -> str | None:
        """The field that says when."""
        time: str | None = self.data["time"]
        return time


def settings(name: str) -> str:
    """Return the text of a use case's settings beside `steps`, in a zip too; StepError if there is none."""
    try:
        return importlib.resources.files(f"{ROOT}.{name}").joinpath(SETTINGS_FILE).read_text(encoding="utf-8")
    except (ImportError, OSError) as error:
        raise StepError(f"There is no use case {name!r} beside the steps: {error}. Check --use-case.") from error


def load(name: str) -> UseCase:
    """Read the use case's settings from its folder beside `steps`; StepError if there are none."""
    return UseCase.from_document(json.loads(settings(name)))


def transformations(name: str) -> ModuleType | None:
    """Import the use case's transformations; None if it has none, since its columns are its features."""
    module = f"{ROOT}.{name}.transformations"
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return None
