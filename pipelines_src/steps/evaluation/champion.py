"""The model that serves now, on the same records: what its own package answers, as its endpoint would.

docs/decisions/champion-comparison.md says why its code is asked, and how the job finds it.
"""

import importlib.resources
import json
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .. import archives
from ..errors import StepError
from ..use_case import UseCase
from . import overlap
from .bootstrap import Floats
from .judged import Document

PACKAGE = "model.tar.gz"
FIELD = "field_"  # prefix of the records' fields in test.parquet
_REMEDY = (
    "Correct the data, or start the pipeline without the champion (`python -m ops pipeline start --no-champion`), so "
    "that the model is compared with the baseline."
)


@dataclass(frozen=True)
class Champion:
    """The model that serves now.

    Attributes:
        forecast: what it gives for each test record, as `Judged.model`.
        report: of the preparation that it comes from; None in a package that does not hold it.
    """

    forecast: Floats
    report: Document | None


def asked(folder: Path, use_case: UseCase, test: pd.DataFrame) -> Champion | None:
    """Return the champion with what it gives for each test record; None if the input holds no package.

    Args:
        folder: the input `champion`.
        use_case: of the new model; its problem says what to read of an answer, and its classes in which order.
        test: has a column `field_<name>` per field of the records.

    Raises:
        StepError: the package cannot be run, or refuses a record.
    """
    archive = folder / PACKAGE
    if not archive.exists():
        return None
    with tempfile.TemporaryDirectory(prefix="champion-") as temporary:
        package, records, answers = (Path(temporary) / name for name in ("package", "records.jsonl", "answers.jsonl"))
        _unpack(archive, package)
        with records.open("w", encoding="utf-8") as file:
            file.writelines(lines(test, use_case, _fields(package)))
        _ask(package, records, answers)
        found = [json.loads(line) for line in answers.read_text(encoding="utf-8").split("\n") if line]
        report = package / overlap.REPORT
        made_of = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
    if len(found) != len(test):
        raise StepError(f"the champion answers {len(found)} of {len(test)} test records. {_REMEDY}")
    try:
        return Champion(np.array([_output(answer, use_case) for answer in found], dtype="float64"), made_of)
    except KeyError as error:
        raise StepError(
            f"the champion's answers have no {error}, as those of {use_case.problem} have: it solves another problem. "
            f"{_REMEDY}"
        ) from error


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive, "r:gz") as file:
            archives.extract(file, folder)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise StepError(f"the champion's {PACKAGE} cannot be unpacked: {error}. {_REMEDY}") from error


def _fields(package: Path) -> set[str] | None:
    """Return the fields that the champion knows, since it refuses others; None if it does not say."""
    for settings in [*package.glob("use_case.json"), *package.glob("code/*/*/use_case.json")]:
        return {field["name"] for field in json.loads(settings.read_text())["data"]["record"]}
    return None


def lines(test: pd.DataFrame, use_case: UseCase, known: set[str] | None = None) -> Iterator[str]:
    """Yield each test record in JSON as a client would send it, with the fields that are known: None: all."""
    names = [field.name for field in use_case.record if known is None or field.name in known]
    columns = [test[f"{FIELD}{name}"].astype("object").where(test[f"{FIELD}{name}"].notna(), None) for name in names]
    for values in zip(*columns, strict=True):
        record = {name: _plain(value) for name, value in zip(names, values, strict=True)}
        yield json.dumps(record) + "\n"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _ask(package: Path, records: Path, answers: Path) -> None:
    code = importlib.resources.files(__package__ or "").joinpath("ask_champion.py").read_text(encoding="utf-8")
    command = [sys.executable, "-I", "-c", code, str(package), str(records), str(answers)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own code
    if done.returncode:
        print(done.stderr, file=sys.stderr, flush=True)
        last = (done.stderr.strip().splitlines() or ["it gives no reason"])[-1]
        raise StepError(f"the champion cannot score the test records: {last[:500]}. {_REMEDY}")


def _output(answer: dict[str, Any], use_case: UseCase) -> float | list[float]:
    """Return an answer as the model's output of steps/answers.py; a class that the champion does not know has 0."""
    if use_case.problem == "binary_classification":
        return float(answer["probability"])
    if use_case.problem == "regression":
        return float(answer["value"])
    if use_case.problem == "clustering":
        return [answer["cluster"], answer["distance"]]
    return [answer["probabilities"].get(str(name), 0.0) for name in use_case.data["classes"]]
