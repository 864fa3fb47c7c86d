"""The use case as `config` understood it, `use_case.json`: complete, so that nothing here has a default."""

import importlib
import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import ModuleType
from typing import Any

from .errors import StepError

SPLITS = ("train", "validation", "test", "serving")
SETTINGS_FILE = "use_case.json"
NEWEST = "/newest"  # at the end of a split's bounds
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
    def stratified(self) -> bool:
        """Whether a split at random divides each class by itself."""
        return bool(self.split.get("stratify")) and self.problem.endswith("classification")

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


def with_bounds(use_case: UseCase, until: str | None) -> UseCase:
    """Return a use case whose split by time ends elsewhere than its file says.

    Args:
        use_case: the file's.
        until: the ends of train, validation and test, such as `2013-04-01/2013-05-01/2013-06-01`, and `/newest` where
            they are moved to the newest record if that is earlier; None or empty: as the file says.

    Raises:
        StepError: they are no three times, or do not follow each other, or the split is not by time.
    """
    if not until:
        return use_case
    wrong = f"SplitUntil is {until!r}; allowed are three times that rise, such as 2013-04-01/2013-05-01/2013-06-01"
    newest = until.endswith(NEWEST)
    try:
        bounds = [datetime.fromisoformat(text) for text in until.removesuffix(NEWEST).split("/")]
        rising = bounds == sorted(set(bounds))
    except (TypeError, ValueError) as error:  # of times with and without a zone
        raise StepError(f"{wrong}: {error}. Correct it.") from error
    if len(bounds) != len(SPLITS) - 1 or not rising or any(bound.tzinfo for bound in bounds):
        raise StepError(f"{wrong}, without a time zone. Correct it.")
    if use_case.split["by"] != "time":
        raise StepError(f"SplitUntil is {until!r}, but the split of {use_case.name} is not by time. Leave it out.")
    ends = {f"{name}_until": bound.isoformat() for name, bound in zip(SPLITS, bounds, strict=False)}
    return replace(use_case, split={**use_case.split, **ends, **({"newest": True} if newest else {})})


def transformations(name: str) -> ModuleType | None:
    """Import the use case's transformations; None if it has none, since its columns are its features."""
    module = f"{ROOT}.{name}.transformations"
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return None
