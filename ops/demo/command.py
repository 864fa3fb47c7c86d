"""The command itself."""

from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops.demo import run
from ops.target import OperationError


def command(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the local cloud and what is in it running.")] = False,
) -> None:
    """Deploy into a cloud on this laptop, train on real data, release, predict, and show it all on a page."""
    try:
        run.run(keep)
    except (OperationError, ClientError, BotoCoreError) as error:
        run.failed(error)
        raise typer.Exit(1) from error
