"""What an account says of what synthesis cannot know, for commands that ask it before a deployment."""

from collections.abc import Iterable
from dataclasses import dataclass

import typer
from rich.markup import escape

from ops.console import output

_MARKS = {True: "[green]yes[/]", False: "[bold red]no[/]", None: "[yellow]?[/]"}


@dataclass(frozen=True)
class Finding:
    """What was found; `good` None: it cannot be told beforehand."""

    good: bool | None
    text: str


def show(findings: Iterable[Finding]) -> None:
    """Print what was found; typer.Exit 1 if any of it is not good."""
    found = list(findings)
    for one in found:
        output.print(f"{_MARKS[one.good]} {escape(one.text)}", highlight=False, soft_wrap=True)
    if any(one.good is False for one in found):
        raise typer.Exit(1)
