"""How the features of a single record are made: by the use case's own function for one record, or else by its tables.

A table of one row costs pandas about a millisecond before it holds anything. A use case whose transformations have
`row_features` is spared that; the function must give what `features` gives, value by value.
"""

from array import array
from collections.abc import Callable, Iterable
from typing import Any

from .encoding import FLOAT32, Encoder
from .records import Reader, Record
from .use_case import Transformations

RowFunction = Callable[[Record], "array[float]"]
"""A record, its values in the order of its fields -> float32 features in the model's order, nan where missing."""

Compiled = Callable[[Record], Iterable[Any]]
"""A record -> its features in the model's order before they are encoded; see `Encoder.encode` for what they may be."""


def compiled(transformations: Transformations, encoder: Encoder) -> RowFunction | None:
    """Return the row function of transformations that make single rows themselves, or None."""
    row_features: Compiled | None = getattr(transformations, "row_features", None)
    if row_features is None:
        return None
    encode = encoder.encode
    return lambda record: encode(row_features(record))


def from_tables(transformations: Transformations, encoder: Encoder, reader: Reader) -> RowFunction:
    """Return a row function for any transformations: a table of one row."""

    def features(record: Record) -> "array[float]":
        encoded = encoder.apply(transformations.features(reader.table([record])))
        return array(FLOAT32, encoded.to_numpy("float32").tobytes())

    return features
