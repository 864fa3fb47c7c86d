"""Where a job finds its files: AWS's container contract, or another base folder of the same layout."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Folders:
    """The folders of one processing job below a base, /opt/ml on AWS."""

    base: Path

    @classmethod
    def from_environment(cls) -> "Folders":
        """Return the folders below ML_LOOP_BASE_DIR, or below /opt/ml."""
        return cls(Path(os.environ.get("ML_LOOP_BASE_DIR", "/opt/ml")))

    def input(self, name: str) -> Path:
        """Return the folder of a processing input."""
        return self.base / "processing" / "input" / name

    def output(self, name: str) -> Path:
        """Return the folder of a processing output, which exists from then on."""
        folder = self.base / "processing" / "output" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def exit_message(self) -> Path:
        """The file whose first 1 KB DescribeProcessingJob shows as ExitMessage."""
        return self.base / "output" / "message"
