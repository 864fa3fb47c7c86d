"""A use case's training script as the archive that SageMaker's XGBoost image opens: `sourcedir.tar.gz`.

The script runs as a module of its package, so that it may import its neighbours relatively, and so that what it leaves
in a pickle has the names under which evaluation and endpoint find it again. A small program of its name starts it.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from config import UseCase
from config.entry_point import require_entry_point
from config.loading import ROOT
from config.use_case.train import ScriptTrain
from pipelines_src.steps import archives, offline_wheel

FILE = "sourcedir.tar.gz"
_BACKEND = ("__init__.py", "offline_wheel.py")


class ScriptArchive(NamedTuple):
    """The archive, and the hash of what is in it, which no compressor's version changes."""

    path: Path
    content_hash: str


@contextmanager
def archived(use_case: UseCase, sources: Path = ROOT / "pipelines_src") -> Iterator[ScriptArchive | None]:
    """Give the archive in a folder that is gone afterwards; None for a use case that has no script.

    The same sources give the same bytes. Neither the steps nor the settings are in it, so that a change in them trains
    nothing anew.

    Raises:
        ConfigError: the folder has no such script.
    """
    if not isinstance(use_case.train, ScriptTrain):
        yield None
        return
    require_entry_point(use_case, sources)
    entries = _entries(use_case.name, use_case.train.entry_point, sources)
    with TemporaryDirectory(prefix="ml-loop-") as folder:
        path = Path(folder) / FILE
        archives.write(path, entries)
        yield ScriptArchive(path, hashlib.sha256(archives.tar(entries)).hexdigest())


def _entries(name: str, script: str, sources: Path) -> dict[str, bytes]:
    folder = sources / name
    package = sources.name
    entries = {f"{package}/__init__.py": b"", f"{package}/{name}/__init__.py": b""}
    entries |= {f"{package}/{name}/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.py"))}
    entries |= {f"{package}/steps/{file}": (sources / "steps" / file).read_bytes() for file in _BACKEND}
    entries[script] = _starter(f"{package}.{name}.{Path(script).stem}").encode()
    entries[offline_wheel.PROJECT_FILE] = offline_wheel.PROJECT.encode()
    return entries


def _starter(module: str) -> str:
    return f'''"""Start the script as the module that it is."""

import runpy

runpy.run_module("{module}", run_name="__main__", alter_sys=True)
'''
