"""What git has of a commit, as files in a folder that git itself keeps no record of: nothing is left when it goes."""

import os
import subprocess
from pathlib import Path

from ops.errors import OperationError


def parted(reference: str, root: Path) -> str:
    """Return the commit at which a reference and what is checked out have parted.

    Raises:
        OperationError: there is no such reference, or no repository.
    """
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    if found is None:
        raise OperationError(
            f"BASE: found {reference!r}; allowed is a commit, branch or tag that this clone has, such as origin/main. "
            "Correct it, or fetch it (git fetch origin main)."
        )
    # A clone without history has no common commit: then it is the reference itself.
    return _git(root, "merge-base", found, "HEAD") or found


def tree(commit: str, root: Path) -> str:
    """Return the name of what a commit holds, equal for all commits that hold the same."""
    return _git(root, "rev-parse", f"{commit}^{{tree}}") or commit


def unpack(commit: str, root: Path, folder: Path, index: Path) -> None:
    """Write the files of a commit into a folder; `index` is a file that git needs for it.

    Raises:
        OperationError: git cannot.
    """
    folder.mkdir(parents=True)
    own = {"GIT_INDEX_FILE": str(index)}
    done = _git(root, "read-tree", commit, variables=own)
    if done is None or _git(root, "checkout-index", "--all", f"--prefix={folder}/", variables=own) is None:
        raise OperationError(f"git cannot write the files of {commit[:12]} to {folder}. Is there room on the disk?")


def _git(root: Path, *arguments: str, variables: dict[str, str] | None = None) -> str | None:
    """Return what git prints; None if it fails."""
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - the reference is no option: see its caller
            command, capture_output=True, text=True, env={**os.environ, **(variables or {})}, check=False
        )
    except FileNotFoundError as error:
        raise OperationError("There is no git on the path. Install it.") from error
    return done.stdout.strip() if done.returncode == 0 else None
