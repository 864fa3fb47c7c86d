"""What a person asks for: `python -m ops use-case new NAME --data FILE ...`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from config.use_case.metrics import Problem
from config.use_case.name import ALLOWED, is_name
from ops.new_use_case.errors import DataError

Dates = Literal["day-first", "month-first"]


@dataclass(frozen=True)
class Request:
    """The options of the command.

    Attributes:
        name: of the use case, and of its folder.
        data: a CSV or Parquet file.
        label: the column that is predicted; None: rows are clustered.
        time: the column by which rows are split; None: they are split at random.
        problem: None: inferred from the label.
        positive: binary classification: the label's value for the event, as it stands in the file; None: chosen.
        clusters: None: chosen.
        encoding: of a CSV file; None: found out.
        dates: how 03/04/2024 is read; None: as the column's other values allow.
        missing: marks that stand for a missing value, such as -999, besides those that are known.
    """

    name: str
    data: Path
    label: str | None = None
    time: str | None = None
    problem: Problem | None = None
    positive: str | None = None
    clusters: int | None = None
    encoding: str | None = None
    dates: Dates | None = None
    missing: tuple[str, ...] = ()

    def check(self, root: Path) -> None:
        """Raise DataError if options contradict each other or the name cannot be that of a new folder."""
        if not is_name(self.name):
            raise DataError(f"NAME: found {self.name!r}; allowed are {ALLOWED}. Choose another, such as pump_failures.")
        folder = root / "pipelines_src" / self.name
        if folder.exists():
            raise DataError(
                f"pipelines_src/{self.name} is there already and is never overwritten. Choose another name, or remove "
                "the folder first."
            )
        self._agree()

    def _agree(self) -> None:
        if self.label is not None and self.label == self.time:
            raise DataError(f"--label and --time both name {self.label!r}; a time is not predicted. Name two columns.")
        if self.label is None and self.problem not in (None, "clustering"):
            raise DataError(f"--problem {self.problem} predicts a label, but --label is missing. Name its column.")
        if self.label is not None and self.problem == "clustering":
            raise DataError("--problem clustering has no label, but --label is given. Leave out one of them.")
        if self.clusters is not None and self.label is not None:
            raise DataError("--clusters is for data without a label, but --label is given. Leave out one of them.")
