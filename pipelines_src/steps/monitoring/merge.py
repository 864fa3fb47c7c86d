"""The step `monitor_merge`: one machine adds up what others sketched, and says what it found. docs/monitoring.md."""

from ..folders import Folders
from ..use_case import UseCase
from . import conclusion, request
from .parts import Parts

OUTPUTS = ("monitoring",)


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the inputs of `monitor`, with `sketches` in the place of captures; write `monitoring`."""
    asked = request.read(folders.input("request"))
    conclusion.write(use_case, folders, asked, Parts(folders.input("sketches")), folders.output("monitoring"))
