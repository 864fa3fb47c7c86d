"""Wheels as files: downloaded by pip, checked against a lock, and laid into one zip."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from ops.errors import OperationError
from pipelines_src.steps.wheels import LOCK, Pin

# Both of SageMaker's images that run our code have CPython 3.12 on Amazon Linux 2023, x86-64, with glibc 2.34.
PYTHON, GLIBC = "3.12", 34
_PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC, 16, -1)]
_LINES = 3  # of pip's errors; more is its traceback


def download(lock: Path, folder: Path) -> list[Path]:
    """Download the wheels of a lock into a folder; pip itself compares their hashes.

    Raises:
        OperationError: no index answers, or a wheel has another hash than the lock says.
    """
    platforms = [word for name in _PLATFORMS for word in ("--platform", name)]
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
        *("--require-hashes", "--only-binary", ":all:", "--implementation", "cp", "--python-version", PYTHON),
        *(*platforms, "--requirement", str(lock), "--dest", str(folder)),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    if done.returncode:
        raise OperationError(_why(lock, done.stderr))
    return sorted(folder.glob("*.whl"))


def hash_of(wheel: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def check(wheels: list[Path], pins: list[Pin]) -> None:
    """Require that the wheels are those of a lock, each once, and that unpacking is all it takes to install them.

    Raises:
        OperationError: one is missing, has another hash or puts files elsewhere.
    """
    allowed = {digest: pin.name for pin in pins for digest in pin.hashes}
    found = [allowed.get(hash_of(wheel)) for wheel in wheels]
    if None in found or sorted(map(str, found)) != sorted(pin.name for pin in pins):
        names = ", ".join(wheel.name for wheel in wheels)
        raise OperationError(f"found {names}; allowed is one wheel for each hash of the lock. Run `make lock`.")
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as content:
            beside = [name for name in content.namelist() if ".data/purelib" in name or ".data/platlib" in name]
        if beside:
            raise OperationError(
                f"{wheel.name}: has {beside[0]}, which an installer moves; allowed are wheels that are imported from "
                "where they are unpacked. Choose another version."
            )


def write_zip(path: Path, lock: Path, wheels: list[Path]) -> None:
    """Write the lock and its wheels as one zip, written beside and moved; the same files give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as content:  # wheels are compressed
            _add(content, LOCK, lock.read_bytes())
            for wheel in sorted(wheels):
                _add(content, wheel.name, wheel.read_bytes())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _add(content: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name)  # dated 1980
    entry.create_system, entry.external_attr = 3, 0o644 << 16  # as written on Unix, wherever it is written
    content.writestr(entry, data)


def _why(lock: Path, said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip() and "WARNING" not in line]
    if "DO NOT MATCH THE HASHES" in said:
        what = " ".join(line for line in lines if "from" in line or "Expected" in line or "Got" in line)
        return (
            f"{lock.name}: a downloaded file has another hash than the lock says, so it is not used: {what} If the "
            "index is yours, ask who changed the file; `make lock` takes over what is there now."
        )
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")] or lines
    return (
        f"{lock.name}: the wheels could not be downloaded. This takes a network, or an index that is reached without "
        "(PIP_INDEX_URL, PIP_FIND_LINKS); then run `python -m ops wheels build` again. pip says: "
        f"{'; '.join(errors[-_LINES:])}"
    )
