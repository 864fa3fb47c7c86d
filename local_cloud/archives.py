"""Unpack archives that others made, so that nothing lands outside the folder."""

import tarfile
from pathlib import Path


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Write what an archive holds below `folder`.

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
