"""Manifests of a labelled set, as the label function writes them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

RAW = "s3://raw/to-label"


def line(use_case: str, name: str, category: str, **more: Any) -> dict[str, Any]:
    return {
        "ml-loop-object": {"name": name, "version": "v1", "attempt": 1},
        "source-ref": f"{RAW}/{use_case}/{name}",
        "label": 0,
        "label-metadata": {"class-name": category, "confidence": 0.9, "human-annotated": "yes"},
        **more,
    }


def write(folder: Path, runs: Mapping[str, Iterable[tuple[str, str]]], use_case: str = "handwritten_digits") -> None:
    """Write a manifest for each run, and the file that stands for no labels."""
    folder.mkdir(parents=True)
    (folder / "_none").touch()
    for run, labels in runs.items():
        text = "".join(json.dumps(line(use_case, name, category)) + "\n" for name, category in labels)
        (folder / f"{run}.manifest").write_text(text)
