"""The files of a training channel."""

from pathlib import Path


class UserError(Exception):
    """The data or the configuration is wrong."""


def files_of(folder: Path) -> list[Path]:
    """Return the files of a channel in order, without hidden ones; UserError if there is nothing in them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "_")))
    if not any(path.stat().st_size for path in files):
        raise UserError(f"No data in {folder.name} channel path {folder}")
    return files
