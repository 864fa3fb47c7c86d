"""Make code installable where there is no network: a build backend (PEP 517) without requirements.

The image runs `pip install .` on the code of a package before it serves, and on a training script before it runs it.
Code that names no build system is built by setuptools, which pip then fetches from its index, and a container with
network isolation reaches none: the endpoint never comes into service, the training fails. Source: `server.start`,
`modules.run_module` and `modules.install` of sagemaker-containers 2.8.6.
"""

import base64
import hashlib
import zipfile
from pathlib import Path
from typing import Any

PROJECT_FILE = "pyproject.toml"
PROJECT = """[build-system]
requires = []
build-backend = "pipelines_src.steps.offline_wheel"
backend-path = ["."]
"""
_NAME, _VERSION = "ml_loop_code", "1"
_OF_THE_IMAGE = "setup.py"  # it adds one where there is none


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None, /) -> str:
    """Write a wheel of the modules at the top, which are what the image imports by name; return the wheel's name."""
    about = f"{_NAME}-{_VERSION}.dist-info"
    modules = sorted(path for path in Path().glob("*.py") if path.name != _OF_THE_IMAGE)
    files = {
        **{path.name: path.read_bytes() for path in modules},
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {_NAME}\nVersion: {_VERSION}\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: ml-loop\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},{_digest(content)},{len(content)}\n" for name, content in files.items())
    files[f"{about}/RECORD"] = f"{record}{about}/RECORD,,\n".encode()
    wheel = f"{_NAME}-{_VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory) / wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return f"sha256={digest.decode().rstrip('=')}"
