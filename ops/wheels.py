"""`python -m ops wheels`: what jobs bring along, since they reach no index."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from config import ConfigError
from config.loading import ROOT
from ops import wheel_files
from ops.console import output, shown
from ops.errors import OperationError
from pipelines_src import job_wheels
from pipelines_src.steps.wheels import Pin, pins

app = typer.Typer(no_args_is_help=True)
_HEADER = """# What travels to jobs, one wheel for each package: CPython 3.12 on Linux x86-64. Made by `make lock`.
"""
Image = Annotated[str, typer.Argument(help="An image that has a lock in pipelines_src/wheels, such as xgboost.")]


@app.command()
def build() -> None:
    """Download the wheels of every lock, unless they are there, and check them; deploying then needs no index."""
    for image in job_wheels.images():
        output.print(f"{image}: {shown(built(image))}", soft_wrap=True)


@app.command()
def path(image: Image) -> None:
    """Print where the zip of an image is, and make it first if it is not there; `cdk deploy` asks this."""
    if image not in job_wheels.images():
        raise ConfigError(f"image: found {image!r}; allowed are {', '.join(job_wheels.images())}. Correct the name.")
    typer.echo(built(image).resolve())


@app.command()
def lock() -> None:
    """Resolve pipelines_src/wheels/*.in into locks, less what each image has."""
    for image in job_wheels.images():
        write_lock(image)
        output.print(f"wrote {shown(job_wheels.lock_file(image))}", soft_wrap=True)


def built(image: str, locks: Path = job_wheels.LOCKS, folder: Path = job_wheels.BUILT) -> Path:
    """Return the zip of an image's wheels, made if it is not there; those of earlier locks go.

    Raises:
        OperationError: no index answers, or a file has another hash than the lock says.
    """
    target, lock = job_wheels.archive(image, locks, folder), job_wheels.lock_file(image, locks)
    if not target.exists():
        with tempfile.TemporaryDirectory() as temporary:
            wheels = wheel_files.download(lock, Path(temporary))
            wheel_files.check(wheels, pins(lock.read_text(encoding="utf-8")))
            wheel_files.write_zip(target, lock, wheels)
        for old in target.parent.glob("*.zip"):
            if old != target:
                old.unlink()
    return target


def write_lock(image: str, locks: Path = job_wheels.LOCKS) -> None:
    """Resolve `<image>.in` for the image, less what it has, to one hash for each package.

    Raises:
        OperationError: there is no solution, or no index answers.
    """
    target = job_wheels.lock_file(image, locks)
    with tempfile.TemporaryDirectory() as temporary:
        resolved = Path(temporary) / target.name
        if target.exists():
            shutil.copy(target, resolved)  # what is locked stays, as long as it solves
        _resolve(locks / f"{image}.in", locks / f"{image}.image.txt", resolved)
        wheels = wheel_files.download(resolved, Path(temporary))
        hashes = {wheel_files.hash_of(wheel) for wheel in wheels}
        lines = [_line(pin, hashes) for pin in pins(resolved.read_text(encoding="utf-8"))]
    beside = target.with_suffix(".partial")
    beside.write_text(_HEADER + "".join(lines), encoding="utf-8")
    beside.replace(target)


def _line(pin: Pin, hashes: set[str]) -> str:
    [only] = hashes.intersection(pin.hashes)  # pip has downloaded one for each
    return f"{pin.name}=={pin.version} \\\n    --hash=sha256:{only}\n"


def _resolve(wanted: Path, image: Path, target: Path) -> None:
    has = [line.partition("==")[0] for line in image.read_text(encoding="utf-8").splitlines() if "==" in line]
    command = [
        *(str(ROOT / ".venv" / "bin" / "uv"), "pip", "compile", "--quiet", "--no-header", "--generate-hashes"),
        *("--only-binary", ":all:", "--python-version", wheel_files.PYTHON),
        *("--python-platform", f"x86_64-manylinux_2_{wheel_files.GLIBC}", "--constraint", str(image)),
        *(word for name in has for word in ("--no-emit-package", name)),
        *(str(wanted), "--output-file", str(target)),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    if done.returncode:
        raise OperationError(f"{wanted.name}: cannot be resolved for the image. uv says: {done.stderr.strip()}")
