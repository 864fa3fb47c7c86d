"""The trees of a model as XGBoost stores them (its JSON schema, doc/model.schema of xgboost 3.2.0), split by split."""

from dataclasses import dataclass
from typing import Any

import numpy as np

_NO_CHILD = -1


@dataclass(frozen=True)
class Split:
    """A row whose feature is below the threshold goes left.

    Attributes:
        feature: the feature's place in the model.
        threshold: a float32.
        missing_goes_left: where a row without the feature goes.
        left, right: the leaves below it on either side; leaves are numbered from left to right.
        columns: the columns of the tree in the table.
    """

    feature: int
    threshold: float
    missing_goes_left: bool
    left: range
    right: range
    columns: slice


def trees(gradient_booster: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the trees, leaves of `dart` weighted; none if there is something that splits of numbers cannot say."""
    kind = gradient_booster["name"]
    if kind not in {"gbtree", "dart"}:
        return []
    found = gradient_booster["gbtree" if kind == "dart" else "model"]
    found = found["model"]["trees"] if kind == "dart" else found["trees"]
    if any(any(tree["split_type"]) or int(tree["tree_param"]["size_leaf_vector"]) > 1 for tree in found):
        return []
    if kind == "gbtree":
        return list(found)
    return [_weighted(tree, weight) for tree, weight in zip(found, gradient_booster["weight_drop"], strict=True)]


def stump(value: float) -> dict[str, Any]:
    """Return a tree of a single leaf."""
    return {"left_children": [_NO_CHILD], "right_children": [_NO_CHILD], "split_conditions": [value]}


def leaves(tree: dict[str, Any]) -> int:
    """Return how many leaves can be reached; nodes that were pruned stay in the arrays."""
    return sum(tree["left_children"][node] == _NO_CHILD for node in _from_left(tree))


def thresholds(some: list[dict[str, Any]], features: int) -> list[list[float]]:
    """Return per feature the sorted thresholds of all trees."""
    found: list[set[float]] = [set() for _ in range(features)]
    for tree in some:
        for node in _from_left(tree):
            if tree["left_children"][node] != _NO_CHILD:
                found[tree["split_indices"][node]].add(_float32(tree["split_conditions"][node]))
    return [sorted(values) for values in found]


def walk(tree: dict[str, Any], columns: slice) -> tuple[list[Split], list[float]]:
    """Return a tree's splits, and the values of its leaves from left to right."""
    left, right, values = tree["left_children"], tree["right_children"], tree["split_conditions"]
    order = _from_left(tree)
    splits: list[Split] = []
    ends = [values[node] for node in order if left[node] == _NO_CHILD]
    below: dict[int, range] = {}
    number = len(ends)
    for node in reversed(order):  # children before their parent
        if left[node] == _NO_CHILD:
            number -= 1
            below[node] = range(number, number + 1)
            continue
        sides = below[left[node]], below[right[node]]
        below[node] = range(sides[0].start, sides[1].stop)
        feature, default = tree["split_indices"][node], bool(tree["default_left"][node])
        splits.append(Split(feature, _float32(values[node]), default, *sides, columns))
    return splits, ends


def _from_left(tree: dict[str, Any]) -> list[int]:
    order, waiting = [], [0]
    while waiting:
        node = waiting.pop()
        order.append(node)
        if tree["left_children"][node] != _NO_CHILD:
            waiting += [tree["right_children"][node], tree["left_children"][node]]
    return order


def _weighted(tree: dict[str, Any], weight: float) -> dict[str, Any]:
    values = [
        float(np.float32(value) * np.float32(weight)) if child == _NO_CHILD else value
        for value, child in zip(tree["split_conditions"], tree["left_children"], strict=True)
    ]
    return {**tree, "split_conditions": values}


def _float32(value: float) -> float:
    return float(np.float32(value))
