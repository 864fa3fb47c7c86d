"""Wheels in a job: only what the lock says is imported, and only where the interpreter has another version or none."""

import hashlib
import importlib
import importlib.metadata
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.wheel_files import hash_of, write_zip
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.wheels import importable, pins

NAMES = st.sampled_from(["duckdb", "ibis-framework", "typing_extensions", "Zope.event", "x"])
VERSIONS = st.lists(st.integers(0, 999), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)


def wheel(folder: Path, name: str, version: str, tags: str = "py3-none-any") -> Path:
    path = folder / f"{name}-{version}-{tags}.whl"
    with zipfile.ZipFile(path, "w") as content:
        content.writestr(f"{name}/__init__.py", f"version = {version!r}\n")
        content.writestr(f"{name}-{version}.dist-info/METADATA", f"Name: {name}\nVersion: {version}\n")
    return path


def give(tmp_path: Path, *wheels: Path, lock: str | None = None, name: str | None = None) -> Folders:
    """The folders of a job whose input `wheels` is a zip of these."""
    text = lock if lock is not None else "".join(line(path) for path in wheels)
    file = tmp_path / "lock.txt"
    file.write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_zip(tmp_path / f"ml/processing/input/wheels/{name or digest}", file, list(wheels))
    return Folders(tmp_path / "ml")


def line(path: Path, digest: str | None = None) -> str:
    name, version, *_ = path.name.split("-")
    return f"{name}=={version} \\\n    --hash=sha256:{digest or hash_of(path)}\n"


@pytest.mark.parametrize("tags", ["py3-none-any", "cp311-abi3-manylinux_2_28_x86_64"])
def test_what_is_missing_is_imported_from_its_wheel_while_the_job_runs(tmp_path: Path, tags: str) -> None:
    folders = give(tmp_path, wheel(tmp_path, "brought_along", "1.0", tags))
    before = list(sys.path)
    with importable(folders):
        module = importlib.import_module("brought_along")
        assert importlib.metadata.version("brought-along") == module.version == "1.0"
    del sys.modules["brought_along"]
    assert sys.path == before
    assert [path.name for path in folders.base.iterdir()] == ["processing"]


def test_what_the_interpreter_has_in_that_version_stays(tmp_path: Path) -> None:
    folders = give(tmp_path, wheel(tmp_path, "duckdb", importlib.metadata.version("duckdb"), "cp37-cp37m-win32"))
    with importable(folders):
        assert not [path for path in sys.path if "duckdb" in path]
        assert importlib.import_module("duckdb").__file__.startswith(sys.prefix)  # type: ignore[union-attr]


def test_another_version_is_hidden_by_the_locked_one(tmp_path: Path) -> None:
    with importable(give(tmp_path, wheel(tmp_path, "toolz", "0.0.1"))):
        assert importlib.metadata.version("toolz") == "0.0.1"
    assert importlib.metadata.version("toolz") != "0.0.1"


def test_a_job_without_the_input_has_what_its_interpreter_has(tmp_path: Path) -> None:
    before = list(sys.path)
    with importable(Folders(tmp_path)):
        assert sys.path == before


@pytest.mark.parametrize("tags", ["cp37-cp37m-manylinux_2_17_x86_64", "cp399-abi3-linux_x86_64", "py3-none-win32"])
def test_a_wheel_for_another_interpreter_is_told(tmp_path: Path, tags: str) -> None:
    folders = give(tmp_path, wheel(tmp_path, "brought_along", "1.0", tags))
    with pytest.raises(StepError, match=r"brought-along 1.0 is needed; this is Python 3.* with none, and .* Install"):
        enter(folders)


def test_a_wheel_that_is_not_the_locked_one_is_refused(tmp_path: Path) -> None:
    other = wheel(tmp_path, "brought_along", "1.0")
    with pytest.raises(StepError, match=r"has the hash .*; the lock allows 0000.* Do not use it"):
        enter(give(tmp_path, other, lock=line(other, "0" * 64)))


def test_a_lock_that_is_not_the_named_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"holds a lock with the hash .* is called after"):
        enter(give(tmp_path, wheel(tmp_path, "brought_along", "1.0"), name="f" * 64))


def test_a_missing_wheel_and_a_broken_zip_are_told(tmp_path: Path) -> None:
    lock = line(wheel(tmp_path, "brought_along", "1.0"))
    folders = give(tmp_path, lock=lock)
    with pytest.raises(StepError, match="has no wheel of brought-along"):
        enter(folders)
    [path] = folders.input("wheels").iterdir()
    path.write_bytes(b"PK")
    with pytest.raises(StepError, match=r"cannot be read: File is not a zip file.*wheels build"):
        enter(folders)
    (path.parent / "another").touch()
    with pytest.raises(StepError, match="holds 2 files; allowed is one zip"):
        enter(folders)


def enter(folders: Folders) -> None:
    with importable(folders):
        pass


@given(st.lists(st.tuples(NAMES, VERSIONS, st.lists(HASHES, min_size=1, max_size=3)), max_size=4))
def test_pins_are_read_as_pip_writes_them(packages: list[tuple[str, str, list[str]]]) -> None:
    text = "# a lock\n" + "".join(
        f"{name}=={version} \\\n" + " \\\n".join(f"    --hash=sha256:{digest}" for digest in hashes) + "\n    # via x\n"
        for name, version, hashes in packages
    )
    read = [(pin.version, list(pin.hashes)) for pin in pins(text)]
    assert read == [(version, hashes) for _, version, hashes in packages]
