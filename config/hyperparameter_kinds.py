"""What values hyperparameters may have. They reach an algorithm as text, so each kind reads and shows text."""

import ast
import json
import math
from dataclasses import dataclass
from typing import Any, Protocol

MOST = 2**31 - 1  # the largest whole number of XGBoost, and of SageMaker's ranges


class Kind(Protocol):
    """What values are allowed; as text, `str`, it says so to people."""

    def parse(self, text: str) -> Any:
        """Return the value of a text; ValueError if it is not allowed."""


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`, or the word auto if `auto`; without `high` only the least is said."""

    low: int = 1
    high: int | None = None
    auto: bool = False

    def parse(self, text: str) -> int | str:
        """Return the value; ValueError if it is not allowed."""
        if self.auto and text == "auto":
            return text
        value = int(text)
        if value < self.low or (self.high is not None and value > self.high):
            raise ValueError(text)
        return value

    def __str__(self) -> str:
        bounds = f"of at least {self.low}" if self.high is None else f"from {self.low} to {self.high}"
        return f"a whole number {bounds}{', or auto' if self.auto else ''}"


@dataclass(frozen=True)
class Number:
    """A finite number from `low` to `high`, if `open_low` and `open_high` without them."""

    low: float = 0
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def parse(self, text: str) -> float:
        """Return the value; ValueError if it is not allowed."""
        value = float(text)
        below = value < self.low or (self.open_low and value == self.low)
        above = value > self.high or (self.open_high and value == self.high)
        if below or above or not math.isfinite(value):
            raise ValueError(text)
        return value

    def __str__(self) -> str:
        if math.isinf(self.high):
            return f"a number {'above' if self.open_low else 'of at least'} {self.low}"
        if not self.open_low and not self.open_high:
            return f"a number from {self.low} to {self.high}"
        return f"a number above {self.low} and {'below' if self.open_high else 'at most'} {self.high}"


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    values: tuple[str, ...]

    def parse(self, text: str) -> str:
        """Return the value; ValueError if it is not allowed."""
        if text not in self.values:
            raise ValueError(text)
        return text

    def __str__(self) -> str:
        return f"one of {', '.join(self.values)}"


@dataclass(frozen=True)
class CommaList:
    """Words with commas and no spaces between them; words of `with_number` may go on with @ and a number."""

    values: tuple[str, ...]
    with_number: tuple[str, ...] = ()

    def parse(self, text: str) -> list[str]:
        """Return the words; ValueError if one is not allowed."""
        words = text.split(",")
        for word in words:
            plain, at, number = word.partition("@")
            if at and plain in self.with_number:
                float(number)
            elif word not in self.values:
                raise ValueError(word)
        return words

    def __str__(self) -> str:
        more = f"; {', '.join(self.with_number)} also as {self.with_number[0]}@0.3" if self.with_number else ""
        return f"one or several, with commas and no spaces, of {', '.join(self.values)}{more}"


@dataclass(frozen=True)
class JsonList:
    """A JSON list of words, at least one."""

    values: tuple[str, ...]

    def parse(self, text: str) -> list[str]:
        """Return the words; ValueError if it is no JSON, names another or names none."""
        words = json.loads(text)
        if not isinstance(words, list) or not words or not all(word in self.values for word in words):
            raise ValueError(text)
        return words

    def __str__(self) -> str:
        every = [[word] for word in self.values] + [list(self.values)]
        return f"a JSON list: {', '.join(map(json.dumps, every[:-1]))} or {json.dumps(every[-1])}"


@dataclass(frozen=True)
class Signs:
    """A sign for each feature, in brackets."""

    def parse(self, text: str) -> tuple[int, ...]:
        """Return the signs; ValueError if it is something else."""
        signs = _literal(text)
        if not isinstance(signs, tuple) or not signs or not all(type(one) is int and abs(one) <= 1 for one in signs):
            raise ValueError(text)
        return signs

    def __str__(self) -> str:
        return 'one of 1, 0 and -1 for each feature, in brackets and quotes, such as "(1,0,-1)"'


@dataclass(frozen=True)
class Groups:
    """Lists of whole numbers of at least `low`, in a list."""

    low: int

    def parse(self, text: str) -> list[list[int]]:
        """Return the lists; ValueError if it is something else."""
        groups = _literal(text)
        if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups):
            raise ValueError(text)
        if not all(type(one) is int and one >= self.low for group in groups for one in group):
            raise ValueError(text)
        return groups

    def __str__(self) -> str:
        return f'lists of whole numbers of at least {self.low}, in a list and in quotes, such as "[[1, 2], [3, 4]]"'


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(text) from error
