"""The deployable model: the trained model, how features are made, and the code that serves it, in one archive.

The same inputs give the same bytes: entries are sorted and carry no time, owner or machine.
"""

import gzip
import importlib.resources
import io
import tarfile
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from . import features_file, files, offline_wheel, row_runtime
from .use_case import ROOT

# Folders below steps, the preparation and its engines, stay behind.


def write(path: Path, model: Mapping[str, bytes], features: Path, use_case: str) -> None:
    """Write model.tar.gz for SageMaker's XGBoost image in script mode.

    Args:
        path: of the archive.
        model: name -> content of the trained model's file, and of what else was learnt of it.
        features: the preparation's output.
        use_case: the folder whose modules go with it.
    """
    learnt = {name: (features / name).read_bytes() for name in (features_file.FILE, row_runtime.FILE)}
    entries = {**model, **learnt, **_code(use_case)}
    with (
        files.replacing(path) as beside,
        beside.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, content in sorted(entries.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))


def _code(use_case: str) -> dict[str, bytes]:
    """Return the running code itself, from its folder or from the zip it runs in."""
    root = importlib.resources.files(ROOT)
    code = {
        "code/serve.py": root.joinpath("steps/serve.py").read_bytes(),
        f"code/{offline_wheel.PROJECT_FILE}": offline_wheel.PROJECT.encode(),
    }
    for name in ("steps", use_case):
        code |= {f"code/{ROOT}/{name}/{item.name}": item.read_bytes() for item in _sources(root.joinpath(name))}
    return code


def _sources(folder: Traversable) -> list[Traversable]:
    return [item for item in folder.iterdir() if item.is_file() and item.name.endswith((".py", ".json"))]
