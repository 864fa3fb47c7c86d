"""`python -m ops diagram ENV`: the picture of an environment's architecture, from its templates."""

from pathlib import Path
from typing import Annotated

import typer

from config.loading import ROOT
from ops.assembly.model import Assembly
from ops.errors import OperationError

FOLDER = ROOT / "docs" / "images"


def command(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="An environment: a file of environments/.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where to write it, left out: docs/images/architecture-ENV.svg. Beside it comes one for phones."
        ),
    ] = None,
    assembly: Annotated[
        Path | None, typer.Option(help="A cloud assembly such as cdk.out; left out: the environment is synthesised.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a picture there is another than it would be.")
    ] = False,
) -> None:
    """Draw the architecture of an environment as its templates have it (docs/diagram.md)."""
    from ops.console import errors, shown

    drawn = pictures(_stacks(environment, assembly), environment)
    wide = out or FOLDER / f"architecture-{environment}.svg"
    for path, picture in zip((wide, narrow_of(wide)), drawn, strict=True):
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(picture, encoding="utf-8")
            errors.print(f"wrote {shown(path)}", soft_wrap=True, highlight=False)
        elif not path.exists() or path.read_text(encoding="utf-8") != picture:
            raise OperationError(
                f"{shown(path)} is not what the templates of {environment} are now. Run: python -m ops diagram "
                f"{environment}, look at it, and commit it."
            )


def pictures(stacks: Assembly, environment: str) -> tuple[str, str]:
    """Return the picture of an environment for a page, and that for a phone.

    Args:
        stacks: of the environment and perhaps of others.
        environment: its name.
    """
    from ops.diagram.architecture import architecture
    from ops.diagram.picture import Picture
    from ops.diagram.svg import svg

    found = architecture(stacks.of(environment), environment)
    return svg(Picture(found)), svg(Picture(found, narrow=True))


def narrow_of(path: Path) -> Path:
    """Return where the picture for a phone is, beside that for a page."""
    return path.with_stem(f"{path.stem}-narrow")


def _stacks(environment: str, assembly: Path | None) -> Assembly:
    from config import environment_names

    if assembly is None and environment not in environment_names():
        raise OperationError(f"There is no environment {environment}; there are {', '.join(environment_names())}.")
    if assembly is None:
        from ops.assembly.synthesising import synthesised

        return synthesised(environment)
    from ops.assembly.reading import read_assembly

    found = read_assembly(assembly)
    if not found.of(environment).stacks:
        known = ", ".join(sorted({stack.environment for stack in found.stacks if stack.environment})) or "none"
        raise OperationError(
            f"{assembly} has no stacks of {environment}; it has those of {known}. Synthesise it again: make synth."
        )
    return found
