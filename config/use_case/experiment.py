"""How champion and challenger are compared on live requests, by their outcomes."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StrictFloat, StrictInt, StringConstraints, model_validator

from config.errors import RuleError
from config.use_case.schedule import schedule_expression
from config.use_case.section import Section

Rate = Annotated[StrictFloat, Field(ge=0, lt=1)]
Probability = Annotated[StrictFloat, Field(gt=0, lt=1)]
MetricName = Literal["error_rate", "log_loss", "auc", "value", "absolute_error", "squared_error"]
Schedule = Annotated[str, StringConstraints(pattern=r"^(rate|cron)\(.+\)$"), AfterValidator(schedule_expression)]


_AT_MOST_ONE = ("error_rate", "auc")
_HALF = 0.5


class DecisionValues(Section):
    """What each decision is worth to the business, in any one unit; acting is what the model's threshold says."""

    true_positive: StrictFloat = Field(description="Acting where it happens.")
    false_positive: StrictFloat = Field(description="Acting where nothing happens.")
    true_negative: StrictFloat = Field(default=0, description="Not acting where nothing happens.")
    false_negative: StrictFloat = Field(default=0, description="Not acting where it happens.")


class RampStep(Section):
    """A share of the requests, and what it takes to go beyond it."""

    weight: Probability = Field(description="The challenger's share of the requests.")
    minimum: StrictInt = Field(default=1000, ge=1, description="Its records with outcomes before the next step.")


class Guard(Section):
    """How much more often than the champion's the challenger's requests may go wrong."""

    margin: Rate = Field(description="Tolerated difference of the rates.")
    alpha: Probability = Field(
        default=0.01, description="Probability of withdrawing a challenger that keeps the margin."
    )


class LatencyGuard(Guard):
    """A request goes wrong when its model takes longer."""

    above_ms: StrictFloat = Field(gt=0, description="Milliseconds (the metric ModelLatency).")


class Guards(Section):
    """What withdraws a challenger whatever the metric says. Each can be left out by `null`."""

    errors_5xx: Guard | None = Field(default=Guard(margin=0.001), description="Errors of the model.")
    errors_4xx: Guard | None = Field(default=Guard(margin=0.01), description="Requests that the model refuses.")
    invalid: Guard | None = Field(default=Guard(margin=0.01), description="Answers that are no predictions.")
    latency: LatencyGuard | None = Field(default=None, description="Left out: how long it takes is not compared")


class Experiment(Section):
    """The terms on which an experiment starts; what runs keeps those it started with."""

    metric: MetricName
    values: DecisionValues | None = Field(default=None, description="What `value` adds up")
    smallest_effect: StrictFloat = Field(gt=0, description="Smallest difference worth finding, in the metric's unit.")
    method: Literal["sequential", "thompson"] = Field(
        default="sequential",
        description="sequential: a confidence sequence, which bounds false decisions; thompson: shares by the "
        "probability of being best, which loses less meanwhile and bounds nothing",
    )
    assignment: Literal["random", "sticky"] = Field(
        default="random", description="random: each request by weight; sticky: each user keeps a variant"
    )
    alpha: Probability = Field(default=0.05, description="Probability of a decision where both are equally good.")
    power: Probability = Field(default=0.8, description="Probability of finding the smallest effect.")
    ramp: tuple[RampStep, ...] = Field(
        default=(RampStep(weight=0.1), RampStep(weight=0.5)), min_length=1, description="Shares, rising."
    )
    minimum: StrictInt = Field(
        default=1000, ge=2, description="Records of each variant before the metric decides; users, if sticky."
    )
    maximum_days: StrictInt = Field(default=28, ge=1, le=365, description="After which it ends, whatever the records.")
    at_maximum: Literal["withdraw", "promote", "ask"] = Field(
        default="ask", description="What happens then; promote needs `non_inferiority`"
    )
    non_inferiority: StrictFloat | None = Field(
        default=None, gt=0, description="By how much the challenger may be worse and still be promoted at the end"
    )
    guards: Guards = Guards()
    outcome_hours: StrictInt = Field(
        default=0, ge=0, le=2160, description="By when outcomes are known; younger requests are not counted yet"
    )
    schedule: Schedule = Field(default="rate(1 hour)", description="When it is looked at, in UTC")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        weights = [step.weight for step in self.ramp]
        if weights != sorted(set(weights)):
            raise RuleError(("ramp",), f"found the weights {weights}; allowed are weights that rise; put them in order")
        if (self.values is not None) != (self.metric == "value"):
            key = "metric" if self.values is None else "values"
            raise RuleError((key,), "`values` and `metric: value` go together; write both or neither")
        if (self.at_maximum == "promote") != (self.non_inferiority is not None):
            key = "at_maximum" if self.non_inferiority is None else "non_inferiority"
            raise RuleError((key,), "`non_inferiority` and `at_maximum: promote` go together; write both or neither")
        if self.outcome_hours >= 24 * self.maximum_days:
            raise RuleError(
                ("outcome_hours",),
                f"found {self.outcome_hours}, and maximum_days ends the experiment after {24 * self.maximum_days} hours"
                ", before any outcome counts; lower it, or raise maximum_days",
            )
        if self.method == "thompson" and self.metric == "auc":
            raise RuleError(
                ("metric",), "thompson adds up numbers of single records, which auc has not; choose another metric"
            )
        if self.method == "thompson" and weights[0] > _HALF:
            raise RuleError(
                ("ramp", 0, "weight"),
                f"found {weights[0]}; with thompson it is the least share of either variant, so allowed is {_HALF} at "
                "most; lower it",
            )
        return self

    @model_validator(mode="after")
    def _differences_can_be(self) -> Self:
        for name in ("smallest_effect", "non_inferiority"):
            value = getattr(self, name)
            if self.metric in _AT_MOST_ONE and value is not None and value >= 1:
                raise RuleError(
                    (name,), f"found {value}; {self.metric} lies in 0 to 1, so allowed is less than 1; lower it"
                )
        return self

    def declared(self, problem: str, *, own_threshold: bool) -> dict[str, Any]:
        """Return the terms as lambda/experiment/beginning.py has them.

        Args:
            problem: of the use case.
            own_threshold: whether models decide by a threshold of their own.
        """
        said = self.model_dump(mode="json", exclude={"schedule"})
        guards = {name: guard for name, guard in said["guards"].items() if guard}
        more = {"problem": problem, "own_threshold": own_threshold, "direction": self.direction}
        return {**said, **more, "guards": guards}

    @property
    def direction(self) -> Literal["higher", "lower"]:
        """Whether a higher or a lower metric is better."""
        return "higher" if self.metric in ("auc", "value") else "lower"
