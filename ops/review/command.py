"""`python -m ops review`: what a change of infrastructure does, offline."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from ops.errors import OperationError

if TYPE_CHECKING:
    from ops.review.model import Review

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


def command(  # noqa: PLR0913, PLR0917 - options of a command
    base: Annotated[Path | None, typer.Option(help="Cloud assembly before the change, such as cdk.out.")] = None,
    head: Annotated[Path | None, typer.Option(help="Cloud assembly with it.")] = None,
    base_template: Annotated[Path | None, typer.Option(help="In place of assemblies: a template before it.")] = None,
    head_template: Annotated[Path | None, typer.Option(help="And the template with it.")] = None,
    against: Annotated[
        str | None, typer.Option(help="In place of both: synthesise this folder, and what has parted from this commit.")
    ] = None,
    base_root: Annotated[
        Path | None,
        typer.Option(help="Folder of the repository before it, to see if the change loosens its own rules."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What is written.")] = "markdown",
    out: Annotated[Path | None, typer.Option(help="File that it is written to, and not to the terminal.")] = None,
    environment: Annotated[str, typer.Option(help="The only one to look at; of templates: whose rules count.")] = "",
    live: Annotated[
        bool, typer.Option("--live", help="Hold it against change sets of the deployed stacks; takes credentials.")
    ] = False,
) -> None:
    """Show what a change does: dangers, pipelines, price. Ends with 2 if a gate is closed, 1 if it cannot be told."""
    from ops.review import reviewing

    if against:
        _refuse(base, head, base_template, head_template)
        found = _against(against, out or _FOLDER, environment, live=live)
    elif base and head:
        _refuse(base_template, head_template)
        sides = reviewing.assemblies(base, head, environment)
        found = reviewing.reviewed(*sides, base_root=base_root)
        found = reviewing.cross_checked(found, sides[1], head) if live else found
        _write(reviewing.rendered(found, form, **({"root": head} if form == "sarif" else {})), out)
    elif base_template and head_template:
        _refuse(base, head)
        if live:
            raise OperationError("--live needs the names of stacks, which templates do not have. Name assemblies.")
        sides = reviewing.templates(base_template, head_template, environment)
        _write(reviewing.rendered(found := reviewing.reviewed(*sides, base_root=base_root), form), out)
    else:
        raise OperationError("Name both sides: --base and --head, --base-template and --head-template, or --against.")
    if any(gate.closed for gate in found.gates):
        raise typer.Exit(_CLOSED)


def _against(reference: str, folder: Path, environment: str, *, live: bool) -> "Review":
    from ops.review import reviewing, sides

    with sides.synthesised(reference, reviewing.ROOT, folder.resolve()) as both:
        base, head = reviewing.assemblies(both.base, both.head, environment)
        found = reviewing.reviewed(base, head, reviewing.ROOT, both.base_root)
        found = reviewing.cross_checked(found, head, both.head) if live else found
        more: dict[str, dict[str, Any]] = {
            "markdown": {"rest": "in `review.html` and `review.json`"},
            "html": {"title": f"Review against {reference} ({both.commit[:12]})"},
            "sarif": {"root": both.head},
        }
        texts = {form: reviewing.rendered(found, form, **more.get(form, {})) for form in reviewing.SUFFIXES}
    for form, suffix in reviewing.SUFFIXES.items():
        _write(texts[form], folder / f"review.{suffix}")
    _write(texts["markdown"], None)
    print(f"The same as a page, as JSON and as SARIF: {folder}/review.html, review.json, review.sarif", file=sys.stderr)
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
