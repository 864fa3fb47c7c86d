"""The deployable model: the trained model, how features are made, and the code that serves it, in one archive.

The same inputs give the same bytes: entries are sorted and carry no time, owner or machine.
"""

import gzip
import importlib.resources
import io
import json
import tarfile
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from . import files, offline_wheel
from .booster import MODEL_FILE
from .use_case import package

FEATURES_FILE = "features.json"


def write(path: Path, model: bytes, features: dict[str, Any], use_case: str) -> None:
    """Write model.tar.gz for SageMaker's XGBoost image in script mode."""
    entries = {MODEL_FILE: model, FEATURES_FILE: json.dumps(features, indent=2).encode(), **_code(use_case)}
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
    steps = importlib.resources.files(__package__ or "steps")
    code = {
        "code/serve.py": steps.joinpath("serve.py").read_bytes(),
        f"code/{offline_wheel.PROJECT_FILE}": offline_wheel.PROJECT.encode(),
    }
    for name, folder in (("steps", steps), (use_case, importlib.resources.files(package(use_case)))):
        code |= {f"code/{name}/{item.name}": item.read_bytes() for item in _sources(folder)}
    return code


def _sources(folder: Traversable) -> list[Traversable]:
    return [item for item in folder.iterdir() if item.is_file() and item.name.endswith((".py", ".yaml"))]
