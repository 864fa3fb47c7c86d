"""`python -m ops wheels`: the same lock gives the same bytes, and what went wrong is told."""

import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config import ConfigError
from config.loading import ROOT
from ops import wheel_files, wheels
from ops.target import OperationError
from pipelines_src import job_wheels
from pipelines_src.steps.wheels import LOCK, pins


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index that is a folder with one wheel, and nothing besides it."""
    folder = tmp_path / "index"
    folder.mkdir()
    write_wheel(folder / "brought_along-1.0-py3-none-any.whl")
    for name in ("PIP_CONFIG_FILE", "PIP_NO_INDEX", "PIP_FIND_LINKS"):
        monkeypatch.setenv(name, {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}.get(name, "/dev/null"))
    return folder


@pytest.fixture
def locks(tmp_path: Path, index: Path) -> Path:
    """A folder with the lock of one image, which names that wheel."""
    folder = tmp_path / "locks"
    folder.mkdir()
    digest = wheel_files.hash_of(next(index.iterdir()))
    (folder / "xgboost.txt").write_text(f"brought-along==1.0 \\\n    --hash=sha256:{digest}\n")
    return folder


def write_wheel(path: Path, **more: str) -> None:
    with zipfile.ZipFile(path, "w") as content:
        content.writestr("brought_along.py", "")
        content.writestr(
            "brought_along-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: brought-along\nVersion: 1.0\n"
        )
        content.writestr("brought_along-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        for name, text in more.items():
            content.writestr(name.replace("__", "/"), text)


def test_a_lock_gives_one_zip_of_the_same_bytes_and_then_needs_no_index(
    tmp_path: Path, locks: Path, index: Path
) -> None:
    first, second = (wheels.built("xgboost", locks, tmp_path / name) for name in ("a", "b"))
    assert first.name == second.name == f"{job_wheels.digest('xgboost', locks)}.zip"
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as content:
        assert content.namelist() == [LOCK, "brought_along-1.0-py3-none-any.whl"]
        assert content.read(LOCK) == (locks / "xgboost.txt").read_bytes()
    next(index.iterdir()).unlink()
    assert wheels.built("xgboost", locks, tmp_path / "a") == first


def test_the_zip_of_an_earlier_lock_goes(tmp_path: Path, locks: Path) -> None:
    old = wheels.built("xgboost", locks, tmp_path / "a")
    with (locks / "xgboost.txt").open("a") as lock:
        lock.write("# changed\n")
    new = wheels.built("xgboost", locks, tmp_path / "a")
    assert new != old
    assert list(new.parent.iterdir()) == [new]


def test_a_wheel_of_another_hash_is_refused_and_nothing_is_left(tmp_path: Path, locks: Path, index: Path) -> None:
    write_wheel(next(index.iterdir()), other__file="x")
    with pytest.raises(OperationError, match=r"xgboost.txt: a downloaded file has another hash.*Expected.*Got"):
        wheels.built("xgboost", locks, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_without_a_network_it_is_told_what_to_do(tmp_path: Path, locks: Path, index: Path) -> None:
    next(index.iterdir()).unlink()
    with pytest.raises(
        OperationError, match=r"could not be downloaded. This takes a network.*wheels build.*pip says: .*brought-along"
    ):
        wheels.built("xgboost", locks, tmp_path / "a")


def test_who_deploys_is_told_the_path_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "built", lambda image: tmp_path / f"{image}.zip")
    found = CliRunner().invoke(wheels.app, ["path", "xgboost"])
    assert found.output == f"{tmp_path / 'xgboost.zip'}\n"
    unknown = CliRunner().invoke(wheels.app, ["path", "kmeans"])
    assert isinstance(unknown.exception, ConfigError)
    assert "found 'kmeans'; allowed are xgboost" in str(unknown.exception)


def test_a_wheel_that_an_installer_would_move_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "brought_along-1.0-py3-none-any.whl"
    write_wheel(path, **{"brought_along-1.0.data__purelib__x.py": ""})
    lock = pins(f"brought-along==1.0 --hash=sha256:{wheel_files.hash_of(path)}\n")
    with pytest.raises(OperationError, match=r"has brought_along-1.0.data/purelib/x.py, which an installer moves"):
        wheel_files.check([path], lock)
    with pytest.raises(OperationError, match="allowed is one wheel for each hash"):
        wheel_files.check([], lock)


@pytest.mark.parametrize("image", job_wheels.images())
def test_a_lock_has_one_hash_for_each_package_and_nothing_that_the_image_has(image: str) -> None:
    locked = pins(job_wheels.lock_file(image).read_text())
    has = dict(
        line.split("==") for line in (job_wheels.LOCKS / f"{image}.image.txt").read_text().splitlines() if "==" in line
    )
    assert {"ibis-framework", "sqlglot"} <= {pin.name for pin in locked}
    assert all(len(pin.hashes) == 1 for pin in locked)
    assert not has.keys() & {pin.name for pin in locked}


@pytest.mark.parametrize("image", job_wheels.images())
def test_the_laptop_has_the_versions_that_travel(image: str) -> None:
    here = {pin.name: pin for pin in pins((ROOT / "requirements-dev.txt").read_text())}
    for pin in pins(job_wheels.lock_file(image).read_text()):
        assert here[pin.name].version == pin.version
        assert set(pin.hashes) <= set(here[pin.name].hashes)
