"""The command itself."""

from pathlib import Path
from typing import Annotated

import typer

from ops.demo import FOLDER, USE_CASE


def command(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the local cloud and what is in it running.")] = False,
    use_case: Annotated[str, typer.Option(help="Of pipelines_src; the environment has it alone.")] = USE_CASE,
    folder: Annotated[Path, typer.Option(help="Where its files go; what is in it is removed.")] = FOLDER,
) -> None:
    """Deploy into a cloud on this laptop, train, release, predict, and show it all on a page."""
    # Imported here: pandas and matplotlib take a second that the other commands need not wait for.
    from ops.demo import run
    from ops.demo.trouble import stopped_when_interrupted

    with stopped_when_interrupted(folder.resolve()):
        run.run(keep, folder.resolve(), use_case)
