"""What the jobs of a batch hand on: places of records, bad records, how many there were of each."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from ..files import read_json, writing
from .reading import json_text

REQUEST = "request.json"  # what the run is asked to score; lambda/batch_transform writes it
SPLIT = "split.json"
COUNTS = "counts.json"
ERRORS = "errors.jsonl"
REPORT = "report.json"
# More than these and the rest is counted together: reasons of a file with a million bad records fit a page.
MOST_REASONS = 100


@dataclass
class FileCount:
    """How many records of a file there were, by what became of them; `unreadable`: why reading it ended early."""

    file: str
    scored: int = 0
    errors: int = 0
    unreadable: str = ""


@dataclass
class Counts:
    """Files in the order in which they were read, and how often each reason came."""

    files: dict[str, FileCount] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)

    def of(self, file: str) -> FileCount:
        """Return the counts of a file, which begin with 0."""
        return self.files.setdefault(file, FileCount(file))

    @property
    def scored(self) -> int:
        """Records that are good."""
        return sum(count.scored for count in self.files.values())

    @property
    def errors(self) -> int:
        """Entries of the error file."""
        return sum(count.errors for count in self.files.values())

    def document(self) -> dict[str, Any]:
        """Return the counts as JSON; the rarest reasons beyond `MOST_REASONS` are one."""
        shown = dict(self.reasons.most_common(MOST_REASONS))
        if rest := sum(self.reasons.values()) - sum(shown.values()):
            shown["others"] = rest
        files = [asdict(count) for count in self.files.values()]
        return {"scored": self.scored, "errors": self.errors, "reasons": shown, "files": files}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Counts":
        """Read what `document` gave."""
        files = {count["file"]: FileCount(**count) for count in document["files"]}
        return cls(files, Counter(document["reasons"]))


class ErrorFile:
    """Bad records as JSON Lines, each with `file`, `row` (null: the whole file), `record`, `reason`."""

    def __init__(self, file: TextIO, counts: Counts) -> None:
        self._file, self._counts = file, counts

    def add(self, file: str, row: int | None, record: Any, reason: str, rule: str | None = None) -> None:
        """Write a bad record and count it under the rule that it breaks."""
        self._file.write(json_text({"file": file, "row": row, "record": record, "reason": reason}) + "\n")
        self._counts.of(file).errors += 1
        self._counts.reasons[rule or reason] += 1


class Parts:
    """Lines over several files of a folder, so that several machines share them: `part-00000.jsonl` and so on.

    A file has its name when it is full, or when all is written.
    """

    def __init__(self, folder: Path, part_bytes: int) -> None:
        self._folder, self._limit = folder, part_bytes
        self._stack = ExitStack()
        self._file: TextIO | None = None
        self._number = self._size = 0

    def __enter__(self) -> "Parts":
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def write(self, line: str) -> None:
        """Add a line, to a new file when the last one is full."""
        if self._file is None or self._size >= self._limit:
            self._stack.close()
            path = self._folder / f"part-{self._number:05d}.jsonl"
            self._file = self._stack.enter_context(writing(path, "ascii"))
            self._number, self._size = self._number + 1, 0
        self._size += self._file.write(line + "\n")


def lines_below(folder: Path) -> Iterator[Any]:
    """Yield the documents of the JSON Lines files of a folder, in the order of their names."""
    for path in sorted(folder.glob("*")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    yield json.loads(line)


def request(folder: Path) -> dict[str, Any]:
    """Return what the run is asked to score; StepError if that cannot be read."""
    document: dict[str, Any] = read_json(folder / REQUEST)
    return document
