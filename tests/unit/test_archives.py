"""Archives are unpacked below their folder only, also by the oldest Python that the project supports."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from local_cloud.archives import unpack
from pipelines_src.steps.archives import extract
from tests.needs import need


@pytest.fixture(params=["newest", "oldest"], autouse=True)
def python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "oldest":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    else:
        need(hasattr(tarfile, "data_filter"), "This Python's tarfile has no filters.")


@pytest.fixture(params=[unpack, extract])
def unpacks(request: pytest.FixtureRequest) -> Callable[[tarfile.TarFile, Path], None]:
    """The local cloud's way and that of jobs; neither may need the other."""
    found: Callable[[tarfile.TarFile, Path], None] = request.param
    return found


def archive(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarFile:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as written:
        member = tarfile.TarInfo(name)
        member.type, member.linkname, member.size = kind, link, 5 if kind == tarfile.REGTYPE else 0
        written.addfile(member, io.BytesIO(b"model"))
    buffer.seek(0)
    return tarfile.open(fileobj=buffer)


def test_files_are_written_below_the_folder(tmp_path: Path, unpacks: Callable[[tarfile.TarFile, Path], None]) -> None:
    unpacks(archive("code/inference.py"), tmp_path)
    assert (tmp_path / "code" / "inference.py").read_bytes() == b"model"


@pytest.mark.parametrize(
    ("name", "kind", "link"),
    [
        ("../outside", tarfile.REGTYPE, ""),
        ("link", tarfile.SYMTYPE, "../../outside"),
        ("device", tarfile.CHRTYPE, ""),
    ],
)
def test_what_would_land_outside_is_refused(
    tmp_path: Path, name: str, kind: bytes, link: str, unpacks: Callable[[tarfile.TarFile, Path], None]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(tarfile.TarError):
        unpacks(archive(name, kind, link), folder)
    assert sorted(tmp_path.rglob("*")) == [folder]
