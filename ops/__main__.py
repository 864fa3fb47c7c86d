"""The commands people run: `python -m ops --help`."""

import sys

import typer

from config import ConfigError
from ops import config, local
from ops.console import errors

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Operate ML Loop.", pretty_exceptions_enable=False)
app.add_typer(config.app, name="config", help="Check environments and use cases.")
app.add_typer(local.app, name="local", help="The cloud on this laptop.")


def main() -> int:
    """Run a command; an error of configuration is a message, not a traceback."""
    try:
        app()
    except ConfigError as error:
        errors.print(f"[bold red]error[/] {error}", highlight=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
