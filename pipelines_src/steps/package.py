"""The deployable model: the trained model, how features are made, and the code that serves it, in one archive.

The same inputs give the same bytes: entries are sorted and carry no time, owner or machine.
"""

import gzip
import importlib.resources
import io
import tarfile
from importlib.resources.abc import Traversable
from pathlib import Path

from . import features_file, files, offline_wheel, row_runtime
from .booster import MODEL_FILE
from .use_case import ROOT, SETTINGS_FILE


def write(path: Path, model: bytes, features: Path, settings: str) -> None:
    """Write model.tar.gz for SageMaker's XGBoost image in script mode.

    Args:
        path: of the archive.
        model: content of the model file.
        features: the preparation's output of that name.
        settings: content of use_case.json.
    """
    learnt = {name: (features / name).read_bytes() for name in (features_file.FILE, row_runtime.FILE)}
    entries = {MODEL_FILE: model, SETTINGS_FILE: settings.encode(), **learnt, **_code()}
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


def _code() -> dict[str, bytes]:
    """Return the running code itself, from its folder or from the zip it runs in, but for the preparation."""
    steps = importlib.resources.files(f"{ROOT}.steps")
    package = f"code/{ROOT}"
    return {
        "code/serve.py": steps.joinpath("serve.py").read_bytes(),
        f"code/{offline_wheel.PROJECT_FILE}": offline_wheel.PROJECT.encode(),
        f"{package}/__init__.py": b"",
        **{f"{package}/steps/{item.name}": item.read_bytes() for item in _sources(steps)},
    }


def _sources(folder: Traversable) -> list[Traversable]:
    return [item for item in folder.iterdir() if item.is_file() and item.name.endswith(".py")]
