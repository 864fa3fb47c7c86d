"""Mergeable sketches of one field, from Apache DataSketches; their bytes are the same in every language of theirs.

Numbers: see `number_sketch`. Texts: frequent items (Anderson et al. 2017), exact up to 3,072 different
ones, and HyperLogLog (Flajolet et al. 2007) for how many there are.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import datasketches

from ..use_case import Document
from .number_sketch import NumberSketch

_LEVELS_LOG2 = 12  # of the table of frequent items, which is filled to three quarters
_DISTINCT_LOG2 = 12  # registers: 1.6 % standard error
# What a value is: there is no such key; null; a number without a fraction; any other; true or false; text; the rest.
KINDS = ("absent", "null", "integral", "fractional", "boolean", "string", "unknown")
_COUNTER = datasketches.frequent_items_error_type.NO_FALSE_NEGATIVES


@dataclass
class TextSketch:
    """Texts and how often each occurs."""

    items: Any = field(default_factory=lambda: datasketches.frequent_strings_sketch(_LEVELS_LOG2))
    different: Any = field(default_factory=lambda: datasketches.hll_sketch(_DISTINCT_LOG2, datasketches.HLL_8))

    def update(self, counted: Iterable[tuple[str, int]]) -> None:
        """Take texts in, each with how often it occurs."""
        more, another = self.items.update, self.different.update
        for value, count in counted:
            more(value, count)
            another(value)

    def merge(self, other: "TextSketch") -> None:
        """Take another sketch in."""
        self.items.merge(other.items)
        union = datasketches.hll_union(_DISTINCT_LOG2)
        union.update(self.different)
        union.update(other.different)
        self.different = union.get_result(datasketches.HLL_8)

    @property
    def count(self) -> int:
        """How many texts."""
        return int(self.items.total_weight)

    def frequent(self) -> dict[str, int]:
        """Return how often each text occurs at least; of rare ones among very many some are left out."""
        return {value: int(lower) for value, _, lower, _ in self.items.get_frequent_items(_COUNTER, 0) if lower > 0}

    @property
    def error(self) -> int:
        """By how much a count of `frequent` may be too low; 0 where they are exact."""
        rows = self.items.get_frequent_items(_COUNTER, 0)
        return int(max((upper - lower for *_, lower, upper in rows), default=0))

    @property
    def distinct(self) -> float:
        """How many different texts: counted where that was possible, else estimated."""
        return float(len(self.frequent())) if not self.error else float(round(self.different.get_estimate()))

    def to_document(self) -> Document:
        """Return it in JSON."""
        return {"items": _text(self.items.serialize()), "different": _text(self.different.serialize_compact())}

    @classmethod
    def from_document(cls, document: Document) -> "TextSketch":
        """Build it from `to_document`."""
        items = datasketches.frequent_strings_sketch.deserialize(_bytes(document["items"]))
        return cls(items, datasketches.hll_sketch.deserialize(_bytes(document["different"])))


@dataclass
class FieldSketch:
    """All that was seen in one field: how many values of each kind, and the numbers and texts among them."""

    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    numbers: NumberSketch = field(default_factory=NumberSketch)
    texts: TextSketch = field(default_factory=TextSketch)

    def merge(self, other: "FieldSketch") -> None:
        """Take another sketch in."""
        for kind, count in other.kinds.items():
            self.kinds[kind] += count
        self.numbers.merge(other.numbers)
        self.texts.merge(other.texts)

    @property
    def rows(self) -> int:
        """How many records were looked at."""
        return sum(self.kinds.values())

    @property
    def present(self) -> int:
        """How many of them have a value."""
        return self.rows - self.kinds["absent"] - self.kinds["null"]

    @property
    def is_number(self) -> bool:
        """Whether most values are numbers."""
        return 2 * (self.kinds["integral"] + self.kinds["fractional"]) > self.present

    def to_document(self) -> Document:
        """Return it in JSON."""
        return {"kinds": self.kinds, "numbers": self.numbers.to_document(), "texts": self.texts.to_document()}

    @classmethod
    def from_document(cls, document: Document) -> "FieldSketch":
        """Build it from `to_document`."""
        return cls(
            dict(document["kinds"]),
            NumberSketch.from_document(document["numbers"]),
            TextSketch.from_document(document["texts"]),
        )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
