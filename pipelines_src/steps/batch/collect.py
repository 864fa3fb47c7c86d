"""After the model: inputs joined to outputs, a file of results for each file of the run, and one of all errors.

Whether every record came back, and once, is checked here; only then does the run go on to be recorded.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from .. import files
from ..errors import StepError
from ..folders import Folders
from ..use_case import UseCase
from .files import ERRORS, REPORT, SPLIT, Counts, ErrorFile, lines_below, request
from .reading import json_text

OUTPUTS = ("results", "errors", "report")
OUTPUT = "SageMakerOutput"  # what batch transform calls the model's answer when it joins it to the input
ERROR = "error"  # of an answer: the model could not answer this record


class Results:
    """Writes the results of files below a folder, in whatever order; they have their names when all are written."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._stack = folder, ExitStack()
        self._besides: dict[str, Path] = {}
        self._open: tuple[str, TextIO] | None = None

    def __enter__(self) -> "Results":
        return self

    def __exit__(self, *error: Any) -> None:
        self._close()
        self._stack.__exit__(*error)

    def write(self, file: str, document: Mapping[str, Any]) -> None:
        """Add a line to the results of a file."""
        if self._open is None or self._open[0] != file:
            self._close()
            self._open = (file, self._beside(file).open("a", encoding="ascii"))  # one at a time: there may be thousands
        self._open[1].write(json_text(document) + "\n")

    def _beside(self, file: str) -> Path:
        if file not in self._besides:
            path = self._folder / result_name(file)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._besides[file] = self._stack.enter_context(files.replacing(path))
        return self._besides[file]

    def _close(self) -> None:
        if self._open is not None:
            self._open[1].close()


def result_name(file: str) -> str:
    """Return the name of a file's results."""
    return f"{file}.jsonl"


class Seen:
    """Which records came back: every good one must, once."""

    def __init__(self, split: Counts) -> None:
        self._expected = split
        self._rows = {name: bytearray() for name in split.files}
        self._returned = dict.fromkeys(split.files, 0)

    def add(self, file: str, row: int) -> None:
        """Take note of a record; StepError if it was not sent, or came back before."""
        rows = self._rows.get(file)
        if rows is None:
            raise StepError(f"the transform answers for {file!r}, which was not sent. Start another run.")
        if row >= len(rows):
            rows.extend(bytes(max(row + 1, 2 * len(rows)) - len(rows)))
        if rows[row]:
            raise StepError(f"{file}: record {row} came back twice. Start another run.")
        rows[row] = 1
        self._returned[file] += 1

    def check(self) -> None:
        """Raise StepError unless all came back."""
        for name, count in self._expected.files.items():
            if self._returned[name] != count.scored:
                raise StepError(
                    f"{name}: {count.scored} records were sent and {self._returned[name]} came back; allowed is as "
                    "many. Start another run."
                )


def run(_: UseCase, folders: Folders) -> None:
    """Read the inputs request, split, unreadable and transformed; write results, errors and report."""
    split = Counts.from_document(files.read_json(folders.input("split") / SPLIT))
    counts, seen = Counts(), Seen(split)
    for name in split.files:
        counts.of(name).unreadable = split.files[name].unreadable
    with (
        Results(folders.output("results")) as results,
        files.writing(folders.output("errors") / ERRORS, "ascii") as file,
    ):
        errors = ErrorFile(file, counts)
        for bad in lines_below(folders.input("unreadable")):
            errors.add(**bad)
        counts.reasons = split.reasons.copy()  # by rules, which the error file does not tell
        for line in lines_below(folders.input("transformed")):
            _take(line, results, errors, counts, seen)
        seen.check()
        _require_some(split, counts)
    print(f"{counts.scored} records scored, {counts.errors} bad ones", flush=True)
    run_id = request(folders.input("request"))["run"]
    files.write_json(folders.output("report") / REPORT, {"run": run_id, **counts.document()})


def _require_some(split: Counts, counts: Counts) -> None:
    if split.scored and not counts.scored:
        reason = next(iter((counts.reasons - split.reasons).elements()), "no reason is known")
        raise StepError(f"the model could score none of {split.scored} records: {reason}. Look at the transform's log.")


def _take(line: Any, results: Results, errors: ErrorFile, counts: Counts, seen: Seen) -> None:
    try:
        file, row, record, answer = line["file"], line["row"], line["record"], line[OUTPUT]
    except (TypeError, KeyError) as error:
        raise StepError(f"the transform gave a line without {error}: {str(line)[:200]}. Is the join there?") from error
    seen.add(file, row)
    if isinstance(answer, dict) and set(answer) == {ERROR}:
        reason = str(answer[ERROR])
        errors.add(file, row, record, reason, f"the model: {reason[:200]}")
        return
    known = {"id": line["id"]} if "id" in line else {}
    results.write(file, {"row": row, **known, "record": record, "prediction": answer})
    counts.of(file).scored += 1
