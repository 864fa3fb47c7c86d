"""The deployable model: the trained model, how features are made, and the code that serves it, in one archive.

The same inputs give the same bytes: entries are sorted and carry no time, owner or machine.
"""

import importlib.resources
import json
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from . import archives, features_file, offline_wheel, row_runtime
from .use_case import ROOT, SETTINGS_FILE


def write(path: Path, model: Mapping[str, bytes], features: Path, settings: str) -> None:
    """Write model.tar.gz for SageMaker's XGBoost image in script mode.

    Args:
        path: of the archive.
        model: name -> content of the trained model's file, and of what else was learnt of it.
        features: the preparation's output of that name.
        settings: content of use_case.json.
    """
    learnt = {name: (features / name).read_bytes() for name in (features_file.FILE, row_runtime.FILE)}
    archives.write(path, {**model, SETTINGS_FILE: settings.encode(), **learnt, **_code(), **_own_code(settings)})


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


def _own_code(settings: str) -> dict[str, bytes]:
    """Return the use case's modules if one of them reads the model."""
    use_case = json.loads(settings)
    if not use_case["train"].get("entry_point"):
        return {}
    modules = _sources(importlib.resources.files(f"{ROOT}.{use_case['name']}"))
    return {f"code/{ROOT}/{use_case['name']}/{item.name}": item.read_bytes() for item in modules}


def _sources(folder: Traversable) -> list[Traversable]:
    return [item for item in folder.iterdir() if item.is_file() and item.name.endswith(".py")]
