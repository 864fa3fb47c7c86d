"""The commands people run: `python -m ops --help`."""

import sys

import typer
from rich.markup import escape

from config import ConfigError
from ops import (
    batch,
    config,
    data,
    experiment,
    images,
    label,
    local,
    loop,
    monitor,
    notebook,
    outcomes,
    pipeline,
    predict,
    release,
    use_case,
    wheels,
)
from ops.aws_errors import AWS_ERRORS, explain
from ops.console import errors
from ops.cost import command as cost
from ops.demo import command as demo
from ops.story import command as story
from ops.target import OperationError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Operate ML Loop.", pretty_exceptions_enable=False)
app.add_typer(config.app, name="config", help="Check environments and use cases.")
app.add_typer(images.app, name="images", help="Addresses of SageMaker's own images.")
app.add_typer(use_case.app, name="use-case", help="Make a use case from a file, or its notebook.")
app.add_typer(wheels.app, name="wheels", help="Packages that jobs bring along.")
app.add_typer(data.app, name="data", help="Bring raw files into an environment.")
app.add_typer(pipeline.app, name="pipeline", help="Run the pipeline of a use case.")
app.add_typer(release.app, name="release", help="Approve and reject models, see what is live.")
app.add_typer(batch.app, name="batch", help="Score files with the model that is live.")
app.add_typer(experiment.app, name="experiment", help="Compare champion and challenger on live requests.")
app.add_typer(monitor.app, name="monitor", help="Have captured requests looked at, and see what was found.")
app.add_typer(loop.app, name="loop", help="Train again, and see the turns of the loop.")
app.add_typer(label.app, name="label", help="Have objects labelled, or bring labels of any tool.")
app.add_typer(outcomes.app, name="outcomes", help="Say what became of requests that were answered.")
app.add_typer(notebook.app, name="notebook", help="Open, start and stop notebook instances.")
app.add_typer(cost.app, name="cost", help="What an environment costs a month, and prices.")
app.command("demo")(demo.command)
app.command("story")(story.command)
app.command("predict")(predict.command)
app.add_typer(local.app, name="local", help="The cloud on this laptop.")


def main() -> int:
    """Run a command; an error for people is a message, not a traceback."""
    try:
        app()
    except (ConfigError, OperationError, OSError, *AWS_ERRORS) as error:
        errors.print(f"[bold red]error[/] {escape(explain(error))}", highlight=False, soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
