"""Folders beside what is made, which is moved to its place at the end; what a killed run left of them goes."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def beside(folder: Path, prefix: str) -> Iterator[Path]:
    """Give a new folder in `folder` that is gone afterwards; those of runs that were killed go first.

    Args:
        folder: where what is made will lie.
        prefix: of the name; .gitignore knows it.
    """
    with _alone(folder):
        for left in folder.glob(f"{prefix}*"):
            _remove_unused(left)
        made = Path(tempfile.mkdtemp(dir=folder, prefix=prefix))
        used = _lock(made, fcntl.LOCK_EX)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(used)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep another run from taking a new folder for one that was left."""
    held = _lock(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(held)


def _remove_unused(folder: Path) -> None:
    try:
        held = _lock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # a run uses it
    shutil.rmtree(folder, ignore_errors=True)
    os.close(held)


def _lock(folder: Path, how: int) -> int:
    """Lock a folder until the descriptor is closed, or the process is gone."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, how)
    except OSError:
        os.close(opened)
        raise
    return opened
