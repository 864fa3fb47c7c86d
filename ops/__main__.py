"""The commands people run: `python -m ops --help`."""

import sys

import typer

from config.errors import ConfigError
from ops.commands import Commands
from ops.errors import OperationError

app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, help="Operate ML Loop.", pretty_exceptions_enable=False
)


@app.callback()
def _operate() -> None:
    """Operate ML Loop."""


def main() -> int:
    """Run a command; an error for people is a message, not a traceback."""
    try:
        app()
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        from rich.markup import escape  # here, for what is below takes longer than many a command

        from ops.console import errors

        errors.print(f"[bold red]error[/] {escape(told)}", highlight=False, soft_wrap=True)
        return 1
    return 0


def _told(error: Exception) -> str | None:
    """Return what an error says to people; None if it is a mistake of the program."""
    if isinstance(error, (ConfigError, OperationError)):
        return str(error)
    from ops.aws_errors import AWS_ERRORS, explain

    return explain(error) if isinstance(error, (OSError, *AWS_ERRORS)) else None


if __name__ == "__main__":
    sys.exit(main())
