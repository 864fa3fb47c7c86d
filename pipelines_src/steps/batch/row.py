"""One record of a file to score."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One record as a file has it.

    Attributes:
        number: from 1; None: this is about the whole file.
        content: the record, or the text that is none.
        problem: why it is none; empty if it is one, as far as its form goes.
    """

    number: int | None
    content: Any
    problem: str = ""
