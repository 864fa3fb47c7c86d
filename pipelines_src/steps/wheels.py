"""Packages that an image lacks come as wheels in the input `wheels`, since a job reaches no index.

The input is one zip of a lock and the wheels that it names. The zip is called after the hash of its lock, the pipeline
names it so, and the lock has the hash of each wheel: what is imported is what was reviewed.
"""

import hashlib
import importlib.metadata
import io
import platform
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import StepError
from .folders import Folders

LOCK = "lock.txt"  # in the zip
_PIN = re.compile(r"^([\w.-]+)==(\S+)((?:\s+\\?\s*--hash=sha256:[0-9a-f]{64})+)", re.MULTILINE)
_AGAIN = "Run `python -m ops wheels build`, and deploy."


@dataclass(frozen=True)
class Pin:
    """A package of a lock; `hashes` are SHA-256, hexadecimal, of files that may be taken for it."""

    name: str
    version: str
    hashes: tuple[str, ...]


def pins(lock: str) -> list[Pin]:
    """Return the packages of a lock, in pip's format for requirements with hashes."""
    return [
        Pin(package_name(name), version, tuple(re.findall(r"sha256:(\w+)", hashes)))
        for name, version, hashes in _PIN.findall(lock)
    ]


def package_name(name: str) -> str:
    """Return a package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@contextmanager
def importable(folders: Folders) -> Iterator[None]:
    """Let this process import the packages of the input `wheels`; without that input nothing is done.

    As with pip, what this interpreter has in the locked version stays; another version is hidden by the locked one.

    Raises:
        StepError: the zip or a wheel is not what its hash says, or is not for this interpreter.
    """
    found = sorted(folders.input("wheels").glob("*"))
    if not found:
        yield
        return
    if len(found) > 1:
        raise StepError(f"{folders.input('wheels')}: holds {len(found)} files; allowed is one zip. {_AGAIN}")
    with tempfile.TemporaryDirectory(dir=folders.base, prefix="wheels-") as scratch:
        paths = [str(path) for path in _lay(found[0], Path(scratch))]
        sys.path[1:1] = paths  # after the job's own code
        try:
            yield
        finally:
            sys.path[:] = [path for path in sys.path if path not in paths]


def _lay(path: Path, folder: Path) -> list[Path]:
    """Write what is needed of the zip into a folder, and return where to import from."""
    places = [folder]
    try:
        with zipfile.ZipFile(path) as archive:
            for pin in _lock(archive, path):
                if _installed(pin.name) == pin.version:
                    continue
                wheel = _wheel(archive, pin, path)
                content = _content(archive, wheel, pin, path)
                if wheel.endswith("-none-any.whl"):
                    # Python imports from a wheel as it is; unpacking Ibis, 2,000 files, takes three times as long.
                    places.append(folder / wheel)
                    places[-1].write_bytes(content)
                else:
                    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    except (zipfile.BadZipFile, OSError) as error:
        raise StepError(f"{path}: cannot be read: {error}. {_AGAIN}") from error
    return places


def _lock(archive: zipfile.ZipFile, path: Path) -> list[Pin]:
    lock = archive.read(LOCK) if LOCK in archive.namelist() else b""
    digest = hashlib.sha256(lock).hexdigest()
    if digest != path.stem:
        raise StepError(f"{path}: holds a lock with the hash {digest}; allowed is the one it is called after. {_AGAIN}")
    return pins(lock.decode())


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _wheel(archive: zipfile.ZipFile, pin: Pin, path: Path) -> str:
    wheel = next((name for name in archive.namelist() if package_name(name.partition("-")[0]) == pin.name), None)
    if wheel is None:
        raise StepError(f"{path}: has no wheel of {pin.name}, which its lock names. {_AGAIN}")
    if not _fits(wheel):
        raise StepError(
            f"{pin.name} {pin.version} is needed; this is Python {platform.python_version()} on {sys.platform} "
            f"{platform.machine()} with {_installed(pin.name) or 'none'}, and {wheel} is not for it. Install that "
            "version, or run the job in the image that the wheels are for."
        )
    return wheel


def _content(archive: zipfile.ZipFile, wheel: str, pin: Pin, path: Path) -> bytes:
    content = archive.read(wheel)
    digest = hashlib.sha256(content).hexdigest()
    if digest not in pin.hashes:
        raise StepError(
            f"{path}: {wheel} has the hash {digest}; the lock allows {' or '.join(pin.hashes)}. Do not use it. {_AGAIN}"
        )
    return content


def _fits(wheel: str) -> bool:
    """Whether this interpreter can import a wheel, by the tags in its name: python, abi, platform."""
    python, abi, system = wheel.removesuffix(".whl").split("-")[-3:]
    if system != "any" and not (sys.platform == "linux" and system.endswith(platform.machine())):
        return False
    if abi == "none":
        return "py3" in python
    ours = sys.version_info.minor
    return any(
        tag.startswith("cp3") and (ours >= int(tag[3:]) if "abi3" in abi else ours == int(tag[3:]))
        for tag in python.split(".")
    )
