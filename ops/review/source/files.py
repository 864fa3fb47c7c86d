"""Files of an asset: a folder, a zip, or one file. Nothing outside is read, and nothing large is kept."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

LARGEST = 100_000  # bytes of a file that is kept, and whose lines are compared
_LARGEST_ZIP = 50_000_000
_MOST_FILES = 20_000
_MOST_KEPT = 20_000_000  # bytes of an asset
_MOST_UNPACKED = 100_000_000  # of all files of a zip
_ALONE = "the file"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class File:
    """A file of an asset; two are equal if their contents are.

    Attributes:
        mark: a digest of the content, the target of a link, or why it cannot be read.
        size: bytes.
        content: None of what is too large to be kept, or is no file.
    """

    mark: str
    size: int = 0
    content: bytes | None = field(default=None, compare=False)


def files(asset: Path) -> dict[str, File]:
    """Return the files of an asset by their name below it; those of zips in it by `<zip>/<name>`.

    A file that cannot be read counts as one without content. An asset that is one file, and no zip, has one name.
    """
    found: dict[str, File] = {}
    kept = 0
    for name, file in _all(asset):
        if len(found) == _MOST_FILES:
            break
        kept += len(file.content or b"")
        found[name] = file if kept <= _MOST_KEPT else replace(file, content=None)
    return found


def _all(asset: Path) -> Iterator[tuple[str, File]]:
    if asset.is_dir() and not asset.is_symlink():
        for path in sorted(asset.rglob("*")):
            if path.is_symlink() or not path.is_dir():
                yield from _opened(path.relative_to(asset).as_posix(), path)
    else:
        yield from _opened("", asset)


def _opened(name: str, path: Path) -> Iterator[tuple[str, File]]:
    try:
        if path.is_symlink():
            yield name or _ALONE, File(f"link to {path.readlink()}")
            return
        if not path.is_file():  # a pipe would wait for ever
            yield name or _ALONE, File("no file")
            return
        size = path.stat().st_size
        with path.open("rb") as stream:
            is_zip = stream.read(len(_ZIP)) == _ZIP and size <= _LARGEST_ZIP
            stream.seek(0)
            inner = _members(stream.read()) if is_zip else None
            if inner is None:
                stream.seek(0)
                yield name or _ALONE, _file(stream, size)
                return
    except OSError:
        yield name or _ALONE, File("cannot be read")
        return
    yield from ((f"{name}/{below}" if name else below, member) for below, member in inner)


def _file(stream: IO[bytes], size: int) -> File:
    if size <= LARGEST:
        content = stream.read(LARGEST + 1)
        return File(hashlib.sha256(content).hexdigest(), len(content), content)
    digest = hashlib.sha256()
    while part := stream.read(LARGEST):
        digest.update(part)
    return File(digest.hexdigest(), size)


def _members(content: bytes) -> list[tuple[str, File]] | None:
    """Return the files of a zip; None if it is broken, or would be too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if sum(one.file_size for one in members) > _MOST_UNPACKED:
                return None
            return [(one.filename, _member(archive, one)) for one in members]
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError):
        return None


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> File:
    with archive.open(member) as stream:
        return _file(stream, member.file_size)
