"""The command itself."""

import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from ops.console import errors
from ops.demo import FOLDER, USE_CASE


def command(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the local cloud and what is in it running.")] = False,
    use_case: Annotated[str, typer.Option(help="Of pipelines_src; the environment has it alone.")] = USE_CASE,
    folder: Annotated[Path, typer.Option(help="Where its files go; what is in it is removed.")] = FOLDER,
) -> None:
    """Deploy into a cloud on this laptop, train, release, predict, and show it all on a page."""
    # Imported here: pandas and matplotlib take a second that the other commands need not wait for.
    from ops.demo import cloud, run

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP, and that must stay
            signal.signal(number, _interrupt)
    try:
        run.run(keep, folder.resolve(), use_case)
    except KeyboardInterrupt:
        errors.print("Interrupted; stopping the local cloud ...")
        cloud.stop(folder.resolve())
        raise typer.Exit(130) from None


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
