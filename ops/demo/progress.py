"""What is going on, for a person who waits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from ops.console import errors


@dataclass
class Stages:
    """The stages of the demonstration, each with a bar while it runs and its seconds afterwards."""

    progress: Progress = field(
        default_factory=lambda: Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}", table_column=Column(width=26, no_wrap=True)),
            BarColumn(bar_width=12, table_column=Column(width=12)),
            TimeElapsedColumn(table_column=Column(width=7, no_wrap=True)),
            # What is left of the line, which must stay one line also in a terminal of 80 columns.
            TextColumn("[dim]{task.fields[note]}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")),
            console=errors,
            expand=True,
        )
    )
    seconds: dict[str, float] = field(default_factory=dict)
    current: str = ""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator["Stage"]:
        """Show a stage while its block runs; `total` None: no share is known."""
        task = self.progress.add_task(name, total=total, note="")
        started, self.current = time.monotonic(), name
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
