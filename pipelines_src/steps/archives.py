"""Archives as SageMaker wants them, tar.gz: written so that the same content gives the same bytes, read with care."""

import gzip
import io
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from . import files
from .errors import StepError


def tar(entries: Mapping[str, bytes]) -> bytes:
    """Return an archive of files by name: sorted, without time, owner or machine."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(entries.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return content.getvalue()


def write(path: Path, entries: Mapping[str, bytes]) -> None:
    """Write a compressed archive of files by name."""
    with (
        files.replacing(path) as beside,
        beside.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as zipped,
    ):
        zipped.write(tar(entries))


def extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Write what an archive holds below a folder.

    Raises:
        tarfile.TarError: a member would land outside, or is a device.
    """
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
        return
    # Python 3.11.0 to 3.11.3, which Debian 12 has, know no filters: there, only files and folders.
    root = folder.resolve()
    for member in archive:
        inside = (root / member.name).resolve().is_relative_to(root)
        if not inside or not (member.isreg() or member.isdir()):
            raise tarfile.ExtractError(f"{member.name!r} is no file or folder below the archive's own folder")
        archive.extract(member, root, set_attrs=False)


def unpack(path: Path, folder: Path) -> None:
    """Write what a training's or a package's model.tar.gz holds below a folder; StepError if it is none."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            extract(archive, folder)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise StepError(f"{path}: is no archive of a model: {error}. Is it the output of the training?") from error
