"""The terms on which one experiment runs: what its use case declared and its plan said, as they were at its start."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from experiment.terms import AtMaximum, Direction, Experiment, Guard, Step

Assignment = Literal["random", "sticky"]
GuardName = Literal["errors_4xx", "errors_5xx", "latency", "invalid"]
LATENCY: GuardName = "latency"
INVALID: GuardName = "invalid"


class Part(BaseModel):
    """What events and records have of an experiment's terms."""

    # Its validator is built when an experiment begins or runs, not whenever the function starts.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class RampStep(Part):
    """A share of the requests, and the records that it takes to go beyond it."""

    weight: float
    minimum: int


class GuardTerms(Part):
    """By how much a rate of failures may exceed the champion's; `above_ms` is for latency alone."""

    margin: float
    alpha: float
    above_ms: Annotated[float, Field(gt=0)] | None = None


class Terms(Part):
    """Everything that decides about an experiment; what is changed in a file later does not change it.

    Attributes:
        metric, values, direction: as the use case declares them.
        baseline: the champion's metric as the plan knew it; None if it did not.
        planned_weight, deviation, maximum: of the plan (`plan.Plan`).
        tolerance: of Thompson sampling: what may be lost by choosing now, in the metric's unit.
        outcome_hours: by when outcomes are known.
    """

    metric: Literal["error_rate", "log_loss", "auc", "value", "absolute_error", "squared_error"]
    direction: Direction
    method: Literal["sequential", "thompson"] = "sequential"
    assignment: Assignment = "random"
    values: dict[str, float] | None = None
    baseline: float | None = None
    planned_weight: float
    deviation: float
    tolerance: Annotated[float, Field(gt=0)]
    ramp: Annotated[tuple[RampStep, ...], Field(min_length=1)]
    minimum: int
    maximum: int
    maximum_days: Annotated[int, Field(ge=1, le=365)]
    alpha: float
    at_maximum: AtMaximum = "ask"
    non_inferiority: float | None = None
    guards: dict[GuardName, GuardTerms] = Field(default_factory=dict)
    outcome_hours: Annotated[int, Field(ge=0, le=2160)] = 0

    @model_validator(mode="after")
    def _possible(self) -> Self:
        self.experiment()  # its ValueError says what is impossible
        latency = self.guards.get(LATENCY)
        if latency and latency.above_ms is None:
            raise ValueError("guard latency needs above_ms: from what on a request takes too long")
        if self.method == "thompson" and (self.metric == "auc" or self.ramp[0].weight > 0.5):  # noqa: PLR2004
            raise ValueError("thompson needs a metric of single records, and a first step of at most a half")
        return self

    def experiment(self) -> Experiment:
        """Return the terms as the decision takes them; ValueError if they are impossible."""
        guards = {name: Guard(each.margin, each.alpha) for name, each in self.guards.items()}
        return Experiment(
            metric=self.metric,
            direction=self.direction,
            planned_weight=self.planned_weight,
            deviation=self.deviation,
            ramp=tuple(Step(step.weight, step.minimum) for step in self.ramp),
            minimum=self.minimum,
            maximum=self.maximum,
            longest=timedelta(days=self.maximum_days),
            alpha=self.alpha,
            guards=tuple(sorted(guards.items())),
            non_inferiority=self.non_inferiority,
            at_maximum=self.at_maximum,
        )
