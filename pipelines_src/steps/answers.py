"""What the endpoint answers for what the model gives, by the problem, and how it is written."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from .use_case import UseCase

JSON, JSON_LINES, CSV = "application/json", "application/jsonlines", "text/csv"
Answer = dict[str, Any]


def of(use_case: UseCase, threshold: float | None = None) -> Callable[[Any], Answer]:
    """Return a function: output of the model for one record -> prediction.

    binary_classification `{"probability": 0.27}`, and with a threshold `{"probability": 0.27, "decision": false}`;
    multiclass_classification `{"label": "b", "probabilities": {"a": 0.1, ...}}`; regression `{"value": 12.5}`;
    clustering `{"cluster": 3, "distance": 1.4}`.

    Args:
        use_case: says which problem it is, and the classes.
        threshold: binary_classification: the probability from which on the decision is true; None: none is made.
    """
    if use_case.problem == "binary_classification":
        if threshold is not None:
            return lambda output: {"probability": output, "decision": output >= threshold}
        return lambda output: {"probability": output}
    if use_case.problem == "clustering":
        return lambda output: {"cluster": int(output[0]), "distance": output[1]}
    if use_case.problem == "regression":
        return lambda output: {"value": output}
    classes = use_case.data["classes"]

    def several(output: Sequence[float]) -> Answer:
        best = max(range(len(output)), key=output.__getitem__)
        return {"label": classes[best], "probabilities": dict(zip(map(str, classes), output, strict=True))}

    return several


def written(predictions: Sequence[Answer], content_type: str) -> str:
    """Return the body of an answer; in CSV a line has the values in the order of the prediction."""
    if content_type == CSV:
        return "".join(f"{','.join(map(_cell, _values(prediction)))}\n" for prediction in predictions)
    if content_type == JSON_LINES:
        return "".join(f"{json.dumps(prediction)}\n" for prediction in predictions)
    return json.dumps({"predictions": predictions})


def read(body: str, content_type: str, use_case: UseCase) -> list[Answer]:
    """Return the predictions of an answer that `written` wrote; ValueError, KeyError or TypeError if it is none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == JSON:
        predictions: list[Answer] = json.loads(body)["predictions"]
        return predictions
    lines = [line for line in body.split("\n") if line.strip()]
    if kind == JSON_LINES:
        return [json.loads(line) for line in lines]
    if kind != CSV:
        raise ValueError(f"an answer of {content_type!r}")
    return [_of_cells(json.loads(f"[{line}]"), use_case) for line in lines]


def _of_cells(cells: list[Any], use_case: UseCase) -> Answer:
    if use_case.problem == "multiclass_classification":
        names_of = map(str, use_case.data["classes"])
        return {"label": cells[0], "probabilities": dict(zip(names_of, cells[1:], strict=True))}
    names = {"clustering": ("cluster", "distance"), "regression": ("value",)}
    return dict(zip(names.get(use_case.problem, ("probability", "decision")), cells, strict=False))


def _values(prediction: Answer) -> list[Any]:
    return [value for item in prediction.values() for value in (item.values() if isinstance(item, dict) else [item])]


def _cell(value: Any) -> str:
    return repr(value) if isinstance(value, float) else json.dumps(value)
