"""What is going on, for a person who waits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ops.console import errors


@dataclass
class Stages:
    """The stages of the demonstration, each with a bar while it runs and its seconds afterwards."""

    progress: Progress = field(
        default_factory=lambda: Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description:34}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=errors,
        )
    )
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator["Stage"]:
        """Show a stage while its block runs; `total` None: no share is known."""
        task = self.progress.add_task(name, total=total, note="")
        started = time.monotonic()
        if not errors.is_terminal:
            errors.print(f"{name} ...")
        yield Stage(self.progress, task)
        self.seconds[name] = time.monotonic() - started
        self.progress.update(task, total=1, completed=1, note="")
        self.progress.stop_task(task)


@dataclass(frozen=True)
class Stage:
    """A running stage."""

    progress: Progress
    task: TaskID

    def show(self, note: str, done: int | None = None, total: int | None = None) -> None:
        """Say what it is doing now, and how much of it is done."""
        self.progress.update(self.task, note=note, completed=done, total=total)
