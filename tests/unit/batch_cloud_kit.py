"""AWS as the batch transform function sees it, in memory: files, a model, a pipeline, a table of runs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from batch_transform import manifest
from batch_transform.events import Look
from batch_transform.logic import Claim, Close
from batch_transform.manifest import IncompleteError
from batch_transform.reconcile import reconcile
from batch_transform.state import Champion, File, Observation, Run, Scored
from shared.pipelines import Execution, RefusedError

NOTHING, ANOTHER_LOOK, RUN_ENDS, CRASH = range(4)
NEW = Look(use_case="toys", scope="new", begin=True)
END = Look(use_case="toys", begin=False)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class CrashError(Exception):
    pass


def champion(version: int) -> Champion:
    return Champion(f"package/{version}", f"model-{version}", f"s3://m/{version}/model.tar.gz", "image", "code")


def file(name: str, version: int = 1) -> File:
    return File(name, f"v{version}", f"e{version}", 10)


def counted(asked: dict[str, Any]) -> dict[str, Any]:
    files = [{"file": item["file"], "scored": 3, "errors": 1, "unreadable": ""} for item in asked["files"]]
    return {"run": asked["run"], "files": files, "errors": len(files), "reasons": {"bad": len(files)}}


class Cloud:
    """AWS as the batch transform function sees it. `healthy`: whether executions succeed."""

    def __init__(self) -> None:
        self.now = NOW
        self.champion: Champion | None = None
        self.files: dict[str, File] = {}
        self.runs: list[Run] = []  # oldest first
        self.executions: dict[str, Execution] = {}
        self.requests: dict[str, dict[str, Any]] = {}
        self.folders: dict[str, set[str]] = {}
        self.manifests: dict[str, dict[str, Any]] = {}
        self.scored: dict[str, Scored] = {}
        self.needs_person = 0
        self.healthy = True
        self.broken: set[str] = set()  # files that no run with them survives
        self.refuses = False  # to start anything
        self.most_files = 2
        self.interruptions: list[int] = []
        self.depth = 0

    def interrupted(self) -> None:
        kind = self.interruptions.pop() if self.interruptions else NOTHING
        if kind == CRASH:
            raise CrashError
        if kind == RUN_ENDS:
            self.end("Succeeded" if self.healthy else "Failed")
        if kind == ANOTHER_LOOK and self.depth < 3:
            self.depth += 1
            try:
                reconcile(self, NEW)
            finally:
                self.depth -= 1

    def end(self, status: str) -> None:
        for arn, execution in self.executions.items():
            if execution.status == "Executing":
                self.executions[arn] = replace(execution, status=status, reason="broken")
                name = arn.partition("/")[2]
                names = [asked["file"] for asked in self.requests[name]["files"]]
                if self.broken.intersection(names) and status == "Succeeded":
                    self.executions[arn] = replace(self.executions[arn], status=(status := "Failed"))
                # What fails may have left half of it.
                left = names if status == "Succeeded" else names[:1]
                self.folders[name] = {manifest.result_key(known) for known in left}

    def look(self, use_case: str) -> Observation:
        self.now += timedelta(seconds=1)
        runs = tuple(reversed(self.runs[-10:]))
        self.interrupted()
        seen = Observation(use_case, self.now, runs)
        if run := seen.open_run:
            return replace(seen, execution=self.executions.get(run.execution))
        files = tuple(self.files.values())
        return replace(seen, champion=self.champion, files=files, scored=dict(self.scored), most_files=self.most_files)

    def claim(self, claim: Claim) -> bool:
        run = claim.run
        self.requests[run.name] = manifest.request(run, claim.files, claim.refused)
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

    def start(self, run: Run) -> str:
        self.interrupted()
        arn = f"execution/{run.name}"
        if self.refuses and arn not in self.executions:  # a request that was taken before is taken again
            raise RefusedError("no such model")
        self.executions.setdefault(arn, Execution(arn, "Executing"))
        self.interrupted()
        self._change(run, execution=arn)
        return arn

    def publish(self, run: Run, execution: Execution) -> str:
        if run.name not in self.manifests:
            asked = self.requests[run.name]
            changed = [f["file"] for f in asked["files"] if self.files[f["file"]].version != f["version"]]
            self.interrupted()
            objects: dict[str, Any] = {key: {} for key in self.folders[run.name]}
            try:
                document = manifest.build(run, execution, asked, counted(asked), objects, changed)
            except IncompleteError:
                document = self.manifests[run.name]
            self.interrupted()
            self.manifests.setdefault(run.name, document)
        self.interrupted()
        written = self.manifests[run.name]
        for item in written["inputs"]:
            self.scored[item["file"]] = Scored(item["version"], run.champion.model_data)
        self.interrupted()
        self.folders[run.name] = {item["file"] for item in written["outputs"]} & self.folders[run.name]
        return "done"

    def discard(self, run: Run) -> None:
        self.interrupted()
        assert run.name not in self.manifests
        self.folders.pop(run.name, None)

    def close(self, step: Close, at: datetime) -> bool:
        self.interrupted()
        return self._change(step.run, result=step.result, detail=step.detail, finished_at=at)

    def tell(self, step: Close, again: bool) -> None:
        self.interrupted()
        self.needs_person += step.result == "failed" and not again

    def _change(self, run: Run, **values: Any) -> bool:
        place = next(place for place, known in enumerate(self.runs) if known.number == run.number)
        if self.runs[place].result != "started":
            return False
        self.runs[place] = replace(self.runs[place], **values)
        return True
