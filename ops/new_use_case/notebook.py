"""The notebook that a new use case starts with (nbformat 4.5): look at the data, prepare it here, then train.

A cell is a kind and a text; `$name` is the use case, `$label` its label. To change what new notebooks hold, change
CELLS.
"""

import json
from string import Template
from typing import Any

from ops.new_use_case.plan import Plan
from ops.new_use_case.raw_table import FILE
from ops.new_use_case.rendering import description

_LOOK = """\
import sys
from pathlib import Path

import pandas as pd

root = next(folder for folder in [Path.cwd(), *Path.cwd().parents] if (folder / "pipelines_src").is_dir())
sys.path.insert(0, str(root))
raw = root / "pipelines_src" / "$name" / "raw" / "$file"
rows = pd.read_parquet(raw)
rows.describe(include="all").T"""
_LABEL = """\
print(rows["$label"].describe())
rows["$label"].value_counts(normalize=True, dropna=False).head(20)"""
_AGAINST_LABEL = """\
outcome = rows["$label"] == $positive if $binary else rows["$label"]
if pd.api.types.is_numeric_dtype(outcome):
    numbers = rows.select_dtypes("number").drop(columns="$label", errors="ignore")
    together = numbers.corrwith(outcome.astype("float64"), method="spearman")
    print(together.sort_values(key=abs, ascending=False).head(20))"""
_PREPARE = """\
import os
import shutil
import subprocess

base = root / "build" / "try" / "$name"  # in place of /opt/ml
inputs = base / "processing" / "input" / "raw"
shutil.rmtree(base, ignore_errors=True)
shutil.copytree(raw.parent, inputs)
subprocess.run(
    [sys.executable, "-m", "pipelines_src", "prepare", "--use-case", "$name"],
    cwd=root, env={**os.environ, "ML_LOOP_BASE_DIR": str(base)}, check=True,
)
pd.read_json(base / "processing" / "output" / "report" / "preparation.json")["splits"].apply(pd.Series)"""
_FIT = """\
from ops.fit import fit

fit("$name")"""

CELLS: tuple[tuple[str, str], ...] = (
    ("markdown", "# $name\n\n$description\n\n`use_case.yaml` beside this notebook says what is what; change it there."),
    ("markdown", "## The raw table"),
    ("code", _LOOK),
    ("markdown", "Missing values, as a share of the rows:"),
    ("code", "rows.isna().mean().sort_values(ascending=False).head(20)"),
    ("label", "## The label"),
    ("label code", _LABEL),
    ("label", "What goes with it (rank correlation; one near 1 may be known only after the outcome):"),
    ("label code", _AGAINST_LABEL),
    ("markdown", "## Prepare it here\n\nThe same code as the pipeline's first step, on this machine."),
    ("code", _PREPARE),
    ("markdown", "## Train\n\nIn the cloud that your credentials name."),
    ("code", _FIT),
)


def notebook(plan: Plan) -> str:
    """Return the notebook's JSON."""
    label = plan.target.label
    values = {
        "name": plan.request.name,
        "file": FILE,
        "description": description(plan),
        "label": label.name if label else "",
        "binary": str(plan.target.positive is not None),
        "positive": repr(plan.target.positive),
    }
    cells = [
        _cell(place, kind.removeprefix("label "), Template(text).substitute(values))
        for place, (kind, text) in enumerate(CELLS)
        if label is not None or not kind.startswith("label")
    ]
    document = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1) + "\n"


def _cell(place: int, kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"id": f"cell-{place}", "metadata": {}, "source": text.splitlines(keepends=True)}
    if kind == "code":
        return {"cell_type": "code", "execution_count": None, "outputs": [], **cell}
    return {"cell_type": "markdown", **cell}
