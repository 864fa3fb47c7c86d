"""Features as the model sees them: float32 numbers. Fitted on the training split, stored with the model."""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import StepError
from .rates import smoothed_rates
from .use_case import Column, UseCase

FORMAT_VERSION = 1
FLOAT32 = "f"  # what the module array calls it


@dataclass(frozen=True)
class Encoded:
    """One feature; a category's levels stand in order of their label rate in training, their place is their code."""

    name: str
    type: str
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Encoder:
    """How features become numbers. A level that training did not know, or hardly, is a missing value."""

    use_case: str
    features: tuple[Encoded, ...]

    @classmethod
    def fit(cls, table: pd.DataFrame, label: pd.Series, use_case: UseCase) -> "Encoder":
        """Learn the levels of each category from the training split."""
        require(table, use_case.features)
        return cls(use_case.name, tuple(_fit(table[item.name], label, item, use_case) for item in use_case.features))

    def apply(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return float32 columns in the model's order; what is not finite becomes missing."""
        return pd.DataFrame({item.name: _numbers(table[item.name], item) for item in self.features}, index=table.index)

    def encode(self, values: Iterable[Any]) -> "array[float]":
        """Return one row of features in the model's order as float32 numbers: as `apply`, without a table.

        A number is a float, an int, or None or nan where it is missing; a category is a str, or anything else where it
        is missing.
        """
        row = array(
            FLOAT32,
            [
                (math.nan if value is None else value) if codes is None else codes.get(value, math.nan)
                for value, codes in zip(values, self._codes, strict=True)
            ],
        )
        if math.inf in row or -math.inf in row:
            return array(FLOAT32, [value if math.isfinite(value) else math.nan for value in row])
        return row

    @cached_property
    def _codes(self) -> tuple[dict[str, float] | None, ...]:
        return tuple(_codes(item) if item.type == "category" else None for item in self.features)

    def document(self) -> dict[str, Any]:
        """Return the content of features.json."""
        return {"version": FORMAT_VERSION, **asdict(self)}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Encoder":
        """Read the content of features.json; StepError if it is of another version."""
        if document.get("version") != FORMAT_VERSION:
            found = document.get("version")
            raise StepError(f"features.json is of version {found}; expected {FORMAT_VERSION}. Train the model again.")
        features = tuple(Encoded(item["name"], item["type"], tuple(item["levels"])) for item in document["features"])
        return cls(document["use_case"], features)


def require(table: pd.DataFrame, features: Sequence[Column]) -> None:
    """Raise StepError unless the table has every feature."""
    missing = [feature.name for feature in features if feature.name not in table]
    if missing:
        raise StepError(
            f"features() of the use case does not give {', '.join(missing)}, which data.features names; "
            f"it gives {', '.join(table.columns)}. Correct one of them."
        )


def _fit(values: pd.Series, label: pd.Series, column: Column, use_case: UseCase) -> Encoded:
    if column.type == "number":
        return Encoded(column.name, column.type)
    counts = values.value_counts()
    frequent = sorted(counts[counts >= use_case.category_min_rows].index)
    rates = smoothed_rates(values, label, use_case.smoothing).reindex(frequent)
    return Encoded(column.name, column.type, tuple(rates.sort_values(kind="stable").index))


def _codes(feature: Encoded) -> dict[str, float]:
    return {level: float(code) for code, level in enumerate(feature.levels)}


def _numbers(values: pd.Series, feature: Encoded) -> NDArray[np.float32]:
    if feature.type == "category":
        return np.asarray(values.map(_codes(feature)), dtype="float32")
    with np.errstate(over="ignore"):  # too large for float32 is infinite, and so missing
        numbers = values.astype("float32").to_numpy()
    return np.where(np.isfinite(numbers), numbers, np.float32(np.nan))
