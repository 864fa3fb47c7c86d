"""What the image does with the serving code before it serves: it installs it, without network in our case."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from pipelines_src.steps import package

# What sagemaker-containers adds to code that has no setup.py of its own.
SETUP = textwrap.dedent("""
    from setuptools import setup
    setup(packages=[''], name="serve", version='1.0.0', include_package_data=True)
""")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """The code of a package where the image copies it: /opt/ml/code."""
    archive = tmp_path / "model.tar.gz"
    for name in ("features.json", "row_function.py"):
        (tmp_path / name).touch()
    package.write(archive, {"xgboost-model": b"model"}, tmp_path, '{"train": {}}')
    shutil.unpack_archive(archive, tmp_path / "model")
    shutil.copytree(tmp_path / "model" / "code", tmp_path / "code")
    (tmp_path / "code" / "setup.py").write_text(SETUP)
    return tmp_path / "code"


def install(code: Path) -> Any:
    """Run the image's command, with an index that refuses every connection."""
    # Not where this test runs: --target leaves its environment alone.
    command = [sys.executable, "-m", "pip", "install", ".", "--target", str(code.parent / "site")]
    index = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    return subprocess.run(command, cwd=code, env=kept | index, capture_output=True, text=True, check=False)


def test_the_serving_code_installs_without_a_network(code: Path) -> None:
    done = install(code)
    assert done.returncode == 0, done.stdout + done.stderr
    site = code.parent / "site"
    assert (site / "serve.py").read_bytes() == (code / "serve.py").read_bytes()
    # The image imports it by its name, from nowhere near the model.
    imported = [
        sys.executable,
        "-I",
        "-c",
        f"import sys; sys.path.insert(0, {str(site)!r}); import serve; serve.model_fn",
    ]
    assert subprocess.run(imported, cwd="/", check=False).returncode == 0


def test_code_without_a_build_system_would_not(code: Path) -> None:
    (code / "pyproject.toml").write_text('[build-system]\nrequires = ["setuptools"]\n')  # pip's own default
    done = install(code)
    assert done.returncode != 0
    assert "setuptools" in done.stdout + done.stderr
