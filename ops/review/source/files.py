"""Files of an asset: a folder, a zip, or one file. Nothing outside is read, and no zip that would fill the memory."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LARGEST = 4_000_000  # bytes of a file that is read
_MOST_FILES = 20_000
_MOST_BYTES = 100_000_000  # of all files of a zip, unpacked
_ALONE = "the file"


@dataclass(frozen=True)
class File:
    """A file of an asset.

    Attributes:
        size: bytes.
        content: None of one that is too large to be kept, or a link.
        mark: tells contents apart where they are not kept: a checksum, the target of a link.
    """

    size: int
    content: bytes | None
    mark: str = ""


def files(asset: Path) -> dict[str, File]:
    """Return the files of an asset by their name below it; those of zips in it by `<zip>/<name>`.

    A file that cannot be read counts as one without content. An asset that is one file, and no zip, has one name.
    """
    found: dict[str, File] = {}
    for name, file in _all(asset):
        if len(found) == _MOST_FILES:
            break
        found[name] = file
    return found


def _all(asset: Path) -> Iterator[tuple[str, File]]:
    if asset.is_dir() and not asset.is_symlink():
        for path in sorted(asset.rglob("*")):
            if path.is_symlink() or not path.is_dir():
                yield from _unpacked(path.relative_to(asset).as_posix(), _read(path))
        return
    name = "" if asset.suffix in (".zip", ".whl") else _ALONE
    yield from _unpacked(name, _read(asset))


def _read(path: Path) -> File:
    try:
        if path.is_symlink():
            return File(0, None, f"link to {path.readlink()}")
        size = path.stat().st_size
        if size <= _LARGEST:
            return File(size, path.read_bytes())
        with path.open("rb") as large:
            return File(size, None, hashlib.file_digest(large, "sha256").hexdigest())
    except OSError:
        return File(0, None, "cannot be read")


def _unpacked(name: str, file: File) -> Iterator[tuple[str, File]]:
    if file.content is None or not file.content.startswith(b"PK\x03\x04"):
        yield name or _ALONE, file
        return
    try:
        inner = list(_members(file.content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        yield name or _ALONE, file
        return
    yield from ((f"{name}/{below}" if name else below, member) for below, member in inner)


def _members(content: bytes) -> Iterator[tuple[str, File]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        if sum(one.file_size for one in members) > _MOST_BYTES:
            raise ValueError("too large to unpack")
        for one in members:
            if one.file_size <= _LARGEST:
                yield one.filename, File(one.file_size, archive.read(one))
            else:
                yield one.filename, File(one.file_size, None, f"checksum {one.CRC:08x}")
