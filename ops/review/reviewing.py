"""From two sides of a change to a judged review of it: read, compared, priced, held against the rules."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from ops.assembly.model import Assembly
from ops.assembly.reading import read_assembly, read_template
from ops.errors import OperationError
from ops.review.comparing import review
from ops.review.gates import judged
from ops.review.judge import Judge
from ops.review.model import Cost, Review

ROOT = Path(__file__).resolve().parent.parent.parent
SUFFIXES = {"markdown": "md", "html": "html", "json": "json", "sarif": "sarif"}


def assemblies(base: Path, head: Path, environment: str = "") -> tuple[Assembly, Assembly]:
    """Return both sides, of one environment or of all.

    Raises:
        OperationError: a folder is no assembly, or neither side has the environment.
    """
    sides = read_assembly(base), read_assembly(head)
    if not environment:
        return sides
    known = sorted({stack.environment for side in sides for stack in side.stacks})
    if environment not in known:
        raise OperationError(
            f"Neither {base} nor {head} has the environment {environment}; they have {', '.join(known) or 'none'}."
        )
    return sides[0].of(environment), sides[1].of(environment)


def templates(base: Path, head: Path, environment: str = "") -> tuple[Assembly, Assembly]:
    """Return two templates as assemblies, each with one and the same stack, which is called like the second file.

    Raises:
        OperationError: a file is no template.
    """
    name = head.name.split(".", 1)[0]
    return read_template(base, environment, name), read_template(head, environment, name)


def reviewed(base: Assembly, head: Assembly, root: Path = ROOT, base_root: Path | None = None) -> Review:
    """Return the review of a change, priced and judged.

    Args:
        base, head: what is there, and what shall be.
        root: of the repository with the change: its environment files say what blocks.
        base_root: of the repository before, whose rules count where they are stricter; None: nobody knows.

    Raises:
        ConfigError: an environment file is wrong.
        OperationError: a template cannot be compared, or a table of prices was changed by hand.
    """
    found = replace(review(base, head), cost=_price(base, head))
    return judged(found, Judge.read(root, base_root, datetime.now(UTC).date()))


def _price(base: Assembly, head: Assembly) -> Cost | None:
    monthly: Callable[[Assembly, Assembly], Cost] = import_module("ops.cost.reviewing").monthly
    return monthly(base, head)


def cross_checked(found: Review, head: Assembly, folder: Path) -> Review:
    """Return a review with remarks on what CloudFormation itself would do, by change sets of the deployed stacks.

    Args:
        found: the review.
        head: the assembly with the change.
        folder: that it lies in.

    Raises:
        OperationError: there are no credentials that can be used.
    """
    from ops.review.change_sets import ChangeSets  # the SDK takes longer to import than a review takes
    from ops.review.live import cross_checked as checked
    from ops.target import in_region

    return checked(found, head, ChangeSets(folder, in_region))


def rendered(found: Review, form: str, **more: Any) -> str:
    """Return a review as `markdown`, `html`, `json` or `sarif`; only what writes that one is imported.

    Args:
        found: the review.
        form: which.
        more: arguments of that one's own.
    """
    render: Callable[..., str] = import_module(f"ops.review.reports.{form}").render
    return render(found, **more)
