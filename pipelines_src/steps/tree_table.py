"""A trained model as one table of bits, which answers for a single row in a fraction of the time that XGBoost takes.

XGBoost is made for many rows: of the time for one, nearly all goes into preparing the call. Here a row costs a few
numpy calls, whatever the number of trees. Each tree has a bit per leaf. What a feature's value says about all splits on
that feature (which leaves cannot be reached) depends on its place among their thresholds alone, so it lies ready as a
line of the table, one per place. The lines of all features, ANDed, leave the one bit of the leaf that the row reaches.
The idea is QuickScorer's: Lucchese et al., SIGIR 2015.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from . import booster, tree_splits
from .links import LINKS, Link
from .tree_splits import Split

TOLERANCE = 1e-6  # what predictions may differ from XGBoost's; relative, if they are larger than 1
MOST_BYTES = 64 * 2**20  # of the table; each process that serves has one
MOST_MODEL_BYTES = 16 * 2**20  # as XGBoost stores it, some 250,000 nodes: reading more would delay a worker's start
_WIDTHS = (8, 16, 32, 64)
_PROBES = 256


@dataclass(frozen=True)
class TreeTable:
    """What `predict` needs; it changes nothing, so threads may share it.

    Attributes:
        words: a line per place of a feature among its thresholds; a column per tree, or several for one with more
            leaves than a word has bits.
        places: per feature the sorted thresholds, and the line of the place below the first one; the line before that
            is a missing value's.
        leaves: per column a value for each bit, then 0 for a row whose leaf is in another column; in one sequence.
        starts: per column where its values begin.
        link: how the sum becomes a prediction.
    """

    words: NDArray[np.unsignedinteger[Any]]
    places: tuple[tuple[list[float], int], ...]
    leaves: NDArray[np.float32]
    starts: NDArray[np.intp]
    link: Link

    @classmethod
    def of(cls, model: xgboost.Booster) -> "TreeTable | None":
        """Return a model's table; None if XGBoost has to be asked, because the model has several outputs, linear terms,
        splits by category, an objective that is not in `LINKS`, or is too large for a table (`MOST_...`)."""
        if len(model.save_raw("ubj")) > MOST_MODEL_BYTES:
            return None
        learner = json.loads(bytes(model.save_raw("json")))["learner"]
        shape, objective = learner["learner_model_param"], learner["objective"]["name"]
        trees = tree_splits.trees(learner["gradient_booster"])
        if not trees or objective not in LINKS or int(shape["num_class"]) > 1 or int(shape["num_target"]) > 1:
            return None
        link, margin = LINKS[objective]
        base = tree_splits.stump(float(margin(np.float32(shape["base_score"].strip("[]")))))
        table = _build([base, *trees], int(shape["num_feature"]), link)
        return table if table and _agrees(table, model) else None

    def predict(self, row: Iterable[float]) -> float:
        """Return the prediction for one row of float32 features in the model's order; nan is a missing value."""
        lines = [
            first - 1 if value != value else first + bisect_right(thresholds, value)  # noqa: PLR0124 - nan
            for value, (thresholds, first) in zip(row, self.places, strict=True)
        ]
        words = np.bitwise_and.reduce(self.words.take(lines, 0))
        bits = np.bitwise_count(words - words.dtype.type(1))  # the bits below the only one; of no bit, all
        # Summed one after the other in float32, as XGBoost does: the sum is the same to the last bit.
        return self.link(np.add.accumulate(self.leaves.take(bits + self.starts))[-1])


def _build(trees: list[dict[str, Any]], features: int, link: Link) -> TreeTable | None:
    counts = [tree_splits.leaves(tree) for tree in trees]
    width = next((width for width in _WIDTHS if max(counts) <= width), _WIDTHS[-1])
    columns = [-(-count // width) for count in counts]
    thresholds = tree_splits.thresholds(trees, features)
    lines = sum(2 + len(some) for some in thresholds)
    if lines * sum(columns) * width // 8 > MOST_BYTES:
        return None
    words = np.empty((lines, sum(columns)), f"uint{width}")
    values = np.zeros((sum(columns), width + 1), "float32")
    firsts = np.cumsum([1, *(2 + len(some) for some in thresholds)])[:-1].tolist()
    splits: list[list[Split]] = [[] for _ in range(features)]
    for tree, end, wide in zip(trees, np.cumsum(columns).tolist(), columns, strict=True):
        own = slice(end - wide, end)
        found, leaves = tree_splits.walk(tree, own)
        words[:, own] = _words(range(len(leaves)), own, words.dtype)
        values[own, :width] = np.pad(leaves, (0, wide * width - len(leaves))).reshape(wide, width)
        for split in found:
            splits[split.feature].append(split)
    for feature, (some, first) in enumerate(zip(thresholds, firsts, strict=True)):
        _fill(words[first - 1 : first + len(some) + 1], some, splits[feature])
    starts = np.arange(len(values)) * (width + 1)
    return TreeTable(words, tuple(zip(thresholds, firsts, strict=True)), values.ravel(), starts, link)


def _fill(lines: NDArray[Any], thresholds: list[float], splits: list[Split]) -> None:
    """Write the lines of one feature: of a missing value, then of each place, from below the first threshold on."""
    places = lines[1:]
    from_above = np.full_like(places, np.iinfo(lines.dtype).max)
    at = {threshold: place for place, threshold in enumerate(thresholds)}
    for split in splits:
        place, columns = at[split.threshold], split.columns
        left, right = (_words(leaves, columns, lines.dtype) for leaves in (split.left, split.right))
        lines[0, columns] &= ~right if split.missing_goes_left else ~left
        places[place + 1, columns] &= ~left  # from its threshold on, a row goes right
        from_above[place, columns] &= ~right
    np.bitwise_and.accumulate(places, axis=0, out=places)
    places &= np.bitwise_and.accumulate(from_above[::-1], axis=0)[::-1]


def _words(leaves: range, columns: slice, dtype: np.dtype[Any]) -> NDArray[Any]:
    size = (columns.stop - columns.start) * dtype.itemsize
    return np.frombuffer(((1 << leaves.stop) - (1 << leaves.start)).to_bytes(size, "little"), dtype.newbyteorder("<"))


def _agrees(table: TreeTable, model: xgboost.Booster) -> bool:
    """Compare with XGBoost on rows at, just below and far from the thresholds, and with missing values."""
    random = np.random.default_rng(0)
    columns = []
    for thresholds, _ in table.places:
        at = np.array(thresholds or [0.0], "float32")
        edges = np.concatenate([at, np.nextafter(at, np.float32(-np.inf)), [np.nan]])
        columns.append(random.choice(edges.astype("float32"), _PROBES))
    rows = np.column_stack(columns)
    expected = booster.predict(model, rows)
    found = np.array([table.predict(row) for row in rows.tolist()])
    return bool(np.all(np.abs(found - expected) <= TOLERANCE * np.maximum(1, np.abs(expected))))
