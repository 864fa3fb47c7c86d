"""What the monitoring containers are told and what they leave: "Container Contract Inputs" of the developer guide."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines_src.steps import files

Document = dict[str, Any]
_CONTAINER = "/opt/ml"


def local(path: str) -> Path:
    """Return where a path of the container lies: its folder is elsewhere where the system has no namespaces."""
    base = os.environ.get("ML_LOOP_BASE_DIR", _CONTAINER)
    return Path(base + path.removeprefix(_CONTAINER)) if path.startswith(f"{_CONTAINER}/") else Path(path)


@dataclass(frozen=True)
class Settings:
    """The environment of an analysis, whose paths are those of this machine.

    Attributes:
        source: folder of the captures.
        output: folder of what is written.
        start, end: the window.
        constraints, statistics: of the baseline.
        script: that makes flat records.
        quality: whether the model's quality is looked at, and not its data.
        problem: of that.
        inference, probability, threshold: where predictions stand in flat records; from which probability on one is 1.
    """

    source: Path
    output: Path
    start: datetime
    end: datetime
    constraints: Path | None
    statistics: Path | None
    script: Path | None
    quality: bool
    problem: str
    inference: str | None
    probability: str | None
    threshold: float

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "Settings":
        """Read them from environment variables."""

        def path(name: str) -> Path | None:
            return local(variables[name]) if name in variables else None

        return cls(
            source=local(variables["dataset_source"]),
            output=local(variables["output_path"]),
            start=moment(variables["start_time"]),
            end=moment(variables["end_time"]),
            constraints=path("baseline_constraints"),
            statistics=path("baseline_statistics"),
            script=path("record_preprocessor_script"),
            quality=variables.get("analysis_type") == "MODEL_QUALITY",
            problem=variables.get("problem_type", ""),
            inference=variables.get("inference_attribute"),
            probability=variables.get("probability_attribute"),
            threshold=float(variables.get("probability_threshold_attribute", "0.5")),
        )


def moment(text: str) -> datetime:
    """Return a time of captures and windows."""
    return datetime.fromisoformat(text)


def read(path: Path | None) -> Document:
    """Return a document, an empty one where there is no file."""
    if path is None:
        return {}
    found: Document = json.loads(path.read_text(encoding="utf-8"))
    return found


def leave(documents: Mapping[str, Document], folder: Path) -> None:
    """Write documents, and the message that tells how many violations there are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        files.write_json(folder / name, document)
    count = len(documents["constraint_violations.json"]["violations"])
    text = "Completed: Job completed successfully with no violations."
    if count:
        text = f"CompletedWithViolations: Job completed successfully with {count} violations."
    message = local(f"{_CONTAINER}/output/message")
    message.parent.mkdir(parents=True, exist_ok=True)
    message.write_text(text, encoding="utf-8")
    print(text, flush=True)
