"""The step `monitor`: one machine reads all captures of a run and says what it found. docs/monitoring.md."""

import tempfile
from pathlib import Path

from ..folders import Folders
from ..use_case import UseCase
from . import conclusion, parts, request
from .parts import Parts

OUTPUTS = ("monitoring",)


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the inputs request, captures, baseline, ground_truth, quality, model and reference; write `monitoring`."""
    asked = request.read(folders.input("request"))
    folders.base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folders.base, prefix="scratch-") as scratch:
        made = Path(scratch) / "parts"
        made.mkdir()
        answers = parts.joins(asked, use_case, truth=folders.input("ground_truth").exists())
        parts.write(use_case, folders, asked, made, Path(scratch), answers=answers)
        conclusion.write(use_case, folders, asked, Parts(made), folders.output("monitoring"))
