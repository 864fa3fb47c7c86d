"""A column of the file, and what is made of it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "text", "time", "unusable"]


@dataclass(frozen=True)
class Column:
    """A column and how its values are made of the file's.

    Attributes:
        name, original: as in SourceColumn.
        kind: number, text, time, or unusable.
        value: SQL of the typed value over the view `source`; missing where the file says nothing.
        note: what a person should know of how it was read.
        odd: values that do not fit the others, with their rows: the column is text for their sake.
        why: of an unusable one.
        whole: True: it is known that all its numbers are whole; None: nobody looked.
    """

    name: str
    original: str
    kind: Kind
    value: str
    note: str | None = None
    odd: str | None = None
    why: str | None = None
    whole: Literal[True] | None = None
