"""The ranges of a tuning job on a common scale: a point is numbers in [0, 1] and one-hot categories."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from local_cloud.sagemaker.errors import validation_error

_LOG_FROM = 1000  # a range that spans this factor is searched on a logarithmic scale when ScalingType is Auto
Values = dict[str, str]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Number:
    """A numeric range; `unit` goes from [0, 1] on the scale that is searched to the hyperparameter's text."""

    name: str
    low: float
    high: float
    whole: bool
    scaling: str

    def text(self, unit: float) -> str:
        """Return the value at a place in [0, 1]."""
        if self.scaling == "Logarithmic":
            value = math.exp(math.log(self.low) + unit * (math.log(self.high) - math.log(self.low)))
        elif self.scaling == "ReverseLogarithmic":
            value = 1 - math.exp(math.log(1 - self.low) + unit * (math.log(1 - self.high) - math.log(1 - self.low)))
        else:
            value = self.low + unit * (self.high - self.low)
        value = min(max(value, self.low), self.high)
        return str(round(value)) if self.whole else repr(value)

    def unit(self, text: str) -> float | None:
        """Return the place of a value, outside [0, 1] if it is out of range; None if it has none on this scale."""
        try:
            return self._unit(float(text))
        except (ValueError, ZeroDivisionError):
            return None

    def _unit(self, value: float) -> float:
        if self.low == self.high:
            return 0.5
        if self.scaling == "Logarithmic":
            return math.log(value / self.low) / math.log(self.high / self.low)
        if self.scaling == "ReverseLogarithmic":
            return math.log((1 - value) / (1 - self.low)) / math.log((1 - self.high) / (1 - self.low))
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Category:
    """A choice between texts."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Space:
    """What is searched."""

    numbers: tuple[Number, ...]
    categories: tuple[Category, ...]

    @property
    def width(self) -> int:
        """How many numbers describe a point: one per range, one per value of a category."""
        return len(self.numbers) + sum(len(category.values) for category in self.categories)

    def draw(self, random: np.random.Generator, count: int) -> Array:
        """Return random points: numbers in [0, 1], categories one-hot."""
        columns = [random.random((count, len(self.numbers)))]
        for category in self.categories:
            chosen = random.integers(len(category.values), size=count)
            columns.append(np.eye(len(category.values))[chosen])
        return np.hstack(columns)

    def values(self, point: Array) -> Values:
        """Return a point as hyperparameters."""
        found = {number.name: number.text(float(point[index])) for index, number in enumerate(self.numbers)}
        start = len(self.numbers)
        for category in self.categories:
            part = point[start : start + len(category.values)]
            found[category.name] = category.values[int(np.argmax(part))]
            start += len(category.values)
        return found

    def point(self, values: Mapping[str, str]) -> Array | None:
        """Return where hyperparameters lie, an unknown category nowhere; None if one is missing or has no place."""
        found: list[float] = []
        for number in self.numbers:
            place = number.unit(values.get(number.name, ""))
            if place is None or not math.isfinite(place):
                return None
            found.append(place)
        for category in self.categories:
            if category.name not in values:
                return None
            found += [float(values[category.name] == value) for value in category.values]
        return np.array(found)


def space(ranges: dict[str, Any]) -> Space:
    """Return the space of ParameterRanges; SageMakerError if a range is empty, reversed or cannot be scaled so."""
    numbers = [
        _number(item, whole)
        for key, whole in (("IntegerParameterRanges", True), ("ContinuousParameterRanges", False))
        for item in ranges.get(key, [])
    ]
    categories = [
        Category(item["Name"], tuple(item["Values"])) for item in ranges.get("CategoricalParameterRanges", [])
    ]
    if not numbers and not categories:
        raise validation_error("ParameterRanges has no range; there is nothing to tune.")
    return Space(tuple(numbers), tuple(categories))


def _number(item: dict[str, str], whole: bool) -> Number:
    name, scaling = item["Name"], item.get("ScalingType", "Auto")
    try:
        low, high = float(item["MinValue"]), float(item["MaxValue"])
    except ValueError as error:
        raise validation_error(f"ParameterRanges {name}: MinValue and MaxValue must be numbers.") from error
    if low > high:
        raise validation_error(f"ParameterRanges {name}: MinValue {low} is greater than MaxValue {high}.")
    if scaling == "Logarithmic" and low <= 0:
        raise validation_error(f"ParameterRanges {name}: logarithmic scaling needs MinValue above 0, found {low}.")
    if scaling == "ReverseLogarithmic" and not (not whole and 0 <= low <= high < 1):
        raise validation_error(f"ParameterRanges {name}: reverse logarithmic scaling needs 0 <= range < 1, continuous.")
    if scaling == "Auto":
        scaling = "Logarithmic" if low > 0 and high / low >= _LOG_FROM else "Linear"
    return Number(name, low, high, whole, scaling)
