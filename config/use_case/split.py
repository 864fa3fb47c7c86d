"""Which records train, validate, test, and are kept to be replayed at the endpoint."""

import re
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, StrictFloat, StrictInt, Tag, model_validator
from pydantic_core import PydanticKnownError

from config.errors import RuleError
from config.use_case.section import ColumnName, Section, kind_of


def _moment(value: Any) -> Any:
    # Pydantic would take a number, and digits alone, for seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.{,30}$", value)):
        return value
    raise PydanticKnownError("datetime_type")


Moment = Annotated[datetime, BeforeValidator(_moment)]
_Share = Annotated[StrictFloat, Field(gt=0, lt=1)]


class TimeSplit(Section):
    """Splits by `data.time`: what lies before train_until trains, and so on; the rest is kept for serving."""

    by: Literal["time"] = "time"
    train_until: Moment
    validation_until: Moment
    test_until: Moment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        names = ("train_until", "validation_until", "test_until")
        bounds = {name: getattr(self, name) for name in names}
        for name, bound in bounds.items():
            if bound.tzinfo:
                raise RuleError(
                    (name,),
                    f"found {bound.isoformat()}; it must have no time zone, like data.time; write for example "
                    "2013-04-01",
                )
        for before, name in pairwise(names):
            if not bounds[before] < bounds[name]:
                raise RuleError(
                    (name,),
                    f"found {bounds[name].isoformat()}, and {before} is {bounds[before].isoformat()}; "
                    f"{', '.join(names)} must follow each other; put them in order",
                )
        return self

    @property
    def until(self) -> str:
        """The bounds in one text, as the pipeline's parameter `SplitUntil` has them."""
        return "/".join(bound.isoformat() for bound in (self.train_until, self.validation_until, self.test_until))


class _Shares(Section):
    """Shares of the records; what is left is kept for serving."""

    train: _Share = 0.7
    validation: _Share = 0.15
    test: _Share = 0.15

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        if (total := self.train + self.validation + self.test) > 1 + 1e-9:
            shares = f"{self.train}, {self.validation} and {self.test}"
            raise RuleError(
                (),
                f"train, validation and test are {shares}, {total:.4g} together; allowed is at most 1; lower one "
                "of them",
            )
        return self


class RandomSplit(_Shares):
    """Splits at random, the same way each time; stratified: each label has its shares in every split."""

    by: Literal["random"]
    stratify: StrictBool = True
    seed: StrictInt = Field(default=0, ge=0, le=2**31 - 1)


class GroupSplit(_Shares):
    """Splits by a field of the record, so that all records of a group (a patient, a machine) are in one split."""

    by: Literal["group"]
    column: ColumnName
    seed: StrictInt = Field(default=0, ge=0, le=2**31 - 1)


def by(value: Any) -> str:
    """Return which kind of section is meant; its name is the key that errors speak of."""
    return kind_of(value, "by", "time")


Split = Annotated[
    Annotated[TimeSplit, Tag("time")] | Annotated[RandomSplit, Tag("random")] | Annotated[GroupSplit, Tag("group")],
    Discriminator(by),
]
