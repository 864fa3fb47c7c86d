"""The schema of `pipelines_src/<use case>/use_case.yaml`."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

UseCaseName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Feature(_Section):
    """One column that the model sees."""

    name: ColumnName
    type: Literal["number", "category"]


class Data(_Section):
    """The prepared table: which column is what."""

    label: ColumnName = Field(description="1 for the event, 0 for its absence.")
    time: ColumnName = Field(description="When a record's prediction is asked for; UTC or local, without zone.")
    features: tuple[Feature, ...] = Field(min_length=1)


class TimeSplit(_Section):
    """Splits by `data.time`: [start, train_until) trains, and so on; the rest is kept for serving."""

    train_until: datetime
    validation_until: datetime
    test_until: datetime

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.train_until < self.validation_until < self.test_until:
            raise ValueError("train_until, validation_until and test_until must follow each other")
        return self


class Train(_Section):
    """Training with the built-in XGBoost algorithm."""

    algorithm: Literal["xgboost"] = "xgboost"
    hyperparameters: dict[str, str | int | float] = Field(default_factory=dict)
    max_runtime_seconds: int = Field(default=3600, ge=60, le=432000)


class Baseline(_Section):
    """The forecast to beat: the label's rate in each group of these columns, in the training data."""

    group_by: tuple[ColumnName, ...] = Field(min_length=1)


class Evaluate(_Section):
    """How the model is judged on the test split."""

    baseline: Baseline
    bootstrap_samples: int = Field(default=1000, ge=100, le=100_000)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)


class GateCondition(_Section):
    """A metric of `evaluation.json` (a path with dots) and the value it must reach."""

    metric: Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_]+)*$")]
    at_least: float


class UseCase(_Section):
    """One use case: a folder of pipelines_src."""

    name: UseCaseName
    description: str
    problem: Literal["binary_classification"]
    data: Data
    split: TimeSplit
    train: Train
    evaluate: Evaluate
    gate: tuple[GateCondition, ...] = Field(min_length=1)

    @property
    def slug(self) -> str:
        """The name as AWS resource names spell it: `flight-delays`."""
        return self.name.replace("_", "-")
