"""The schema of `pipelines_src/<use case>/use_case.yaml`; docs/use-cases.md shows how to add one."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from config import xgboost_hyperparameters

UseCaseName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Columns = Annotated[tuple[ColumnName, ...], Field(min_length=1)]

# What evaluation.json has and a gate may ask for: in each of them more is better.
GateMetric = Literal[
    "auc.value",
    "auc.lower",
    "auc.upper",
    "auc_over_baseline.value",
    "auc_over_baseline.lower",
    "auc_over_baseline.upper",
    "brier_skill",
    "log_loss_skill",
    "rows",
]
RESERVED = frozenset({"record_id", "excluded", "baseline_forecast"})  # columns that the steps add


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Feature(_Section):
    """One column that the model sees."""

    name: ColumnName
    type: Literal["number", "category"] = Field(
        description="number; or category: text, of which the model sees the rank of its label rate in training"
    )


class RecordField(_Section):
    """One field of a record, as a client sends it to the endpoint."""

    name: ColumnName
    type: Literal["number", "text", "time"] = Field(description="time: ISO 8601 without zone, 2013-06-01T05:15:00")
    required: bool = Field(default=False, description="Whether a record without it is refused.")


class Data(_Section):
    """What comes in, what a record is, and which column is what."""

    raw: dict[ColumnName, Columns] = Field(
        min_length=1, description="Raw tables, <table>.parquet each, and the columns that are read from them."
    )
    record: tuple[RecordField, ...] = Field(min_length=1, description="The fields of a record, in order.")
    label: ColumnName = Field(description="1 for the event, 0 for its absence.")
    time: ColumnName = Field(description="The field of the record by which it is split; local time, without zone.")
    features: tuple[Feature, ...] = Field(min_length=1, description="The columns that the model sees, in order.")
    category_min_rows: int = Field(
        default=30, ge=1, description="Training rows below which a category's level counts as missing."
    )

    @model_validator(mode="after")
    def _columns_agree(self) -> Self:
        fields = [field.name for field in self.record]
        features = [feature.name for feature in self.features]
        _no_duplicates("record", fields)
        _no_duplicates("features", features)
        _refuse("record", fields, {self.label}, "is the label: a client cannot know it; remove it")
        _refuse("features", features, {self.label}, "is the label: the model would be told the answer; remove it")
        _refuse("record", fields, RESERVED, "is a column of the job scripts' own; rename it")
        _refuse("features", features, RESERVED, "is a column of the job scripts' own; rename it")
        times = [field.name for field in self.record if field.type == "time"]
        if self.time not in times:
            raise ValueError(
                f"time is {self.time!r}; allowed are the fields of record with type: time: "
                f"{', '.join(times) or 'there is none yet'}; name one of them or add it to record"
            )
        return self


class TimeSplit(_Section):
    """Splits by `data.time`: what lies before train_until trains, and so on; the rest is kept for serving."""

    train_until: datetime
    validation_until: datetime
    test_until: datetime

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        bounds = (self.train_until, self.validation_until, self.test_until)
        if any(bound.tzinfo for bound in bounds):
            raise ValueError("the bounds must have no time zone, like data.time; write for example 2013-04-01")
        if not self.train_until < self.validation_until < self.test_until:
            raise ValueError(
                f"found {', '.join(bound.isoformat() for bound in bounds)}; "
                "train_until, validation_until and test_until must follow each other; put them in order"
            )
        return self


def _known_hyperparameters(value: dict[str, str | int | float]) -> dict[str, str | int | float]:
    if problem := xgboost_hyperparameters.problem(set(value)):
        raise ValueError(problem)
    return value


class Train(_Section):
    """Training with the built-in XGBoost algorithm."""

    algorithm: Literal["xgboost"] = "xgboost"
    hyperparameters: Annotated[dict[str, str | int | float], AfterValidator(_known_hyperparameters)] = Field(
        default={"objective": "binary:logistic", "num_round": 100}
    )
    max_runtime_seconds: int = Field(default=3600, ge=60, le=432000)


class Baseline(_Section):
    """The forecast to beat: the label's rate in each group of these columns, in the training data."""

    group_by: Columns = Field(description="Columns of the records or of the features.")
    smoothing: float = Field(
        default=20, ge=0, description="Rows' worth of the overall rate that is added to each group."
    )


class Evaluate(_Section):
    """How the model is judged on the test split."""

    baseline: Baseline
    bootstrap_samples: int = Field(default=1000, ge=100, le=100_000)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    resample: Literal["row", "hour", "day", "week"] = Field(
        default="row",
        description="What the bootstrap draws: single rows, or all rows of a period together, since rows that share "
        "their weather are not independent and single draws would make the intervals too narrow.",
    )
    slices: tuple[ColumnName, ...] = Field(
        default=(), description="Columns of the records or features by whose values the model is judged as well."
    )
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


class GateCondition(_Section):
    """A metric of `evaluation.json` (a path with dots) and the value it must reach."""

    metric: GateMetric
    at_least: float


class UseCase(_Section):
    """One use case: a folder of pipelines_src."""

    name: UseCaseName
    description: str
    problem: Literal["binary_classification"]
    data: Data
    split: TimeSplit
    train: Train = Train()
    evaluate: Evaluate
    gate: tuple[GateCondition, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _objective_fits(self) -> Self:
        objective = self.train.hyperparameters.get("objective", "reg:squarederror")
        if objective != "binary:logistic":
            raise ValueError(
                f"train.hyperparameters.objective: found {objective!r}; allowed is 'binary:logistic', "
                "since the problem is binary_classification and the steps read probabilities; set it"
            )
        return self

    @model_validator(mode="after")
    def _constraint_per_feature(self) -> Self:
        constraints = self.train.hyperparameters.get("monotone_constraints")
        if constraints is not None and len(str(constraints).split(",")) != len(self.data.features):
            raise ValueError(
                f"train.hyperparameters.monotone_constraints: found {len(str(constraints).split(','))} places; "
                f"allowed is one of 1, 0, -1 for each of the {len(self.data.features)} features, in their order; "
                "add or remove places"
            )
        return self

    @property
    def slug(self) -> str:
        """The name as AWS resource names spell it: `flight-delays`."""
        return self.name.replace("_", "-")


def _no_duplicates(key: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{key} names {', '.join(map(repr, twice))} more than once; remove the repetition")


def _refuse(key: str, names: list[str], refused: Iterable[str], why: str) -> None:
    for name in sorted(set(names) & set(refused)):
        raise ValueError(f"{key} names {name!r}, which {why}")
