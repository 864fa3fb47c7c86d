"""The Parquet files of a raw table, and errors that name what is wrong with them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import StepError
from ..folders import Place

_UNCOMMITTED = "_temporary"  # the folder in a table where Hadoop's committers keep what is not of it yet


def files_of(path: Path, columns: Sequence[str]) -> list[Path]:
    """Return the files of a table: the file itself, or the parts below a folder, in order.

    Raises:
        StepError: there is none, one is not Parquet, or one lacks a column; or Spark did not end writing the table.
    """
    if not path.exists():
        beside = ", ".join(sorted(item.name for item in path.parent.glob("*"))) or "nothing"
        raise StepError(f"{path}: there is no such file; its folder holds {beside}. Upload it under this name.")
    every = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    found = [file for file in every if all(is_of_table(name, path) for name in file.relative_to(path).parts)]
    if not found:
        raise StepError(f"{path}: the folder holds no file. Upload the parts of the table into it.")
    for file in found:
        _require(file, columns)
    return found


def rows(path: Path) -> int:
    """Return how many rows a table has, as its files say."""
    return sum(int(row[0]) for file in files_of(path, ()) for row in _ask(file, "num_rows", "parquet_file_metadata"))


def is_of_table(name: str, place: Place) -> bool:
    """Whether a file or folder of a table's folder has this name because it is of the table.

    Raises:
        StepError: it says that the table is being written. A part of its parts may be there already.
    """
    if name == _UNCOMMITTED:
        raise StepError(
            f"{place}: holds {_UNCOMMITTED}, so Spark is writing it, or was killed when it did. Wait for its end, or "
            "write the table again."
        )
    return not name.startswith(("_", "."))  # else it is what Spark and others leave beside the parts


def _require(file: Path, columns: Sequence[str]) -> None:
    known = [name for name, *_ in _ask(file, "*", "read_parquet", "DESCRIBE ")]
    missing = [column for column in columns if column not in known]
    if missing:
        raise lacks(file, missing, known)


def _ask(file: Path, what: str, function: str, describe: str = "") -> list[Any]:
    import duckdb  # SageMaker's Spark image does not have it, and does not come here

    name = str(file).replace("'", "''")
    try:
        return duckdb.execute(f"{describe}SELECT {what} FROM {function}('{name}')").fetchall()  # noqa: S608 - all quoted
    except duckdb.Error as error:
        raise StepError(f"{file}: is not a Parquet file that can be read: {error}. Write it again.") from error


def lacks(place: Place, missing: Sequence[str], known: Sequence[str]) -> StepError:
    """Return the error of a table that lacks columns."""
    return StepError(
        f"{place}: column {', '.join(map(repr, missing))} is missing; the file has {', '.join(known)}. "
        "Correct the file, or the names in use_case.yaml."
    )
