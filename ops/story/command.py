"""The command itself."""

from pathlib import Path
from typing import Annotated

import typer

from ops.story import FOLDER


def command(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the local cloud and what is in it running.")] = False,
    folder: Annotated[Path, typer.Option(help="Where its files go; what is in it is removed.")] = FOLDER,
) -> None:
    """Two models on real flights, an experiment that decides between them, and a broken model that is withdrawn."""
    # Imported here: pandas and matplotlib take a second that the other commands need not wait for.
    from ops.demo.trouble import stopped_when_interrupted
    from ops.story import run

    with stopped_when_interrupted(folder.resolve()):
        run.run(keep, folder.resolve())
