"""The step `deliver`: labels of a sample that was drawn at random are outcomes of its requests.

The monitor and experiments judge by them. Not those of a sample of the doubtful: the model would look worse than it is.
What of the sample had a label before counts with that one.
"""

import json
from datetime import datetime
from pathlib import Path

from .. import files
from ..errors import StepError
from ..folders import Folders
from ..outcomes.request import positive_of
from ..preparation.labels import ReadLabel
from ..use_case import UseCase
from .choose import SAMPLED
from .request import FILE, Request

OUTPUTS = ("outcomes",)


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the inputs `request`, with the sample, and `labels`; write `outcomes`."""
    request = Request.of(files.read_json(folders.input("request") / FILE))
    labels = _labels(folders.input("labels"), use_case)
    sampled = (folders.input("request") / SAMPLED).read_text(encoding="utf-8").splitlines()
    known = {one: labels[one] for one in (json.loads(line)["request"] for line in sampled) if one in labels}
    happened = {one: outcome(use_case, category) for one, category in known.items()}
    lines = [_line(one, said, request.at) for one, said in happened.items() if said is not None]
    if lines:
        at = datetime.fromisoformat(request.at)
        path = folders.output("outcomes") / f"{at:%Y/%m/%d/%H}" / f"{request.turn}.jsonl"
        path.parent.mkdir(parents=True)
        files.write_text(path, "\n".join(lines) + "\n")
    print(f"{len(lines)} of {len(sampled)} sampled requests have an outcome", flush=True)


def outcome(use_case: UseCase, category: str) -> str | None:
    """Return a category as what happened, in the words of ground truth; None if it is nothing that can happen."""
    data = use_case.data
    if use_case.problem != "binary_classification":
        return category if category in set(map(str, data["classes"])) else None
    if category == str(data["positive"]):
        return positive_of({"data": data}) or "1"
    negative = data.get("negative")
    if negative is not None and category != str(negative):
        return None
    # Where the label says the event by 0, what is none is 1 (outcomes/reading.py).
    return "1" if str(data["positive"]).lower() in ("0", "false", "0.0") else "0"


def _labels(folder: Path, use_case: UseCase) -> dict[str, str]:
    """Return the category of each object of the labelled set, the newest, by its name with and without ending."""
    read, newest = ReadLabel(use_case.name), dict[str, tuple[str, str]]()
    for path in sorted(folder.rglob("*.manifest")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for name, key, order, category in read(path.name, line):
                if not name:
                    raise StepError(f"{path.name} has a line without an object or a category: {line[:200]}")
                newest[key] = max(newest.get(key, (order, category)), (order, category))
    return {key: category for key, (_, category) in newest.items()}


def _line(request: str, said: str, at: str) -> str:
    return json.dumps(
        {
            "groundTruthData": {"data": said, "encoding": "CSV"},
            "eventMetadata": {"eventId": request, "eventTime": at},
            "eventVersion": "0",
        }
    )
