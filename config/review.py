"""What an environment says of a change before it is deployed: which dangers block it, which warn, what is excused."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, StringConstraints

from config import rules
from config.section import Section

Kind = Literal[
    "data_loss",
    "permissions_widened",
    "permissions_narrowed",
    "permissions_unknown",
    "exposure",
    "interruption",
    "pipeline",
    "monitoring_weakened",
    "cost",
    "metadata",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Level = Literal["info", "low", "medium", "high", "never"]
LEVELS: tuple[Level, ...] = get_args(Level)  # from the strictest on
# Where data stays, or stacks are protected: an environment in earnest.
BLOCK: Mapping[Kind, Level] = {"data_loss": "medium", "exposure": "medium", "permissions_widened": "high"}
WARN: Mapping[Kind, Level] = {
    "data_loss": "low",
    "permissions_widened": "low",
    "permissions_unknown": "low",
    "exposure": "low",
    "interruption": "medium",
    "monitoring_weakened": "low",
}
Why = Annotated[str, StringConstraints(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$"), BeforeValidator(rules.in_words)]
Pattern = Annotated[str, StringConstraints(max_length=1024), AfterValidator(rules.one_change)]


def _from(what: str) -> Level | None:
    level: Level | None = Field(default=None, description=f"{what}: the least severity that counts; left out: as usual")
    return level


class Levels(Section):
    """From which severity on a change counts, for each class of changes."""

    data_loss: Level | None = _from("stateful resources replaced or removed, retention shortened, keys changed")
    permissions_widened: Level | None = _from("policies that allow more than before")
    permissions_narrowed: Level | None = _from("policies that allow less than before")
    permissions_unknown: Level | None = _from("policies of which nobody can tell")
    exposure: Level | None = _from("what more people or networks can reach, isolation or encryption turned off")
    interruption: Level | None = _from("endpoints made anew, fewer zones, less capacity")
    pipeline: Level | None = _from("steps, parameters, images and code of the pipelines of models")
    monitoring_weakened: Level | None = _from("alarms removed or loosened, schedules thinned")
    cost: Level | None = _from("prices, resource by resource; `monthly_change` is about their sum")
    metadata: Level | None = _from("tags and descriptions")

    def level(self, kind: Kind, usual: Mapping[Kind, Level]) -> Level:
        """Return what counts of a class: what is said here, else what is usual, else nothing."""
        said: Level | None = getattr(self, kind)
        return said or usual.get(kind, "never")


class MonthlyChange(Section):
    """How much dearer a month may become by one change; cheaper it may always become."""

    usd: StrictInt | None = Field(default=None, ge=0, description="whole US dollars; left out: any")
    percent: StrictInt | None = Field(
        default=None,
        ge=0,
        description="of the price before, if there was one; left out: any",
    )
    beyond: Literal["block", "warn"] | None = Field(
        default=None,
        description="what a change beyond either does; left out: block where `cdk destroy` keeps data or stacks are "
        "protected against it, else warn",
    )


class Waiver(Section):
    """An exception: changes that do not block, why, and until when."""

    change: Pattern = Field(
        description="which: a stack and the logical id of a resource, or the path of its construct, "
        "`prod-data/Raw1A2B3C4D` or `prod-data/Raw/*`; * stands for anything, neither in the stack's name nor alone"
    )
    classes: tuple[Kind, ...] = Field(min_length=1, description="of what: classes of changes")
    reason: Why = Field(description="why it may be, in words")
    expires: date = Field(
        strict=True,  # pydantic takes numbers for seconds since 1970, and 20261231 is one
        description="the last day on which it counts, in UTC, such as 2026-12-31",
    )


class ReviewRules(Section):
    """What blocks a change, what warns, and what is excused (docs/review.md)."""

    block: Levels = Field(
        default=Levels(),
        description="what blocks, class by class. Usual where `cdk destroy` keeps data or stacks are protected "
        "against it: data_loss and exposure from medium, permissions_widened from high; elsewhere nothing",
    )
    warn: Levels = Field(
        default=Levels(),
        description="what is listed as a warning, class by class. Usual: data_loss, permissions_widened, "
        "permissions_unknown, exposure and monitoring_weakened from low, interruption from medium",
    )
    monthly_change: MonthlyChange = Field(default=MonthlyChange(), description="how much dearer a month may become")
    waivers: tuple[Waiver, ...] = Field(default=(), description="exceptions, each with a reason and an end")
