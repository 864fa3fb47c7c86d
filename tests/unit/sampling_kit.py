"""What the tests of samples share: a use case, and what is asked."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from pipelines_src.steps import files
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.monitoring import documents
from pipelines_src.steps.use_case import UseCase
from tests import use_cases
from tests.unit import monitoring_kit as kit

ROWS = 3000
CLASSES = ("a", "b", "c")
REQUEST = {
    "turn": "turn-2", "drawn": "needed", "records": 30, "variant": "champion", "from": "2026-01-01T00:00:00+00:00",
    "until": "2026-01-02T00:00:00+00:00", "ending": ".png",
}  # fmt: skip


def document(problem: str = "multiclass_classification", **data: Any) -> UseCase:
    more = {"classes": list(CLASSES)} if problem.startswith("multi") else {}
    found = use_cases.use_case({}, problem, **more, **data)
    return UseCase.from_document(found.model_dump(mode="json"))


def answer(probabilities: Any) -> str:
    label = CLASSES[int(np.argmax(probabilities))]
    chances = dict(zip(CLASSES, map(float, probabilities), strict=True))
    return json.dumps({"predictions": [{"label": label, "probabilities": chances}]})


def captured(folder: Path) -> Path:
    """Nearly nine in ten answers are a, one in ten is doubtful; one in five requests has another x than before."""
    random, lines = np.random.default_rng(1), []
    for number in range(ROWS):
        sure = random.random() < 0.9
        favourite = 0 if sure and random.random() < 0.95 else int(random.integers(0, 3))
        probabilities = np.full(3, 0.02 if sure else 0.3)
        probabilities[favourite] = 0.96 if sure else 0.4
        record = {"x": float(random.normal(3 if random.random() < 0.2 else 0)), "y": float(random.normal())}
        one = {"event": f"e{number}", "inference": f"object-{number}", "answer": answer(probabilities)}
        lines.append(kit.line(json.dumps(record), **one))
    two = json.dumps({"instances": [{"x": 1.0, "y": 2.0}] * 2})
    both = json.dumps({"predictions": json.loads(answer([0.4, 0.3, 0.3]))["predictions"] * 2})
    lines.append(kit.line(two, event="two", inference="two", answer=both))
    lines.append(kit.line(json.dumps([{"x": 1.0}, {"x": 2.0}]), event="odd", inference="odd", answer=both))
    lines += [kit.line("{}", event="own", inference="ml-loop:own"), "no capture"]
    return kit.write(folder, lines)


def asked(found: Folders, captures: Path, request: dict[str, Any]) -> Folders:
    """Lay the inputs of the step: the request, captures, and the baseline of before."""
    for name in ("request", "earlier"):
        found.input(name).mkdir(parents=True, exist_ok=True)
    files.write_json(found.input("request") / "request.json", REQUEST | request)
    if not found.input("captures").exists():
        found.input("captures").symlink_to(captures)
    random = np.random.default_rng(2)
    seen = kit.profile({"x": random.normal(size=ROWS).tolist(), "y": random.normal(size=ROWS).tolist()})
    found.input("baseline").mkdir(exist_ok=True)
    files.write_json(found.input("baseline") / "statistics.json", documents.statistics(seen))
    files.write_json(found.input("baseline") / "constraints.json", documents.constraints(seen))
    return found
