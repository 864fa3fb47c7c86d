"""What people are told when a demonstration fails or is interrupted, and how to use what it leaves."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import typer

from ops.aws_errors import AWS_ERRORS, explain
from ops.console import errors, shown
from ops.demo import FOLDER, STATE, cloud
from ops.demo.progress import Stages
from ops.errors import OperationError
from ops.signals import interrupt_by_all

_EXPECTED = (OperationError, OSError, *AWS_ERRORS)


@contextmanager
def told(stages: Stages, folder: Path) -> Iterator[None]:
    """Say of a failure in the block which stage it was, why, and where to look.

    Raises:
        OperationError: with that text. The cloud is left running to be looked at.
    """
    try:
        yield
    except _EXPECTED as error:
        raise OperationError(_failure(stages.current, error, folder)) from error


@contextmanager
def stopped_when_interrupted(folder: Path) -> Iterator[None]:
    """Stop the cloud when a person or the system ends the command."""
    interrupt_by_all()
    try:
        yield
    except KeyboardInterrupt:
        errors.print("Interrupted; stopping the local cloud ...")
        with suppress(OperationError), cloud.alone(folder):  # one that was begun meanwhile removes all of it itself
            cloud.stop(folder)
        raise typer.Exit(130) from None


def state_option(folder: Path) -> str:
    """Return what commands about the cloud below `folder` need to be told of it."""
    return "" if folder == FOLDER else f" --state-dir {shown(folder / STATE.name)}"


def _failure(stage: str, error: Exception, folder: Path) -> str:
    if not stage:
        return str(error)
    text = f"The demonstration failed at: {stage}.\n{explain(error)}\n"
    if cloud.has_ended(folder):
        text += f"The local cloud has ended. The end of its log:\n{cloud.end_of_log(folder)}\n"
    elif cloud.runs(folder):
        option = state_option(folder)
        text += f"The local cloud runs on, to be looked at; python -m ops local down{option} ends it.\n"
    else:
        return f"{text}Nothing was started."
    return f"{text}Logs lie in {shown(folder)}/. Run the command again to try again from the start."
