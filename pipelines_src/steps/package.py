"""The deployable model: the trained model, how features are made, and the code that serves it, in one archive.

The same inputs give the same bytes: entries are sorted and carry no time, owner or machine.
"""

import importlib.resources
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from . import archives, features_file, offline_wheel, row_runtime
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
    archives.write(path, {**model, **learnt, **_code(use_case)})


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
