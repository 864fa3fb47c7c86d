"""How a model is judged, and what it must reach."""

from typing import Literal, Self

from pydantic import Field, StrictFloat, StrictInt, model_validator

from config.use_case.section import Columns, Section, Slices


class Baseline(Section):
    """The forecast to beat: the label's rate (or mean) in each group of these columns, in the training data."""

    group_by: Columns = Field(description="Columns of the records or of the features.")
    smoothing: StrictFloat = Field(
        default=20, ge=0, description="Rows' worth of the overall rate that is added to each group."
    )


class Costs(Section):
    """What wrong decisions cost, in any one unit: the threshold is where the expected cost is least."""

    false_positive: StrictFloat = Field(gt=0, description="Acting where nothing happens.")
    false_negative: StrictFloat = Field(gt=0, description="Not acting where it happens.")


class Evaluate(Section):
    """How the model is judged on the test split."""

    baseline: Baseline | None = Field(default=None, description="Left out: the training split's overall rate or mean")
    costs: Costs | None = Field(default=None, description="binary_classification; left out: both cost the same")
    bootstrap_samples: StrictInt = Field(default=1000, ge=100, le=100_000)
    confidence: StrictFloat = Field(default=0.95, gt=0.5, lt=1)
    resample: Literal["row", "hour", "day", "week"] = Field(
        default="row",
        description="What the bootstrap draws: single rows, or all rows of a period together, since rows that share "
        "their weather are not independent and single draws would make the intervals too narrow.",
    )
    slices: Slices = Field(
        default=(), description="Columns of the records or features by whose values the model is judged as well."
    )
    slice_min_rows: StrictInt = Field(default=100, ge=1, description="Test rows below which a slice is not judged.")
    seed: StrictInt = Field(default=0, ge=0, le=2**32 - 1)
    max_runtime_seconds: StrictInt = Field(default=3600, ge=60, le=432000, description="After which judging is stopped")


class GateCondition(Section):
    """A metric of `evaluation.json` (a path with dots) and the bound that it must keep."""

    metric: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")
    at_least: StrictFloat | None = None
    at_most: StrictFloat | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            found = "no bound" if self.at_least is None else "two bounds"
            raise ValueError(f"found {found}; a condition has one: write at_least or at_most")
        return self

    @property
    def bound(self) -> tuple[Literal["at_least", "at_most"], float]:
        """Which bound it is, and the bound."""
        return ("at_least", self.at_least) if self.at_least is not None else ("at_most", self.at_most or 0.0)
