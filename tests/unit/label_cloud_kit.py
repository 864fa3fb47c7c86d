"""AWS as the label function sees it, in memory: objects, labelling jobs, a bucket of labels, a table of runs."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from label import augmented, publishing
from label.answers import OBJECT
from label.events import Look
from label.reconcile import Published, RefusedError, reconcile
from label.state import Choice, Execution, Job, Known, Object, Observation, Run
from label.steps import Answer, Claim, Close, Publish
from label.storage import folder, import_key
from label.terms import Terms
from shared.choices import Answered
from tests.unit import label_reads_kit as reads

NOTHING, ANOTHER_LOOK, JOB_ENDS, CRASH = range(4)
BEGIN = Look(use_case="toys", begin=True)
END = Look(use_case="toys")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TERMS = Terms(
    backend="ground_truth", task="image_classification", objects="image", attribute="label", categories=("cat", "dog"),
    how="majority", attempts=2, most_objects=3, usd_per_object=0.1, usd_per_month=1000, machine="machine",
)  # fmt: skip


class CrashError(Exception):
    pass


def answer(category: str) -> dict[str, Any]:
    return {"content": json.dumps({"picture": {"label": category}})}


class Bucket:
    """What publishing reads and writes."""

    def __init__(self, cloud: "Cloud") -> None:
        self.keys: dict[str, str] = {}
        self._cloud = cloud

    def objects(self, use_case: str, kind: str) -> tuple[Object, ...]:
        return tuple(self._cloud.objects.values())

    def object_uri(self, use_case: str, name: str = "") -> str:
        return f"s3://raw/to-label/{use_case}/{name}"

    def read(self, run: Run, name: str) -> str | None:
        return self.keys.get(f"{folder(run)}/{name}")

    def read_key(self, key: str) -> str | None:
        return self.keys.get(key)

    def read_uri(self, uri: str) -> str | None:
        return self.keys.get(uri)

    def requests(self, run: Run, job: str) -> Iterator[dict[str, Any]]:
        yield from self._cloud.answers.get(job, [])

    def write(self, run: Run, name: str, text: str, *, once: bool = False) -> None:
        self.write_key(f"{folder(run)}/{name}", text, once=once)

    def write_key(self, key: str, text: str, *, once: bool = False) -> None:
        self._cloud.interrupted()
        if once:
            self.keys.setdefault(key, text)
        else:
            self.keys[key] = text
        self._cloud.interrupted()


class Cloud:
    """AWS as the label function sees it."""

    def __init__(self, **terms: Any) -> None:
        self.now = NOW
        self.terms: Terms | None = TERMS.model_copy(update=terms)
        self.objects: dict[str, Object] = {}
        self.runs: list[Run] = []  # oldest first
        self.known: dict[str, Known] = {}
        self.imported: set[str] = set()
        self.choices: list[Choice] = []  # oldest first
        self.answered: dict[str, Answered] = {}
        self.bucket = Bucket(self)
        self.jobs: dict[str, Job] = {}
        self.executions: dict[str, Execution] = {}
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.shown: list[tuple[str, str]] = []  # every object that workers labelled, with its version
        self.needs_person = self.doubted = 0
        self.refuses = False  # to make any job
        self.pending: list[str] = []  # jobs that executions are about to make
        self.interruptions: list[Any] = []  # kinds, or what happens; the last comes first
        self.interrupted_at: int | None = None  # the read of a look; None: chance draws one
        self.depth = 0
        self.chance = random.Random(0)  # noqa: S311
        self.unsure: set[str] = set()  # objects of which every worker thinks something else

    def put(self, name: str, version: int = 1) -> None:
        self.objects[name] = Object(name, f"v{version}", 10)

    def interrupted(self) -> None:
        kind = self.interruptions.pop() if self.interruptions else NOTHING
        if callable(kind):
            kind()
        if kind == CRASH:
            raise CrashError
        if kind == JOB_ENDS:
            self.end("Completed")
        if kind == ANOTHER_LOOK and self.depth < 3:
            self.depth += 1
            try:
                reconcile(self, BEGIN)
            finally:
                self.depth -= 1

    def end(self, status: str, done: int | None = None) -> None:
        """End the job under way after workers have labelled some objects of it; None: all."""
        self._make()
        for name, job in self.jobs.items():
            if job.status != "InProgress":
                continue
            run = next(run for run in self.runs if reads.Reads.name(run) == name)
            lines = augmented.read(self.bucket.read(run, "input.manifest") or "")
            part = lines[:done] if status != "Completed" else lines
            self.answers[name], returned = [], []
            for number, line in enumerate(part):
                identity = line[OBJECT]
                self.shown.append((identity["name"], identity["version"]))
                says = ["cat", "dog"] if identity["name"] in self.unsure else ["cat", "cat", "dog"]
                annotations = [{"workerId": f"w{w}", "annotationData": answer(one)} for w, one in enumerate(says)]
                self.answers[name].append({"datasetObjectId": str(number), "annotations": annotations})
                returned.append({**line, "label": 0, "label-metadata": {"confidence": 0.5}})
            output = f"s3://labelled/{name}/output.manifest"
            self.bucket.keys[output] = augmented.write(returned)
            self.jobs[name] = replace(
                job, status=status, output=output, reason="" if status == "Completed" else "ended"
            )

    def import_labels(self, digest: str, *names: str) -> Look:
        lines = [
            {"source-ref": self.bucket.object_uri("toys", name), "label": 1, "label-metadata": {"class-name": "dog"}}
            for name in names
        ]
        self.bucket.keys[import_key("toys", digest)] = augmented.write(lines)
        return END.model_copy(update={"imports": (digest,), "trigger": "an import"})

    def look(self, _: str) -> Observation:
        self.now += timedelta(seconds=1)
        drawn = self.chance.randrange(reads.READS)
        seen = reads.look(self, drawn if self.interrupted_at is None else self.interrupted_at)
        seen = replace(seen, now=self.now)
        if seen.open_run:
            self._make()
        return seen

    def claim(self, claim: Claim) -> bool:
        run = claim.run
        if not run.imports:
            lines = [
                {"source-ref": self.bucket.object_uri("toys", one.name),
                 OBJECT: {"name": one.name, "version": one.version, "attempt": one.attempt}}
                for one in claim.objects
            ]  # fmt: skip
            self.bucket.write(run, "input.manifest", augmented.write(lines))
            self.bucket.write(run, "request.json", json.dumps({"lines": len(lines), "refused": {}}))
        self.interrupted()
        if any(known.number == run.number for known in self.runs):
            return False
        self.runs.append(run)
        return True

    def keep(self, run: Run, wish: Look | None) -> bool:
        self.interrupted()
        known = self.runs[run.number - 1]
        if (known.result, known.wish) != (run.result, run.wish):
            return False
        self.runs[run.number - 1] = replace(known, wish=wish)
        return True

    def start(self, run: Run) -> None:
        self.interrupted()
        name = reads.Reads.name(run)
        if self.refuses and name not in self.jobs:
            self.executions.setdefault(run.name, Execution(run.name, "FAILED", "no such team"))
            return
        if run.name not in self.executions:
            self.executions[run.name] = Execution(run.name, "RUNNING")
            self.pending.append(name)
        self.interrupted()

    def publish(self, step: Publish) -> Published:
        assert self.terms is not None
        self.interrupted()
        document = publishing.publish(self.bucket, step, self.terms)
        for name, (version, outcome, attempts, _) in document["outcomes"].items():
            self.interrupted()
            self.known[name] = Known(version, outcome, attempts)
        if step.run.imports:
            self.imported.add(step.run.imports)
        self.interrupted()
        return publishing.published(document)

    def answer(self, step: Answer) -> None:
        self.interrupted()
        self.answered.setdefault(step.name, step.answered)

    def close(self, step: Close, at: datetime) -> bool:
        self.interrupted()
        known = self.runs[step.run.number - 1]
        if known.result != "started":
            return False
        closed = replace(known, result=step.result, detail=step.detail, usd=step.usd, finished_at=at)
        self.runs[step.run.number - 1] = closed
        return True

    def tell(self, step: Close, again: bool, doubtful: bool) -> None:
        self.interrupted()
        self.needs_person += step.result == "failed" and not again
        self.doubted += doubtful

    def labels(self) -> list[str]:
        """Names of objects in all manifests of labels."""
        manifests = [text for key, text in self.bucket.keys.items() if key.startswith("toys/labelled/")]
        prefix = self.bucket.object_uri("toys")
        return [augmented.name_of(line, prefix) for text in manifests for line in augmented.read(text)]

    def _make(self) -> None:
        """Let executions make their jobs, which takes them a while."""
        for name in self.pending:
            self.jobs.setdefault(name, Job(name, "InProgress"))
        self.pending = []


__all__ = ["BEGIN", "CRASH", "END", "JOB_ENDS", "Cloud", "CrashError", "RefusedError"]
