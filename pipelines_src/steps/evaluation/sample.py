"""A record of the test split as a request's body, with which whoever deploys the model can ask it."""

from .. import files
from ..folders import Folders
from ..use_case import UseCase
from . import champion

ARCHIVE = "sample.tar.gz"  # the registry's SamplePayloadUrl wants one, whatever it holds
FILE = "sample.json"


def record(use_case: UseCase, folders: Folders) -> bytes:
    """Return the first record of the input `test` in JSON, as a client would send it."""
    columns = [f"{champion.FIELD}{field.name}" for field in use_case.record]
    test = files.read_parquet(folders.input("test") / "test.parquet", columns)
    return next(iter(champion.lines(test.head(1), use_case))).encode()
