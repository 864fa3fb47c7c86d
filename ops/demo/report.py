"""What the demonstration has to show: gathered once, then written as a summary and as a page."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from rich.table import Table

from ops import predict
from ops.console import output
from ops.demo import plots
from ops.pipeline import Step
from ops.predict import Prediction
from ops.target import Target

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
        curves: file name -> content of the evaluation's CSV files.
        capture: S3 URI of a file of captured requests.
        seconds: stage -> how long it took.
    """

    target: Target
    stacks: list[StackState]
    steps: list[Step]
    metrics: dict[str, Any]
    curves: dict[str, bytes]
    answers: list[Prediction]
    capture: str
    seconds: dict[str, float]

    def write_page(self, path: Path) -> None:
        """Write the self-contained page; the old one stays until the new one is whole."""
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
        )
        text = environment.get_template("page.html.j2").render(
            vars(self)
            | {
                "figures": plots.figures(self.metrics, self.curves),
                "timeline": plots.timeline(self.steps),
                "columns": list(self.answers[0].record)[:COLUMNS],
                "total_seconds": sum(self.seconds.values()),
                "longest": max(self.seconds.values()),
            }
        )
        beside = path.with_suffix(".part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)

    def print_summary(self) -> None:
        """Print the same for a terminal."""
        output.print(_stacks(self.stacks))
        output.print(_steps(self.steps))
        output.print(predict.table(self.target, self.answers))
        for line in _findings(self.metrics):
            output.print(line)
        output.print(f"Captured requests: {self.capture}", soft_wrap=True)


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


def _findings(metrics: dict[str, Any]) -> list[str]:
    auc, baseline, over = metrics["auc"], metrics["baseline_auc"], metrics["auc_over_baseline"]
    return [
        f"[bold]Test AUC {auc['value']:.3f}[/] on {metrics['rows']:,} records, "
        f"{auc['confidence']:.0%} interval {auc['lower']:.3f} to {auc['upper']:.3f}.",
        f"Baseline {baseline['value']:.3f}; the difference is {over['value']:+.3f}, "
        f"interval {over['lower']:+.3f} to {over['upper']:+.3f}.",
    ]
