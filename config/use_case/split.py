"""Which records train, validate, test, and are kept to be replayed at the endpoint."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from config.use_case.section import ColumnName, Section

_Share = Annotated[float, Field(gt=0, lt=1)]


class TimeSplit(Section):
    """Splits by `data.time`: what lies before train_until trains, and so on; the rest is kept for serving."""

    by: Literal["time"] = "time"
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
            raise ValueError(
                f"train, validation and test are {total:.2f} together; allowed is at most 1; lower one of them"
            )
        return self


class RandomSplit(_Shares):
    """Splits at random, the same way each time; stratified: each label has its shares in every split."""

    by: Literal["random"]
    stratify: bool = True
    seed: int = Field(default=0, ge=0, le=2**31 - 1)


class GroupSplit(_Shares):
    """Splits by a field of the record, so that all records of a group (a patient, a machine) are in one split."""

    by: Literal["group"]
    column: ColumnName
    seed: int = Field(default=0, ge=0, le=2**31 - 1)


def by(value: Any) -> str:
    """Return which kind of section is meant; its name is the key that errors speak of."""
    return str(value.get("by", "time") if isinstance(value, dict) else value.by)


Split = Annotated[
    Annotated[TimeSplit, Tag("time")] | Annotated[RandomSplit, Tag("random")] | Annotated[GroupSplit, Tag("group")],
    Discriminator(by),
]
