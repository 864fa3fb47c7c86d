"""The search for hyperparameters."""

import math
from typing import Literal, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, model_validator

from config.errors import RuleError
from config.use_case.section import ColumnName, Section, no_duplicates


class Range(Section):
    """Values between two, or a list of them."""

    type: Literal["continuous", "integer", "categorical"] = "continuous"
    lowest: StrictFloat | None = None
    highest: StrictFloat | None = None
    scale: Literal["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"] = "Auto"
    values: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        if self.type == "categorical":
            if not self.values or self.lowest is not None or self.highest is not None:
                raise ValueError("a categorical range has values and no lowest or highest; write values: [a, b]")
            no_duplicates(("values",), self.values)
            return self
        if self.values or self.lowest is None or self.highest is None:
            raise ValueError(f"a range of type {self.type} has lowest and highest and no values; write both")
        self._bounds_fit(self.lowest, self.highest)
        return self

    def _bounds_fit(self, lowest: float, highest: float) -> None:
        if lowest >= highest:
            raise RuleError(("lowest",), f"found {lowest}; allowed is less than highest, {highest}; put them in order")
        if self.scale == "Logarithmic" and lowest <= 0:
            raise RuleError(
                ("lowest",), f"found {lowest}; a logarithmic scale begins above 0; raise it or choose another scale"
            )
        if self.scale == "ReverseLogarithmic" and not 0 <= lowest < highest < 1:
            raise RuleError(
                ("scale",),
                f"found {lowest} to {highest}; a reverse logarithmic scale lies in 0 to 1, without 1; choose "
                "other bounds or scale",
            )
        for name, bound in (("lowest", lowest), ("highest", highest)):
            if self.type == "integer" and bound % 1:
                raise RuleError(
                    (name,), f"found {bound}; an integer range has whole bounds; correct it, or write type: continuous"
                )


class Tuning(Section):
    """A hyperparameter tuning job in the place of the training job; its best training job is evaluated."""

    objective: str = Field(
        pattern=r"^[A-Za-z]\S*$",
        description="A metric of the algorithm, such as validation:auc (xgboost) or test:msd (kmeans); script, image: "
        "one of train.metrics",
    )
    goal: Literal["Maximize", "Minimize"]
    ranges: dict[ColumnName, Range] = Field(
        min_length=1, max_length=30, description="By hyperparameter, in the place of its value"
    )
    strategy: Literal["Bayesian", "Random", "Grid", "Hyperband"] = "Bayesian"
    early_stopping: StrictBool = Field(default=True, description="End training jobs that will not be the best")
    max_jobs: StrictInt = Field(default=20, ge=1, le=750, description="Limit of cost: training jobs")
    max_parallel_jobs: StrictInt = Field(default=2, ge=1, le=100)
    max_runtime_seconds: StrictInt = Field(
        default=14400, ge=120, le=15768000, description="Limit of cost: of the whole"
    )
    most_rounds: StrictInt | None = Field(
        default=None, ge=2, le=20000, description="Hyperband: reports of the metric by a job that runs to its end"
    )
    seed: StrictInt = Field(default=0, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _strategy_fits(self) -> Self:
        if self.strategy == "Grid":
            self._grid_is_affordable()
        if (self.strategy == "Hyperband") == (self.most_rounds is None):
            key = "strategy" if self.most_rounds is None else "most_rounds"
            raise RuleError((key,), "most_rounds belongs to strategy Hyperband, which needs it; add or remove it")
        if self.max_parallel_jobs > self.max_jobs:
            raise RuleError(
                ("max_parallel_jobs",),
                f"found {self.max_parallel_jobs}; allowed are at most max_jobs, {self.max_jobs}; lower it",
            )
        return self

    def _grid_is_affordable(self) -> None:
        for name, one in self.ranges.items():
            if one.type != "categorical":
                raise RuleError(
                    ("ranges", name, "type"),
                    f"found {one.type!r}; strategy Grid tries lists of values only; make each range categorical",
                )
        combinations = math.prod(len(one.values) for one in self.ranges.values())
        if combinations > self.max_jobs:
            raise RuleError(
                ("max_jobs",), f"the grid has {combinations} combinations, max_jobs is {self.max_jobs}; change either"
            )
