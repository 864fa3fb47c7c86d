"""The container that merges ground truth into captures, `sagemaker-model-monitor-groundtruth-merger`.

Source: "Ingest Ground Truth Labels and Merge Them With Predictions" of the developer guide: outcomes name a request by
its inference id, or by the event id where it has none. A capture whose outcome is not known is left out.
"""

import json
import os
import sys
from pathlib import Path

from local_cloud.sagemaker.images.monitor_job import Document, local
from local_cloud.sagemaker.images.monitor_records import captures


def main() -> int:
    """Merge what the environment names."""
    source, truth, output = (
        local(os.environ[name]) for name in ("dataset_source", "ground_truth_source", "output_path")
    )
    outcomes = {one["eventMetadata"]["eventId"]: one["groundTruthData"] for one in captures(truth)}
    for path in sorted(source.rglob("*.jsonl")):
        merged = [_with_outcome(line, outcomes) for line in path.read_text(encoding="utf-8").splitlines() if line]
        _write(output / path.relative_to(source), [one for one in merged if one])
    return 0


def _with_outcome(line: str, outcomes: dict[str, Document]) -> Document | None:
    capture: Document = json.loads(line)
    meta = capture["eventMetadata"]
    outcome = outcomes.get(meta.get("inferenceId") or meta["eventId"])
    return {**capture, "groundTruthData": outcome} if outcome else None


def _write(path: Path, merged: list[Document]) -> None:
    if merged:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{json.dumps(one)}\n" for one in merged), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
