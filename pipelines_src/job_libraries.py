"""The Python libraries of the preparation as one zip, for places whose image lacks them and that reach no index.

All of them are pure Python, so that Python imports them from the zip and nothing is installed; they are those of this
project's own virtual environment, at the versions of requirements-dev.txt. The same versions give the same bytes.
"""

import importlib.metadata
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Ibis and what it imports, without what every image has because of pandas (dateutil, six, tzdata).
LIBRARIES = ("ibis-framework", "sqlglot", "toolz", "parsy", "atpublic", "typing-extensions", "packaging")
_NATIVE = (".so", ".pyd", ".dylib")
_ALWAYS_THE_SAME = (1980, 1, 1, 0, 0, 0)  # the oldest time that a zip knows


@contextmanager
def zipped(libraries: tuple[str, ...] = LIBRARIES) -> Iterator[Path]:
    """Give a zip of installed libraries; it is gone afterwards.

    Raises:
        ValueError: a library has native code, which another Python or machine may not run.
    """
    with tempfile.TemporaryDirectory(prefix="ml-loop-") as temporary:
        path = Path(temporary) / "libraries.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in libraries:
                for file in _files(name):
                    # Written with a time of its own, a file would change the zip whenever it is installed.
                    archive.writestr(
                        zipfile.ZipInfo(file.as_posix(), _ALWAYS_THE_SAME),
                        Path(str(file.locate())).read_bytes(),
                        zipfile.ZIP_DEFLATED,
                    )
        yield path


def _files(library: str) -> list[importlib.metadata.PackagePath]:
    files = sorted(importlib.metadata.files(library) or ())
    for file in files:
        if file.suffix in _NATIVE:
            raise ValueError(f"{library} has native code, {file}; only pure Python travels in a zip. Choose a wheel.")
    return [file for file in files if file.suffix == ".py" and "tests" not in file.parts and ".." not in file.parts]
