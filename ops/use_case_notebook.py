"""The notebook of a use case (nbformat 4.5): look at the data, train, evaluate, plot. What it holds is in its cells."""

import json
from string import Template
from typing import Any

from config import UseCase
from config.use_case.train import ImageTrain, KMeansTrain, ScriptTrain, XGBoostTrain
from ops import notebook_cells as cells

FILE = "notebook.ipynb"
_INTRODUCTION = """\
# $name

$description

`use_case.yaml` beside this notebook says what is what; change it there. The environment is the notebook instance's
own, else that of the variable `ML_LOOP_ENVIRONMENT`, else `dev`."""
_RECORDS = """\
## The records that were prepared of them

Pictures are of the training split: what is chosen by the test split is no longer judged by it."""
_TRAIN = """\
## Train

What the deployed pipeline's training step trains, once: `fit` takes `hyperparameters` to try others, and returns the
SageMaker SDK's own `ModelTrainer` ([more](../../docs/training.md#fit))."""
_EVALUATE = """\
## Evaluate

On the test split, on this machine, with the code of the pipeline's evaluation. Nothing is registered: that
is the pipeline's."""
_LABEL = {
    "binary_classification": cells.SHARE,
    "multiclass_classification": cells.CLASSES,
    "regression": cells.DISTRIBUTION,
}
_PICTURES = {
    "binary_classification": cells.BINARY,
    "multiclass_classification": cells.MULTICLASS,
    "regression": cells.REGRESSION,
    "clustering": cells.CLUSTERING,
}


def notebook(use_case: UseCase) -> str:
    """Return the JSON of the notebook, without outputs; the same use case gives the same bytes."""
    curve = ["learning_curve"] if _has_curve(use_case) else []
    values = {
        "name": use_case.name,
        "functions": ", ".join(["evaluate", "fit", *curve, "raw_tables", "records"]),
        "description": use_case.description,
        "classes": repr(list(use_case.data.classes)),
        "label": (use_case.data.label or "").replace("\\", "\\\\").replace('"', '\\"'),
    }
    listed = [*_look(use_case), *_train(use_case), *_evaluate(use_case)]
    document = {
        "cells": [
            _cell(place, kind, Template(text).substitute(values).rstrip()) for place, (kind, text) in enumerate(listed)
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _look(use_case: UseCase) -> list[tuple[str, str]]:
    listed = [
        ("markdown", _INTRODUCTION),
        ("code", cells.SETUP),
        ("markdown", "## The raw tables\n\n`missing` is a share of the rows."),
        ("code", cells.RAW),
        ("code", cells.NUMBERS),
        ("markdown", _RECORDS),
        ("code", cells.PREPARED),
    ]
    if use_case.problem == "clustering":
        return [*listed, ("code", cells.BETWEEN)]
    listed.append(("code", _LABEL[use_case.problem]))
    if use_case.problem == "multiclass_classification":
        return [*listed, ("code", cells.BY_CLASS)]
    if use_case.data.time is not None:
        listed.append(("code", cells.TIME))
    about = "What goes with the label; a correlation near 1 may be with something known only after the outcome."
    return [*listed, ("markdown", about), ("code", cells.RANKS)]


def _train(use_case: UseCase) -> list[tuple[str, str]]:
    listed = [("markdown", _TRAIN), ("code", cells.FIT)]
    if _has_curve(use_case):
        listed.append(("code", cells.CURVE))
    elif isinstance(use_case.train, KMeansTrain):
        listed.append(("code", cells.FINAL))
    return listed


def _has_curve(use_case: UseCase) -> bool:
    train = use_case.train
    return isinstance(train, XGBoostTrain) or (isinstance(train, ScriptTrain | ImageTrain) and bool(train.metrics))


def _evaluate(use_case: UseCase) -> list[tuple[str, str]]:
    pictures = [cells.EVALUATE, cells.IMPORTANCE, _PICTURES[use_case.problem]]
    return [("markdown", _EVALUATE), *(("code", text) for text in pictures)]


def _cell(place: int, kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"id": f"cell-{place}", "metadata": {}, "source": text.splitlines(keepends=True)}
    if kind == "code":
        return {"cell_type": "code", "execution_count": None, "outputs": [], **cell}
    return {"cell_type": "markdown", **cell}
