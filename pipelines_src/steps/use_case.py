"""What the steps need of `use_case.yaml`, and the use case's own module.

SageMaker's image has no pydantic; the file was validated by `config.load_use_case` when the pipeline was built.
"""

import importlib
import importlib.resources
from dataclasses import dataclass
from typing import Any, Protocol, cast

import pandas as pd
import yaml

from .errors import StepError

SPLITS = ("train", "validation", "test", "serving")


class Transformations(Protocol):
    """What `<use case>/transformations.py` has; both are pure functions."""

    def records(self, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
        """Raw tables -> one row per record: its fields, the label (1, 0 or missing) and, if wanted, `record_id`
        (unique text) and `excluded` (why the row is left out, or missing)."""

    def features(self, records: pd.DataFrame) -> pd.DataFrame:
        """Records -> features by name, row by row; the same in training and in serving."""


@dataclass(frozen=True)
class Column:
    """A field of the record (number, text, time) or a feature (number, category)."""

    name: str
    type: str
    required: bool = False


@dataclass(frozen=True)
class UseCase:
    """The settings of a use case, flat; docs/use-cases.md says what each means."""

    name: str
    raw: dict[str, list[str]]
    record: tuple[Column, ...]
    label: str
    time: str
    features: tuple[Column, ...]
    category_min_rows: int
    split_until: tuple[pd.Timestamp, ...]
    group_by: list[str]
    smoothing: float
    bootstrap_samples: int
    confidence: float
    resample: str
    slices: list[str]
    seed: int

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "UseCase":
        """Build it from the content of use_case.yaml; defaults as in config/use_case.py."""
        data, evaluate = document["data"], document["evaluate"]
        return cls(
            name=document["name"],
            raw={table: list(columns) for table, columns in data["raw"].items()},
            record=tuple(Column(**field) for field in data["record"]),
            label=data["label"],
            time=data["time"],
            features=tuple(Column(**feature) for feature in data["features"]),
            category_min_rows=data.get("category_min_rows", 30),
            split_until=tuple(pd.Timestamp(document["split"][f"{name}_until"]) for name in SPLITS[:3]),
            group_by=list(evaluate["baseline"]["group_by"]),
            smoothing=evaluate["baseline"].get("smoothing", 20),
            bootstrap_samples=evaluate.get("bootstrap_samples", 1000),
            confidence=evaluate.get("confidence", 0.95),
            resample=evaluate.get("resample", "row"),
            slices=list(evaluate.get("slices", [])),
            seed=evaluate.get("seed", 0),
        )


def load(name: str) -> UseCase:
    """Read the use case's settings from its folder beside `steps`, in a zip too; StepError if there is none."""
    try:
        text = importlib.resources.files(package(name)).joinpath("use_case.yaml").read_text(encoding="utf-8")
    except (ImportError, OSError) as error:
        raise StepError(f"There is no use case {name!r} beside the steps: {error}. Check --use-case.") from error
    return UseCase.from_document(yaml.safe_load(text))


def transformations(name: str) -> Transformations:
    """Import the use case's transformations."""
    return cast("Transformations", importlib.import_module(f"{package(name)}.transformations"))


def package(name: str) -> str:
    """Return the name of a package beside `steps`: pipelines_src.<name> in the repository, <name> in the asset."""
    parent = (__package__ or "").rpartition(".")[0]
    return f"{parent}.{name}" if parent else name
