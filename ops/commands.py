"""All commands by name, each imported once it is asked for: none has to wait for the libraries of the others."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

# Where each command is, and what the list of commands says of it.
COMMANDS: dict[str, tuple[str, str]] = {
    "config": ("ops.config:app", "Check environments and use cases."),
    "images": ("ops.images:app", "Addresses of SageMaker's own images."),
    "use-case": ("ops.use_case:app", "Make a use case from a file, or its notebook."),
    "wheels": ("ops.wheels:app", "Packages that jobs bring along."),
    "data": ("ops.data:app", "Bring raw files into an environment."),
    "pipeline": ("ops.pipeline:app", "Run the pipeline of a use case."),
    "release": ("ops.release:app", "Approve and reject models, see what is live."),
    "batch": ("ops.batch:app", "Score files with the model that is live."),
    "experiment": ("ops.experiment:app", "Compare champion and challenger on live requests."),
    "monitor": ("ops.monitor:app", "Have captured requests looked at, and see what was found."),
    "loop": ("ops.loop:app", "Train again, and see the turns of the loop."),
    "label": ("ops.label:app", "Have objects labelled, or bring labels of any tool."),
    "outcomes": ("ops.outcomes:app", "Say what became of requests that were answered."),
    "notebook": ("ops.notebook:app", "Open, start and stop notebook instances."),
    "demo": (
        "ops.demo.command:command",
        "Deploy into a cloud on this laptop, train, release, predict, and show it all.",
    ),
    "story": ("ops.story.command:command", "Two models on real flights, an experiment that decides, a broken model."),
    "predict": ("ops.predict:command", "Ask the endpoint about records that no model was trained on."),
    "review": ("ops.review.command:command", "Show what a change does: dangers, pipelines, price."),
    "cost": ("ops.cost.command:app", "What an environment costs a month, and prices."),
    "diagram": ("ops.diagram.command:command", "Draw the architecture of an environment."),
    "local": ("ops.local:app", "The cloud on this laptop."),
}


class Commands(TyperGroup):
    """The group of all commands; those that it lists are names and words, until one is run."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            **{**given, "commands": {name: TyperCommand(name, help=COMMANDS[name][1]) for name in COMMANDS}}
        )

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name of the command that is run, the command itself, and what is left of the words."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and load(str(found.name)), rest


def load(name: str) -> Any:
    """Return a command, imported.

    A module that has a single command may have it as `command`, and its class as `COMMAND_CLASS`.
    """
    place, about = COMMANDS[name]
    module, attribute = place.split(":")
    loaded = import_module(module)
    found = getattr(loaded, attribute)
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name, group.help = name, about
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name, cls=getattr(loaded, "COMMAND_CLASS", None))(found)
    return get_command(alone)
