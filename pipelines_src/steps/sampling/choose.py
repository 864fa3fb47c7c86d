"""The step `sample`: choose requests whose objects are to be labelled, and ask for it.

It leaves `sample/sampled.jsonl` (the requests with their figures), `sample/report.json`, and below `chosen` the request
to labelling, a file named after the turn: none where nothing can be chosen.
"""

import json
from pathlib import Path

from .. import files
from ..folders import Folders
from ..use_case import Document, UseCase
from . import candidates, choosing, drifted
from .candidates import Candidates
from .choosing import Choice
from .request import FILE, Request

OUTPUTS = ("sample", "chosen")
SAMPLED, REPORT = "sampled.jsonl", "report.json"


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the inputs `request`, `captures`, `earlier` and `baseline`; write `sample` and `chosen`."""
    request = Request.of(files.read_json(folders.input("request") / FILE))
    before = _earlier(folders, request)
    found, baseline, profile = candidates.read(use_case, folders, request, before)
    features = drifted.features(baseline, profile)
    drift = drifted.scores(baseline, features, found.records)
    if request.drawn == "random":
        choice = choosing.at_random(found, request.records)
    else:
        choice = choosing.needed(found, drift, request.records, numeric=use_case.problem == "regression")
    sampled = [
        {"request": found.requests[place], "doubt": float(found.doubts[place]), "drift": float(drift[place])}
        for place in choice.places
    ]
    folder = folders.output("sample")
    files.write_text(folder / SAMPLED, "".join(json.dumps(line) + "\n" for line in sampled))
    report: Document = {
        "turn": request.turn,
        "drawn": request.drawn,
        "candidates": len(found),
        "chosen_before": len(before),
        "chosen": len(sampled),
        "drifted": features,
    }
    files.write_json(folder / REPORT, report)
    print(f"{len(sampled)} of {len(found)} requests chosen; drifted most: {features}", flush=True)
    if sampled:
        _ask(request, found, choice, folders)


def _ask(request: Request, found: Candidates, choice: Choice, folders: Folders) -> None:
    """Write the request to labelling (lambda/shared/choices.py has its form)."""
    reason = "drawn at random" if request.drawn == "random" else "in doubt, or of a kind that has become frequent"
    lines = [
        {"object": f"{found.requests[place]}{request.ending}", "score": float(choice.needs[place]), "reason": reason}
        for place in choice.places
    ]
    content = "".join(json.dumps(line) + "\n" for line in lines)
    files.write_text(folders.output("chosen") / f"{request.turn}.jsonl", content)


def _earlier(folders: Folders, request: Request) -> frozenset[str]:
    """Return the requests of earlier turns: what was chosen once has a label, or nobody could tell.

    Chance leaves out no more than chance has chosen: without the doubtful, the model would look better than it is.
    """
    found = set()
    for path in sorted(folders.input("earlier").rglob(SAMPLED)):
        own = path.parent.name == request.turn  # of a job that was tried before
        if not own and (request.drawn == "needed" or _drawn_by_chance(path.parent)):
            found |= {json.loads(line)["request"] for line in path.read_text(encoding="utf-8").splitlines()}
    return frozenset(found)


def _drawn_by_chance(folder: Path) -> bool:
    report = folder / REPORT
    return report.is_file() and files.read_json(report)["drawn"] == "random"
