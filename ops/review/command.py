"""`python -m ops review`: what a change of infrastructure does, offline."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from ops.errors import OperationError

Format = Literal["markdown", "html", "json", "sarif"]
_CLOSED = 2
_FOLDER = Path("build/review")


class Command(TyperCommand):
    """The command, that ends with 1 if it is called wrongly: 2 says that a gate is closed."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options."""
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            if hasattr(error, "exit_code"):
                error.exit_code = 1
            raise


COMMAND_CLASS = Command


def command(
    base: Annotated[Path | None, typer.Option(help="Cloud assembly before the change, such as cdk.out.")] = None,
    head: Annotated[Path | None, typer.Option(help="Cloud assembly with it.")] = None,
    base_template: Annotated[Path | None, typer.Option(help="In place of assemblies: a template before it.")] = None,
    head_template: Annotated[Path | None, typer.Option(help="And the template with it.")] = None,
    against: Annotated[
        str | None, typer.Option(help="In place of both: synthesise this folder, and what has parted from this commit.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What is written.")] = "markdown",
    out: Annotated[Path | None, typer.Option(help="File that it is written to, and not to the terminal.")] = None,
    environment: Annotated[str, typer.Option(help="The only one to look at; of templates: whose rules count.")] = "",
) -> None:
    """Show what a change does: dangers, pipelines, price. Ends with 2 if a gate is closed, 1 if it cannot be told."""
    from ops.review import reviewing

    if against:
        _refuse(base, head, base_template, head_template)
        found = _against(against, out or _FOLDER, environment)
    elif base and head:
        _refuse(base_template, head_template)
        found = reviewing.reviewed(*reviewing.assemblies(base, head, environment))
    elif base_template and head_template:
        _refuse(base, head)
        found = reviewing.reviewed(*reviewing.templates(base_template, head_template, environment))
    else:
        raise OperationError("Name both sides: --base and --head, --base-template and --head-template, or --against.")
    if not against:
        _write(reviewing.rendered(found, form), out)
    if any(gate.closed for gate in found.gates):
        raise typer.Exit(_CLOSED)


def _against(reference: str, folder: Path, environment: str) -> Any:
    from ops.review import reviewing, sides
    from ops.review.reports import wording

    with sides.synthesised(reference, reviewing.ROOT, folder.resolve()) as both:
        found = reviewing.reviewed(
            *reviewing.assemblies(both.base, both.head, environment), reviewing.ROOT, both.base_root
        )
        for form, suffix in reviewing.SUFFIXES.items():
            _write(reviewing.rendered(found, form), folder / f"review.{suffix}")
    print(f"{wording.headline(found)}. {folder / 'review.html'} has it as a page.")
    return found


def _refuse(*given: Path | None) -> None:
    if any(given):
        raise OperationError("Name one pair of sides: assemblies, or templates, or --against and neither.")


def _write(text: str, out: Path | None) -> None:
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.buffer.write(text.encode())
