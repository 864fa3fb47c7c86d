"""Captured requests and outcomes of a test, as files, and what they come to when reckoned plainly."""

import json
import math
import random
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from pipelines_src.steps import answers
from pipelines_src.steps.engines import Engine
from pipelines_src.steps.outcomes.exposures import Exposures
from pipelines_src.steps.outcomes.numbers import bin_of
from pipelines_src.steps.outcomes.reading import Captures, GroundTruth
from pipelines_src.steps.outcomes.reduce import sums
from pipelines_src.steps.outcomes.request import Request
from pipelines_src.steps.use_case import UseCase
from tests.unit.engine_kit import use_case

STRATA = [
    {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T02:00:00Z", "share": 0.1},
    {"from": "2026-01-01T02:02:00Z", "to": "2026-01-01T05:00:00Z", "share": 0.5},
]
VARIANTS = ("champion", "challenger")
UNTIL = "2026-01-01T04:00:00Z"
START = 1767225600
ZERO, EAST = datetime.fromtimestamp(START, UTC), timezone(timedelta(hours=9))
VALUES = {"true_positive": 3.0, "false_positive": -1.0, "true_negative": 0.25, "false_negative": -2.5}


@dataclass(frozen=True)
class Captured:
    """A captured request: seconds after START, the answer's body as the endpoint wrote it."""

    id: str
    event: str
    after: int
    variant: str
    body: str
    content_type: str = answers.JSON

    def line(self) -> str:
        output = {"observedContentType": self.content_type, "mode": "OUTPUT", "data": self.body, "encoding": "JSON"}
        about = {"eventId": self.event, "inferenceId": self.id, "inferenceTime": _time(self.after)}
        return json.dumps({"captureData": {"endpointOutput": output}, "eventMetadata": about, "eventVersion": "0"})


@dataclass(frozen=True)
class Truth:
    """An outcome: the hour it was delivered in, a line for each record, and the seconds after START it tells itself."""

    id: str
    hour: int
    text: str
    told: int | None = None

    @property
    def order(self) -> tuple[int, str]:
        delivered = 86400 + self.hour * 3600
        return (delivered if self.told is None else self.told, self.text)

    def line(self) -> str:
        data = {"data": self.text, "encoding": "CSV"}
        about = {"eventId": self.id}
        if self.told is not None:
            about["eventTime"] = (ZERO + timedelta(seconds=self.told)).astimezone(EAST).isoformat()
        return json.dumps({"groundTruthData": data, "eventMetadata": about, "eventVersion": "0"})


@dataclass(frozen=True)
class Exposed:
    """An exposure: whose request it was, and the hour it was delivered in."""

    id: str
    user: str | None
    hour: int = 0

    def line(self) -> str:
        about = {"assigned": "champion", "answered": "champion", "share": 0.5, "time": _time(self.hour)}
        return json.dumps({"inference_id": self.id, "user": self.user, **about})


def case(problem: str, **data: Any) -> UseCase:
    found = use_case()
    return replace(found, problem=problem, data={**found.data, **data})


BINARY = case("binary_classification")


def drawn(count: int) -> tuple[list[Captured], list[Truth]]:
    """Return requests of which some were tried again, are no predictions or have no outcome yet."""
    source = random.Random(count)  # noqa: S311 - no secret
    captured, truths = [], []
    for at in range(count):
        name, variant = f"i{source.randrange(count)}", source.choice(["champion", "challenger"])
        records = [{"probability": source.random()} for _ in range(1 + at % 3 // 2)]
        body = json.dumps({"predictions": records}) if at % 17 else "{}"
        captured.append(Captured(name, f"e{at}", source.randrange(18000), variant, body))
        if at % 3:
            told = source.randrange(20000) if at % 2 else None
            truths.append(Truth(name, source.randrange(5), "\n".join(source.choices("01", k=1 + at % 2)), told))
    return captured, truths


def request(metric: str, of: UseCase, values: Any = None, **more: Any) -> Request:
    document = {
        "experiment": "e", "until": UNTIL, "metric": metric, "values": values, "strata": STRATA,
        "variants": list(VARIANTS), **more,
    }  # fmt: skip
    return Request.of(document, of)


def write(
    folder: Path,
    captured: Iterable[Captured],
    truths: Iterable[Truth],
    drawn: random.Random,
    exposed: Iterable[Exposed] = (),
) -> None:
    """Write lines into files of their hours, several to an hour, in an order that is drawn."""
    files: dict[Path, list[str]] = defaultdict(list)
    for one in captured:
        hour = f"2026/01/01/{one.after // 3600:02}/{drawn.randrange(3)}.jsonl"
        files[folder / "captures" / one.variant / hour].append(one.line())
    for truth in truths:
        files[folder / "truth" / f"2026/01/02/{truth.hour:02}/{drawn.randrange(3)}.jsonl"].append(truth.line())
    for exposure in exposed:
        hour = f"2026/01/01/{exposure.hour:02}/{drawn.randrange(3)}.jsonl"
        files[folder / "exposures" / hour].append(exposure.line())
    for path, lines in files.items():
        drawn.shuffle(lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + drawn.choice(["", "\n"]))


def reduced(engine: Engine, folder: Path, wanted: Request, of: UseCase, positive: str | None = None) -> dict[str, Any]:
    """Return sums.json for the files of a folder."""
    captured = engine.lines("captured", folder / "captures", Captures(of, wanted.metric))
    happened = engine.lines("happened", folder / "truth", GroundTruth(wanted.metric.classes, positive))
    exposed = engine.lines("exposed", folder / "exposures", Exposures()) if wanted.sticky else None
    return sums(engine, captured, happened, wanted, exposed)


Pairs = Sequence[tuple[Any, int]]  # of one request: predictions and what happened


def known(captured: Sequence[Captured], truths: Sequence[Truth]) -> dict[tuple[int, str], list[tuple[Captured, Pairs]]]:
    """Return the requests of each stratum and variant whose outcome is known, by loops over lists."""
    first: dict[str, Captured] = {}
    for one in sorted(captured, key=lambda one: (one.after, one.event, one.variant)):
        if one.variant in VARIANTS:
            first.setdefault(one.id, one)
    newest = [max((one.after for one in first.values() if one.variant == variant), default=0) for variant in VARIANTS]
    until = max(min(newest), 14400 - 3600)
    last = {one.id: one.text.split("\n") for one in sorted(truths, key=lambda one: one.order)}
    return {
        (place, variant): [
            (one, list(zip(json.loads(one.body)["predictions"], map(int, last[one.id]), strict=False)))
            for one in first.values()
            if one.variant == variant and start <= one.after < min(end, until)
            if one.id in last and "predictions" in one.body
        ]
        for place, (start, end) in enumerate([(0, 7200), (7320, 14400)])
        for variant in VARIANTS
    }


def plainly(captured: Sequence[Captured], truths: Sequence[Truth], metric: str) -> list[dict[str, Any]]:
    """Return the strata of an event's metric, by loops over lists."""
    requests = {cell: [pairs for _, pairs in some] for cell, some in known(captured, truths).items()}
    sums = {cell: _bins(some) if metric == "auc" else _moments(some, metric) for cell, some in requests.items()}
    return [
        {**stratum, **{variant: sums[place, variant] for variant in VARIANTS}} for place, stratum in enumerate(STRATA)
    ]


def _bins(requests: Sequence[Pairs]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {"positives": {}, "negatives": {}}
    for [(answer, label), *_] in requests:
        counts = found["positives" if label else "negatives"]
        at = str(bin_of(answer["probability"]))
        counts[at] = counts.get(at, 0) + 1
    return found


def _moments(requests: Sequence[Pairs], metric: str) -> dict[str, float]:
    numbers = [number_of(one, metric) for one in requests]
    return {"n": len(numbers), "total": math.fsum(numbers), "squares": math.fsum(x * x for x in numbers)}


def number_of(one: Pairs, metric: str) -> float:
    """Return what a request counts for: the mean over its records."""
    return statistics.fmean(
        _number(answer["probability"], answer.get("decision"), label, metric) for answer, label in one
    )


def _number(chance: float, decision: bool | None, label: int, metric: str) -> float:
    acts = chance >= 0.5 if decision is None else decision
    if metric == "error_rate":
        return float(acts != bool(label))
    if metric == "log_loss":
        return -math.log(max(chance if label else 1 - chance, 1e-15))
    return VALUES[("true" if acts == bool(label) else "false") + ("_positive" if acts else "_negative")]


def _time(after: int) -> str:
    return f"2026-01-01T{after // 3600:02}:{after // 60 % 60:02}:{after % 60:02}Z"
