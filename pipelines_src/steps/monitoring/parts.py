"""What one machine makes of its share of the capture files, in files that `conclusion` adds up.

Below a folder, with a name of the machine's own: `<name>.profiles.json` (sketches of each variant),
`<name>.sample.json` (records to explain), and, where outcomes are joined,
`<name>.answers.parquet` (what the model answered).
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from .. import files
from ..errors import StepError
from ..folders import Folders
from ..use_case import Document, UseCase
from . import captured, expected, profile, profiling, sample
from .expected import Expected
from .profile import Profile
from .request import Request

PROFILES, SAMPLE, ANSWERS = ".profiles.json", ".sample.json", ".answers.parquet"
_CONFIG = "config/resourceconfig.json"
_MEMORY_GB = 1.0
_OWN_MEMORY_GB = "ML_LOOP_MEMORY_GB"  # another limit, for laptops and tests


def machine(folders: Folders) -> str:
    """Return the name of this machine among those of the job."""
    path = folders.base / _CONFIG
    return str(json.loads(path.read_text())["current_host"]) if path.exists() else "algo-1"


def names(baseline: Expected | None, use_case: UseCase) -> list[str]:
    """Return the columns that are known: the baseline's, else the record's."""
    return baseline.names if baseline else [field.name for field in use_case.record]


def write(use_case: UseCase, folders: Folders, request: Request, target: Path, scratch: Path, *, answers: bool) -> None:
    """Sketch this machine's share of the input `captures` into a folder.

    Args:
        use_case: whose endpoint.
        folders: with the inputs `captures` and `baseline`.
        request: what is asked for.
        target: the folder.
        scratch: an empty folder on disk.
        answers: whether to write what the model answered.
    """
    if not folders.input("captures").exists():
        raise StepError(f"{folders.input('captures')}: there is no input `captures`. Connect it to the job.")
    baseline = expected.read(folders.input("baseline"))
    known = names(baseline, use_case)
    period = None
    if baseline and baseline.period and use_case.time:
        period = profiling.Period(baseline.period, use_case.time)
    start = target / machine(folders)
    records = scratch / "records.parquet"
    with opened(scratch) as connection:
        captures = folders.input("captures")
        found = profiling.of_captures(connection, captures, known, request.window, records, period)
        files.write_json(start.with_name(start.name + PROFILES), profile.to_document(found))
        if "explainability" in request.monitors:
            taken = {variant: sample.taken(connection, records, known, variant) for variant in found}
            files.write_json(start.with_name(start.name + SAMPLE), taken)
    records.unlink()
    if answers:
        _answers(use_case, folders, request, start.with_name(start.name + ANSWERS))


@contextmanager
def opened(scratch: Path) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Open DuckDB; StepError where what is asked of it does not fit."""
    memory_gb = float(os.environ.get(_OWN_MEMORY_GB, _MEMORY_GB))
    connection = captured.connect(scratch, memory_gb, len(os.sched_getaffinity(0)))
    try:
        yield connection
    except duckdb.OutOfMemoryException as error:
        found = str(error).partition("\n")[0]  # what follows is advice on DuckDB's settings
        raise StepError(
            f"the captures do not fit into {memory_gb:g} GB of memory and the free disk: {found}. Raise "
            f"{_OWN_MEMORY_GB}, take a larger disk, a shorter window, or more machines."
        ) from error
    finally:
        connection.close()


def joins(request: Request, use_case: UseCase, *, truth: bool) -> bool:
    """Whether answers are looked at, where there are outcomes, or none."""
    if use_case.problem == "clustering":
        return False
    return ("model_quality" in request.monitors and truth) or ("bias" in request.monitors and bool(request.facets))


def _answers(use_case: UseCase, folders: Folders, request: Request, target: Path) -> None:
    from ..engines import text  # only here, as imports take as long as sketching an hour of captures
    from . import answered

    facets = request.facets if "bias" in request.monitors else ()
    text.to_parquet(
        folders.input("captures"),
        answered.reader(folders.input("captures"), use_case, facets, request.window),
        target,
    )


@dataclass(frozen=True)
class Parts:
    """The files of all machines, in the order of their names."""

    folder: Path

    def profiles(self) -> dict[str, Profile]:
        """Return the sketches of each variant; StepError if there are none."""
        found = self._documents(PROFILES)
        if not found:
            raise StepError(
                f"{self.folder}: there is no {PROFILES[1:]} of any machine. Run the step monitor_sketch first."
            )
        return profile.merged(profile.from_document(document) for document in found)

    def sample(self, variant: str) -> list[Document]:
        """Return records of a variant."""
        return sample.merged(document.get(variant, []) for document in self._documents(SAMPLE))

    def answers(self) -> Sequence[Path]:
        """Return the files of answers."""
        return sorted(self.folder.glob(f"*{ANSWERS}"))

    def _documents(self, ending: str) -> list[Document]:
        return [files.read_json(path) for path in sorted(self.folder.glob(f"*{ending}"))]
