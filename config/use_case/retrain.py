"""When a use case's model is trained again, and what becomes of the new one: how the loop closes."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictInt, StringConstraints

from config.errors import RuleError
from config.use_case.experiment import Experiment
from config.use_case.label import Label
from config.use_case.schedule import schedule_expression
from config.use_case.section import Section
from config.use_case.split import Split, TimeSplit
from config.use_case.train import Train

Schedule = Annotated[str, StringConstraints(pattern=r"^(rate|cron)\(.+\)$"), AfterValidator(schedule_expression)]
Comes = Literal["train", "label", "nothing"]


class Window(Section):
    """Where a split by time ends, counted back from the newest data: all before it trains."""

    validation_days: StrictInt = Field(ge=1, le=3660, description="Days that validate.")
    test_days: StrictInt = Field(ge=1, le=3660, description="Days that test, the last ones.")


class Sample(Section):
    """Which captured requests people label in a turn: of each the object that is named after the request's id."""

    records: StrictInt = Field(default=200, ge=1, le=50000, description="At most, beside label.limits")
    days: StrictInt = Field(default=14, ge=1, le=365, description="Of captures before the turn.")
    ending: Literal[".jpg", ".jpeg", ".png", ".txt"] | None = Field(
        default=None, description="Of the objects' names; left out: .png, of texts .txt"
    )
    schedule: Schedule | None = Field(
        default=None,
        description="An EventBridge schedule in UTC on which a sample drawn by chance is labelled, whose labels are "
        "outcomes: models are judged again though no alarm rings; left out: never",
    )


class Retrain(Section):
    """When the pipeline runs again by itself."""

    schedule: Schedule | None = Field(
        default=None,
        description="An EventBridge schedule in UTC, such as rate(30 days); left out: by alarms and command alone",
    )
    on_drift: Comes = Field(
        default="train",
        description="What comes of an alarm on drift. label: a sample drawn by chance is labelled, whose outcomes tell "
        "whether the model got worse",
    )
    on_quality: Comes = Field(default="train", description="What comes of an alarm on the model's quality.")
    cool_down_hours: StrictInt = Field(default=24, ge=0, le=8784, description="From the end of a turn to the next one.")
    most_turns: StrictInt = Field(default=4, ge=1, le=1000, description="Turns in any 30 days: a limit of cost.")
    propose: Literal["challenger", "person"] = Field(
        default="challenger",
        description="challenger: the new model stands beside the champion, and an experiment decides; person: it waits "
        "for one's decision",
    )
    window: Window | None = Field(default=None, description="Left out: the split as declared")
    sample: Sample | None = Field(
        default=None,
        description="Labelled before a training that no person asked for: what the model doubts and what has become "
        "frequent; left out: nothing",
    )

    def terms(self, train: Train, label: Label | None) -> dict[str, Any]:
        """Return what the retrain function is told, as lambda/retrain/events.py has it."""
        window = self.window and [self.window.validation_days, self.window.test_days]
        kept = self.model_dump(include={"on_drift", "on_quality", "cool_down_hours", "most_turns", "propose"})
        said = {**kept, "window": window, "warm_start": _warm_start(train) == "champion"}
        if self.sample and label:
            ending = self.sample.ending or (".txt" if label.task.kind_of_objects == "text" else ".png")
            said["sample"] = {"records": self.sample.records, "days": self.sample.days, "ending": ending}
        return said


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
