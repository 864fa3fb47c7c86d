"""When a use case's model is trained again, and what becomes of the new one: how the loop closes."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictInt, StringConstraints

from config.errors import RuleError
from config.use_case.experiment import Experiment
from config.use_case.schedule import schedule_expression
from config.use_case.section import Section
from config.use_case.split import Split, TimeSplit
from config.use_case.train import Train

Schedule = Annotated[str, StringConstraints(pattern=r"^(rate|cron)\(.+\)$"), AfterValidator(schedule_expression)]
Does = Literal["train", "nothing"]


class Window(Section):
    """Where a split by time ends, counted back from the newest data: all before it trains."""

    validation_days: StrictInt = Field(ge=1, le=3660, description="Days that validate.")
    test_days: StrictInt = Field(ge=1, le=3660, description="Days that test, the last ones.")


class Retrain(Section):
    """When the pipeline runs again by itself."""

    schedule: Schedule | None = Field(
        default=None, description="An EventBridge schedule in UTC, such as rate(30 days); left out: by command alone"
    )
    on_drift: Does = Field(
        default="train", description="What comes of an alarm on drift: data may drift and the model be as good as ever"
    )
    on_quality: Does = Field(default="train", description="What comes of an alarm on the model's quality")
    cool_down_hours: StrictInt = Field(default=24, ge=0, le=8784, description="From the end of a turn to the next one.")
    most_turns: StrictInt = Field(default=4, ge=1, le=1000, description="Turns in any 30 days: a limit of cost.")
    propose: Literal["challenger", "person"] = Field(
        default="challenger",
        description="challenger: the new model stands beside the champion, and an experiment decides; person: it waits "
        "for one's decision",
    )
    window: Window | None = Field(default=None, description="Left out: the split as declared")

    def terms(self, train: Train) -> dict[str, Any]:
        """Return what the retrain function is told, as lambda/retrain/events.py has it."""
        window = self.window and [self.window.validation_days, self.window.test_days]
        kept = self.model_dump(include={"on_drift", "on_quality", "cool_down_hours", "most_turns", "propose"})
        return {**kept, "window": window, "warm_start": _warm_start(train) == "champion"}


def _warm_start(train: Train) -> str:
    return str(getattr(train, "warm_start", "none"))


def retrain_fits(retrain: Retrain | None, experiment: Experiment | None, split: Split, train: Train) -> None:
    """A challenger needs what decides about it, and a window a split by time."""
    if retrain is None:
        return
    if retrain.propose == "challenger" and experiment is None:
        raise RuleError(
            ("retrain", "propose"),
            "found 'challenger', but there is no section experiment that would compare it; allowed is person. "
            "Choose it, or add the section",
        )
    if retrain.window is not None and not isinstance(split, TimeSplit):
        raise RuleError(
            ("retrain", "window"), f"is for a split by time; this one is by {split.by!r}; remove it, or split by time"
        )
    if _warm_start(train) not in ("none", "champion"):
        raise RuleError(
            ("train", "warm_start"),
            f"found {_warm_start(train)!r}, a package, which is copied by whoever starts the pipeline; with a section "
            "retrain allowed are none and champion. Choose one, or remove the section",
        )
