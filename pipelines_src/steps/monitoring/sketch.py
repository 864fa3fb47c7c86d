"""The step `monitor_sketch`: each of several machines sketches its share of the captures. docs/monitoring.md."""

import tempfile
from pathlib import Path

from ..folders import Folders
from ..use_case import UseCase
from . import parts, request

OUTPUTS = ("sketches",)


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the inputs request, baseline and this machine's share of captures; write its part into `sketches`."""
    asked = request.read(folders.input("request"))
    # Of fewer files than machines some get none, and their folder need not be there.
    folders.input("captures").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folders.base, prefix="scratch-") as scratch:
        answers = parts.joins(asked, use_case, truth=True)  # which only the merging machine has
        parts.write(use_case, folders, asked, folders.output("sketches"), Path(scratch), answers=answers)
