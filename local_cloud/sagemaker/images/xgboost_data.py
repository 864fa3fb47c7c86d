"""The channels of the built-in XGBoost algorithm: headerless CSV, libsvm or parquet, with the label first."""

import csv
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.images.channels import UserError, files_of

_CONTENT_TYPES = {
    "csv": "csv", "text/csv": "csv", "libsvm": "libsvm", "text/libsvm": "libsvm", "text/x-libsvm": "libsvm",
    "parquet": "parquet", "application/x-parquet": "parquet",
}  # fmt: skip


def content_type(given: str | None) -> str:
    """Return csv, libsvm or parquet; UserError if it is another."""
    name, _, options = (given or "text/libsvm").lower().partition(";")
    if name.strip() not in _CONTENT_TYPES:
        raise UserError(f"{given} is not an accepted ContentType: {', '.join(_CONTENT_TYPES)}.")
    if "label_size" in options and options.strip() != "label_size=1":
        raise UserError(f"{given} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1")
    return _CONTENT_TYPES[name.strip()]


def matrix(library: Any, folder: Path, kind: str, weights: bool) -> Any:
    """Return a channel as a DMatrix, the label first, then the weight if there is one; UserError if it cannot be."""
    # As the image does (data_utils.get_size); XGBoost itself would read them with the rest of the folder.
    if any(path.is_file() for path in folder.rglob(".*")):
        raise UserError("Hidden file found in the data path! Remove that before training.")
    files = files_of(folder)
    try:
        if kind == "parquet":
            return _parquet(library, folder)
        options = "format=libsvm"
        if kind == "csv":
            options = f"format=csv&label_column=0&delimiter={_delimiter(files[0])}" + "&weight_column=1" * weights
        return library.DMatrix(f"{folder}?{options}")
    except (library.core.XGBoostError, ValueError, OSError) as error:
        raise UserError(f"Failed to load {kind} data with exception:\n{error}") from error


def _parquet(library: Any, folder: Path) -> Any:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(folder).to_pandas().to_numpy()
    return library.DMatrix(table[:, 1:], label=table[:, 0])


def _delimiter(file: Path) -> str:
    with file.open(encoding="utf-8", errors="ignore") as lines:
        first = lines.readline()
    try:
        delimiter = csv.Sniffer().sniff(first).delimiter
    except csv.Error as error:
        raise UserError(f"Could not determine delimiter on line {first[:50]}:\n{error}") from error
    fields = [field for field in first.strip().split(delimiter) if field]
    if not all(_is_number(field) for field in fields):
        raise UserError(
            f"First line '{first[:50].strip()}...' of file '{file.name}' is not numbers. Training data has no header, "
            "and the label in its first column."
        )
    return delimiter


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
