"""Where commands write: results to standard output, everything else to standard error."""

from pathlib import Path

from rich.console import Console

output = Console()
errors = Console(stderr=True)


def shown(path: Path) -> str:
    """Return a path as a person would type it: relative where it lies below the folder they are in."""
    path = path.resolve()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
