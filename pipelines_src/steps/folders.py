"""Where a job finds its files: AWS's container contract, or another base folder of the same layout."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Place = Path | str  # a path on this machine, or an address that every machine of a cluster reaches


@dataclass(frozen=True)
class Folders:
    """The folders of one processing job below a base, /opt/ml on AWS.

    Args:
        base: what they lie below.
        addresses: inputs that are not brought to this machine, by name: where they lie, such as s3://raw/flight_delays.
        scratch: an address that every machine of a cluster reaches, for what is kept for a while. None: the engine's
            own place.
    """

    base: Path
    addresses: Mapping[str, str] = field(default_factory=dict)
    scratch: str | None = None

    @classmethod
    def from_environment(cls) -> "Folders":
        """Return the folders below ML_LOOP_BASE_DIR, or below /opt/ml."""
        return cls(Path(os.environ.get("ML_LOOP_BASE_DIR", "/opt/ml")))

    def input(self, name: str) -> Path:
        """Return the folder of a processing input."""
        return self.base / "processing" / "input" / name

    def input_file(self, name: str, file: str) -> Place:
        """Return where a file or folder of an input lies, on this machine or not."""
        if name in self.addresses:
            return f"{self.addresses[name].rstrip('/')}/{file}"
        return self.input(name) / file

    @property
    def outputs(self) -> Path:
        """The folder that holds the folders of the outputs."""
        return self.base / "processing" / "output"

    def output(self, name: str) -> Path:
        """Return the folder of a processing output, which exists from then on."""
        folder = self.outputs / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def empty(self, *names: str) -> None:
        """Take away what an earlier run left in outputs, on a laptop; the folders stay, as SageMaker made them."""
        for name in names:
            for item in self.output(name).iterdir():
                if item.is_dir() and not item.is_symlink():
                    shutil.rmtree(item)
                else:
                    item.unlink()

    @property
    def exit_message(self) -> Path:
        """The file whose first 1 KB DescribeProcessingJob shows as ExitMessage."""
        return self.base / "output" / "message"
