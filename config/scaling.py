"""How many instances a slot has, and when."""

import difflib
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StrictInt, model_validator

from config import scaling_rules
from config.errors import KeyPath
from config.section import Section
from config.use_case.cron import cron_expression


def _time_zone(name: str) -> str:
    # The database's two that are no places: what this machine has, and a zone for clocks that were never set.
    known = sorted(available_timezones() - {"Factory", "localtime"})
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise ValueError(
            f"found {name!r}; allowed is the name of a time zone, such as UTC or Asia/Tokyo. "
            f"{f'Did you mean {near[0]}?' if near else 'Correct it'}"
        )
    return name


class Bounds(Section):
    """The least and the most instances of a slot."""

    min: StrictInt = Field(ge=1, le=100, description="least instances")
    max: StrictInt = Field(ge=1, le=100, description="most instances")

    @model_validator(mode="after")
    def _least_before_most(self) -> Self:
        scaling_rules.ordered(self.min, self.max)
        return self


class ScheduledBounds(Bounds):
    """Bounds that hold from a time on, until others do."""

    cron: Annotated[str, AfterValidator(cron_expression)] = Field(
        description="from when: minutes, hours, day of month, month, day of week, year, as in cron(0 8 ? * MON-FRI *)"
    )
    time_zone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default="UTC", description="whose clock that is, such as Asia/Tokyo"
    )


class Scaling(Bounds):
    """Instances of the champion and of the challenger follow the requests; each has the same bounds and target."""

    invocations_per_instance: StrictInt = Field(
        ge=1, description="requests a minute that each instance is to have; more or fewer instances keep it there"
    )
    scale_in_cooldown_seconds: StrictInt = Field(
        default=300, ge=0, le=3600, description="after instances were taken away, none is taken away for so long"
    )
    scale_out_cooldown_seconds: StrictInt = Field(
        default=60, ge=0, le=3600, description="after instances were added, none is added for so long"
    )
    schedule: tuple[ScheduledBounds, ...] = Field(
        default=(), max_length=100, description="other bounds from certain times on, such as fewer at night"
    )

    @model_validator(mode="after")
    def _each_time_once(self) -> Self:
        scaling_rules.each_time_once((one.cron, one.time_zone) for one in self.schedule)
        return self

    @property
    def every_bounds(self) -> dict[KeyPath, Bounds]:
        """All bounds by the keys that they stand under."""
        return {("scaling",): self} | {("scaling", "schedule", at): one for at, one in enumerate(self.schedule)}
