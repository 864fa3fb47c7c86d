"""Whether the model reaches what use_case.yaml asks for; if not, which condition failed by how much."""

import math
from collections.abc import Sequence
from typing import Any

from ..shortening import shortened
from .judged import Document
from .shown import apart, figure

PASSED, FAILED = "passed", "failed"
_LONGEST = 1000  # characters of the message, which SageMaker shows as the execution's failure reason


def judge(conditions: Sequence[Document], evaluation: Document) -> Document:
    """Return what evaluation.json says of the gate.

    Args:
        conditions: `metric`, a path with dots, with `at_least` or `at_most`.
        evaluation: where the paths lead.

    Returns:
        `result` passed or failed; `message` for people; `conditions`, each with `value`, `passed`, and `missed_by`, how
        much it lacks (0 if it holds; None where there is no value).
    """
    judged = [_judged(condition, _value(evaluation, condition["metric"])) for condition in conditions]
    missed = [_missed(one) for one in judged if not one["passed"]]
    message = "; ".join(missed or map(_held, judged))
    return {
        "result": FAILED if missed else PASSED,
        "message": shortened(message, _LONGEST),
        "conditions": judged,
    }


def _judged(condition: Document, value: float | None) -> Document:
    at_least, at_most = condition["at_least"], condition["at_most"]
    lacks = None
    if value is not None:
        lacks = max(at_least - value if at_least is not None else value - at_most, 0.0)
    return {**condition, "value": value, "passed": lacks == 0.0, "missed_by": lacks}


def _value(evaluation: Document, path: str) -> float | None:
    found: Any = evaluation
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return None if found is None or math.isnan(found) else float(found)


def _missed(judged: Document) -> str:
    if judged["value"] is None:
        return f"{judged['metric']} must be {_end(judged)} {figure(_bound(judged))} and has no value on this test split"
    value, bound = apart(judged["value"], _bound(judged))
    lacks = f"{figure(judged['missed_by'])} too {'little' if judged['at_least'] is not None else 'much'}"
    return f"{judged['metric']} must be {_end(judged)} {bound} and is {value}, {lacks}"


def _held(judged: Document) -> str:
    value, bound = apart(judged["value"], _bound(judged))
    return f"{judged['metric']} is {value}, {_end(judged)} {bound} as it must be"


def _end(judged: Document) -> str:
    return "at least" if judged["at_least"] is not None else "at most"


def _bound(judged: Document) -> float:
    return float(judged["at_least"] if judged["at_least"] is not None else judged["at_most"])
