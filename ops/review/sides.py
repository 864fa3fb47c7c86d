"""Both sides of a change, synthesised: the folder as it is, and what it has grown from."""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.console import shown
from ops.errors import OperationError
from ops.review import work_tree
from ops.review.synthesis import Synthesis
from ops.signals import interrupt_by_all

_KEPT = 3  # assemblies of bases, which the next review of the same base uses again
_PACKAGES = "requirements-dev.txt"


@dataclass(frozen=True)
class Sides:
    """What a review compares.

    Attributes:
        base, head: cloud assemblies.
        base_root: folder with the environment files of the base.
        commit: of the base.
    """

    base: Path
    head: Path
    base_root: Path
    commit: str


@contextmanager
def synthesised(reference: str, root: Path, folder: Path) -> Iterator[Sides]:
    """Synthesise both sides at once. What was made for it goes at the end, however that comes, but for a whole base.

    Args:
        reference: what the change is to be merged into, such as origin/main: the base is where both have parted.
        root: of the repository; the head is what lies there, committed or not.
        folder: below `root`, where it may write.

    Raises:
        OperationError: there is no such commit, another review runs there, or a side cannot be synthesised.
    """
    commit = work_tree.parted(reference, root)
    interrupt_by_all()
    folder.mkdir(parents=True, exist_ok=True)
    work, kept = folder / "work", folder / "bases" / _key(commit, root)
    with _alone(folder):
        shutil.rmtree(work, ignore_errors=True)  # of one that was killed
        work.mkdir()
        try:
            _synthesise(commit, root, work, kept)
            _forget_others(kept)
            yield Sides(kept / "assembly", work / "head", kept, commit)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _synthesise(commit: str, root: Path, work: Path, kept: Path) -> None:
    running = [Synthesis.start("The folder as it is", root, work / "head", work / "head.log")]
    try:
        made, base = work / "made", work / "base"
        if not kept.exists():
            work_tree.unpack(commit, root, base, work / "index")
            made.mkdir()
            if (base / "environments").is_dir():
                shutil.copytree(base / "environments", made / "environments")
            running.append(Synthesis.start(f"The base {commit[:12]}", base, made / "assembly", work / "base.log"))
        for one in running:
            one.wait()
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            made.rename(kept)
    finally:
        for one in running:
            one.stop()


def _key(commit: str, root: Path) -> str:
    """Return a name for all that a synthesis of the base depends on: its files, the packages, Python."""
    packages = root / _PACKAGES
    installed = packages.read_bytes() if packages.exists() else b""
    tools = hashlib.sha256(installed + sys.version.encode()).hexdigest()
    return f"{work_tree.tree(commit, root)[:20]}-{tools[:12]}"


def _forget_others(kept: Path) -> None:
    """Remove all but the newest bases."""
    os.utime(kept)
    for old in sorted(kept.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OperationError(f"Another review runs in {shown(folder)}. Wait for it, or end it.") from error
        yield
    finally:
        os.close(descriptor)
