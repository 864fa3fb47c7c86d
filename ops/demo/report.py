"""What the demonstration has to show: gathered once, then written as a summary and as a page."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from ops import pages, predict
from ops.answers import Answers, Prediction
from ops.console import output
from ops.demo import figures, plots
from ops.pipeline import Step
from ops.target import Target
from pipelines_src.steps.evaluation import pictures

COLUMNS = 6


@dataclass(frozen=True)
class StackState:
    """A deployed stack: its name, status and number of resources."""

    name: str
    status: str
    resources: int


@dataclass(frozen=True)
class Report:
    """Everything the demonstration found.

    Attributes:
        metrics: evaluation.json.
        tables: file name -> content of the evaluation's CSV files.
        predictions: some answers of the endpoint.
        capture: S3 URI of a file of captured requests.
        seconds: stage -> how long it took.
    """

    target: Target
    stacks: list[StackState]
    steps: list[Step]
    metrics: dict[str, Any]
    tables: dict[str, bytes]
    predictions: list[Prediction]
    capture: str
    seconds: dict[str, float]

    def write_page(self, path: Path) -> None:
        """Write the self-contained page; the old one stays until the new one is whole."""
        pages.write(
            Path(__file__).with_name("page.html.j2"),
            path,
            **vars(self),
            cards=figures.cards(self.target.use_case, self.metrics),
            pictures=self._pictures(),
            timeline=plots.timeline(self.steps),
            answers=Answers.of(self.target.use_case, self.predictions),
            clusters=self.target.use_case.problem == "clustering",
            columns=list(self.predictions[0].record)[:COLUMNS],
            total_seconds=sum(self.seconds.values()),
            longest=max(self.seconds.values()),
        )

    def print_summary(self) -> None:
        """Print the same for a terminal."""
        output.print(_stacks(self.stacks))
        output.print(_steps(self.steps))
        output.print(predict.table(self.target, self.predictions))
        for line in figures.findings(self.target.use_case, self.metrics):
            output.print(line)

    def _pictures(self) -> list[pictures.Picture]:
        tables = {name: _table(name, content) for name, content in self.tables.items()}
        predictions = tables.pop("predictions.csv")
        return pictures.pictures(self.target.use_case.problem, tables, predictions, self.metrics)


def _table(name: str, content: bytes) -> pd.DataFrame:
    # A class may be called 007 or NA.
    text: dict[str, Any] = {"dtype": {"label": "str", "predicted": "str"}, "keep_default_na": False}
    table: pd.DataFrame = pd.read_csv(io.BytesIO(content), **(text if name == "confusion.csv" else {}))
    return table


def _stacks(stacks: list[StackState]) -> Table:
    shown = Table("stack", "status", title="Deployed", title_justify="left")
    shown.add_column("resources", justify="right")
    for stack in stacks:
        shown.add_row(stack.name, stack.status, str(stack.resources))
    return shown


def _steps(steps: list[Step]) -> Table:
    shown = Table("step", "status", title="Pipeline", title_justify="left")
    shown.add_column("seconds", justify="right")
    for step in steps:
        shown.add_row(step.name, step.status, f"{step.seconds:.1f}")
    return shown
