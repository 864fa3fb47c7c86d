"""The files of a training channel."""

from pathlib import Path


class UserError(Exception):
    """The data or the configuration is wrong."""


def files_of(folder: Path) -> list[Path]:
    """Return the files of a channel in order, without hidden ones."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "_")))


def has_data(folder: Path) -> bool:
    """Whether a channel has anything in it; of sharded ones a host may have got nothing."""
    return any(path.stat().st_size for path in files_of(folder))
