"""Cleaning, by declared rules: each says what is wrong, what is done about it, and why."""

from typing import Annotated, Literal, Self

from pydantic import Field, StrictFloat, model_validator

from config.errors import RuleError
from config.use_case.section import ColumnName, Columns, Scalar, Section


class _Rule(Section):
    why: str = Field(min_length=5, description="What a reader of the report should know.")


class Duplicates(_Rule):
    """Records that are equal in some columns: the first by record_id stays."""

    rule: Literal["duplicates"]
    columns: Columns


class Known(_Rule):
    """A field that must be there."""

    rule: Literal["known"]
    column: ColumnName


class Between(_Rule):
    """A number that cannot lie outside a range."""

    rule: Literal["between"]
    column: ColumnName
    at_least: StrictFloat | None = None
    at_most: StrictFloat | None = None
    otherwise: Literal["drop", "missing", "clip"] = Field(
        default="missing", description="The record goes, the value goes, or the value becomes the nearest possible one"
    )

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("between has no bound; add at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise RuleError(
                ("at_least",), f"found {self.at_least}, which is above at_most, {self.at_most}; put them in order"
            )
        return self


class OneOf(_Rule):
    """A text that must be one of some."""

    rule: Literal["one_of"]
    column: ColumnName
    values: tuple[str, ...] = Field(min_length=1)
    otherwise: Literal["drop", "missing"] = "missing"


class Contradictions(_Rule):
    """Records that are equal in some columns and differ in the label: all of them go, since one label is wrong."""

    rule: Literal["contradictions"]
    columns: Columns


class Fill(_Rule):
    """A missing value that is known to mean something."""

    rule: Literal["fill"]
    column: ColumnName
    value: Scalar


CleaningRule = Annotated[
    Duplicates | Known | Between | OneOf | Contradictions | Fill,
    Field(discriminator="rule"),
]
