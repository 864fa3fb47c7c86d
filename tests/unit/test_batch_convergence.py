"""Whatever order files, models, ends of runs and messages come in, every file is scored, and once.

The world is a small state machine: a prefix, an endpoint, a pipeline that succeeds, fails or is stopped, a table of
runs. Messages are only "look again", so the machine looks at random times, twice at once, in the middle of each other,
and with crashes between any two calls.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from batch_transform import manifest
from batch_transform.events import Look
from batch_transform.logic import MOST_ATTEMPTS, Claim, Close, Rest, decide
from batch_transform.manifest import IncompleteError
from batch_transform.reconcile import RefusedError, reconcile
from batch_transform.state import Champion, Execution, File, Observation, Run, Scored, plan_of
from batch_transform.waiting import pending, portion, readable

NOTHING, ANOTHER_LOOK, RUN_ENDS, CRASH = range(4)
NEW = Look(use_case="toys", scope="new", begin=True)
END = Look(use_case="toys", begin=False)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class CrashError(Exception):
    pass


def champion(version: int) -> Champion:
    return Champion(f"package/{version}", f"model-{version}", "s3://m/model.tar.gz", "image", "code")


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
        if self.refuses:
            raise RefusedError("no such model")
        arn = f"execution/{run.name}"
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
            self.scored[item["file"]] = Scored(item["version"], run.champion.package)
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


LOOKS = st.sampled_from([NEW, NEW, END, NEW.model_copy(update={"scope": "all", "insist": True})])
INTERRUPTIONS = st.lists(st.integers(0, 3), max_size=8)


class Convergence(RuleBasedStateMachine):
    @initialize(model=st.booleans())
    def begin(self, model: bool) -> None:
        self.cloud = Cloud()
        self.cloud.files["a.csv"] = file("a.csv")
        self.cloud.champion = champion(1) if model else None

    @rule(name=st.sampled_from(["a.csv", "b.csv", "day=1/c.csv"]), look=LOOKS, interruptions=INTERRUPTIONS)
    def file_comes(self, name: str, look: Look, interruptions: list[int]) -> None:
        known = self.cloud.files.get(name)
        self.cloud.files[name] = file(name, int(known.version[1:]) + 1 if known else 1)
        self._message(look, interruptions)

    @rule(version=st.integers(1, 3), look=LOOKS, interruptions=INTERRUPTIONS)
    def model_is_released(self, version: int, look: Look, interruptions: list[int]) -> None:
        self.cloud.champion = champion(version)
        self._message(look, interruptions)

    @rule(healthy=st.booleans(), broken=st.sets(st.sampled_from(["a.csv", "b.csv"])), refuses=st.booleans())
    def health_changes(self, healthy: bool, broken: set[str], refuses: bool) -> None:
        self.cloud.healthy, self.cloud.broken, self.cloud.refuses = healthy, broken, refuses

    @rule(
        status=st.sampled_from(["Succeeded", "Succeeded", "Failed", "Stopped"]),
        look=LOOKS,
        interruptions=INTERRUPTIONS,
    )
    def run_ends(self, status: str, look: Look, interruptions: list[int]) -> None:
        self.cloud.end(status)
        self._message(look, interruptions)

    def _message(self, look: Look, interruptions: list[int]) -> None:
        self.cloud.interruptions = interruptions
        # The crash is the machine's own: what it leaves is what the next message finds.
        with suppress(CrashError):
            reconcile(self.cloud, look)
        self.cloud.interruptions, self.cloud.depth = [], 0

    @invariant()
    def at_most_one_run_is_open_and_numbers_are_unique(self) -> None:
        open_runs = [run for run in self.cloud.runs if run.result == "started"]
        assert open_runs in ([], self.cloud.runs[-1:])
        assert [run.number for run in self.cloud.runs] == list(range(1, len(self.cloud.runs) + 1))
        assert sum(execution.status == "Executing" for execution in self.cloud.executions.values()) <= 1

    @invariant()
    def failures_in_a_row_reach_a_person(self) -> None:
        results = [run.result for run in self.cloud.runs]
        if results[-MOST_ATTEMPTS:] == ["failed"] * MOST_ATTEMPTS:
            assert self.cloud.needs_person

    @invariant()
    def failed_runs_have_no_results_and_complete_ones_one_manifest(self) -> None:
        for run in self.cloud.runs:
            if run.result == "succeeded":
                outputs = {item["file"] for item in self.cloud.manifests[run.name]["outputs"]}
                assert outputs == self.cloud.folders[run.name]
            elif run.result != "started":
                assert run.name not in self.cloud.manifests
                assert run.name not in self.cloud.folders

    def teardown(self) -> None:
        """With a healthy pipeline, a model and one command, all is scored in its present version, and then no more."""
        cloud = self.cloud
        cloud.healthy, cloud.champion = True, cloud.champion or champion(1)
        cloud.broken, cloud.refuses = set(), False
        for _ in range(8):
            reconcile(cloud, NEW.model_copy(update={"insist": True}))
            cloud.end("Succeeded")
        reconcile(cloud, END)
        assert {name: done.version for name, done in cloud.scored.items()} == {
            name: known.version for name, known in cloud.files.items()
        }
        before = len(cloud.runs)
        reconcile(cloud, NEW)
        assert len(cloud.runs) == before


TestConvergence = Convergence.TestCase
TestConvergence.settings = settings(
    max_examples=100, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_runs_that_fail_while_files_keep_coming_end_and_reach_a_person() -> None:
    cloud = Cloud()
    cloud.champion, cloud.healthy = champion(1), False
    for number in range(12):
        cloud.files[f"{number}.csv"] = file(f"{number}.csv")
        reconcile(cloud, NEW)
        cloud.end("Failed")
    assert len(cloud.runs) == MOST_ATTEMPTS
    assert cloud.needs_person == 1


@pytest.mark.parametrize("calls", range(6))
def test_a_person_is_told_though_the_function_crashes_at_the_last_failure(calls: int) -> None:
    cloud = Cloud()
    cloud.champion, cloud.files = champion(1), {"a.csv": file("a.csv")}
    for _ in range(MOST_ATTEMPTS):
        reconcile(cloud, NEW)
        cloud.end("Failed")
    cloud.interruptions = [CRASH] + [NOTHING] * calls
    with suppress(CrashError):
        reconcile(cloud, END)
    cloud.interruptions = []
    reconcile(cloud, END)
    assert [run.result for run in cloud.runs] == ["failed"] * MOST_ATTEMPTS
    assert cloud.needs_person


def test_a_command_that_is_refused_ends_and_reaches_a_person() -> None:
    cloud = Cloud()
    cloud.champion, cloud.refuses = champion(1), True
    cloud.files["a.csv"] = file("a.csv")
    command = NEW.model_copy(update={"insist": True})
    assert "no such model" in reconcile(cloud, command).reason
    assert (len(cloud.runs), cloud.needs_person) == (MOST_ATTEMPTS, 1)
    reconcile(cloud, command)
    assert (len(cloud.runs), cloud.needs_person) == (MOST_ATTEMPTS + 1, 2)


@pytest.mark.parametrize("scope", ["new", "prefix", "all"])
def test_more_files_than_a_run_takes_are_all_scored_once_without_being_asked_for_again(scope: Any) -> None:
    cloud = Cloud()
    cloud.champion = champion(2)
    cloud.files = {name: file(name) for name in "gfedcba"}
    cloud.scored = {} if scope == "new" else {name: Scored("v1", "package/1") for name in "abcdefg"}
    reconcile(cloud, NEW.model_copy(update={"scope": scope}))
    for _ in range(6):
        # One that fails in between is tried again, and no other.
        cloud.end("Failed" if len(cloud.runs) == 2 else "Succeeded")
        reconcile(cloud, END)
    complete = [run for run in cloud.runs if run.result == "succeeded"]
    inputs = [[item["file"] for item in cloud.manifests[run.name]["inputs"]] for run in complete]
    assert inputs == [["a", "b"], ["c", "d"], ["e", "f"], ["g"]]
    assert len(cloud.runs) == 5
    assert "other files wait" in complete[0].detail
    assert "other files wait" not in complete[-1].detail


def test_a_run_takes_files_up_to_a_size_and_a_larger_one_alone() -> None:
    files = [File(name, "v", "e", size) for name, size in zip("abcde", (4, 6, 30, 5, 5), strict=True)]
    bad = [(file("a!"), "why"), (file("z"), "why")]
    taken = []
    while files:
        part = portion(files, bad, 10, 10)
        taken.append(("".join(one.file for one in part.files), len(part.refused), part.upto))
        files, bad = files[len(part.files) :], bad[len(part.refused) :]
    assert taken == [("ab", 1, "b"), ("c", 0, "c"), ("de", 1, "")]


@pytest.mark.parametrize("scope", ["new", "prefix", "all"])
def test_what_is_asked_for_during_a_run_begins_after_it_once(scope: Any) -> None:
    cloud = Cloud()
    cloud.champion, cloud.files = champion(1), {"a": file("a")}
    first = reconcile(cloud, NEW).began
    assert [run.name for run in cloud.runs] == [first]
    cloud.files["b"], cloud.champion = file("b"), champion(2)
    rest = reconcile(cloud, NEW.model_copy(update={"scope": scope, "trigger": "a tick"}))
    assert (rest.began, rest.kept) == ("", first)
    assert reconcile(cloud, NEW).kept == first
    cloud.end("Succeeded")
    assert reconcile(cloud, END).began == cloud.runs[1].name
    assert (cloud.runs[1].files, cloud.runs[1].trigger) == (1 if scope == "new" else 2, "a tick")
    # Nobody asked since: what comes now waits for the schedule, although a wish was there when nothing was left.
    reconcile(cloud, NEW)
    cloud.end("Succeeded")
    reconcile(cloud, END)
    cloud.files["c"] = file("c")
    reconcile(cloud, END)
    assert len(cloud.runs) == 2


def run_of(number: int = 1, result: Any = "failed", files: tuple[File, ...] = (file("a.csv"),)) -> Run:
    return Run(
        "toys", number, plan_of(files, champion(1)), "new", champion(1), len(files), "?", NOW, "e", result, "why"
    )


def seen(*runs: Run, **more: Any) -> Observation:
    given: dict[str, Any] = {"champion": champion(1), "files": (file("a.csv"),), **more}
    return Observation("toys", NOW, tuple(sorted(runs, key=lambda run: -run.number)), **given)


def test_without_a_model_files_wait() -> None:
    step = decide(seen(champion=None), NEW)
    assert step == Rest("no model serves yet; 1 files wait for the first release")


def test_three_failures_in_a_row_wait_for_a_command_or_another_model() -> None:
    failed = [run_of(number) for number in range(1, MOST_ATTEMPTS + 1)]
    assert isinstance(decide(seen(*failed[:-1]), END), Claim)
    step = decide(seen(*failed), END)
    assert isinstance(step, Rest)
    assert "the last 3 runs failed, the newest: why; a command or another model" in step.reason
    assert isinstance(decide(seen(*failed), NEW.model_copy(update={"insist": True})), Claim)
    # Where files keep coming, another file is no other try.
    assert isinstance(decide(seen(*failed, files=(file("a.csv"), file("b.csv"))), NEW), Rest)
    assert isinstance(decide(seen(*failed, champion=champion(2)), NEW), Claim)


def test_what_somebody_stopped_waits_for_somebody() -> None:
    stopped = run_of(result="stopped")
    assert isinstance(decide(seen(stopped), NEW), Rest)
    assert isinstance(decide(seen(stopped), NEW.model_copy(update={"insist": True})), Claim)


@pytest.mark.parametrize(
    ("scope", "names"), [("new", ["b", "c"]), ("prefix", ["b", "c", "d"]), ("all", ["a", "b", "c", "d"])]
)
def test_scopes(scope: Any, names: list[str]) -> None:
    scored = {
        "a": Scored("v1", "package/2"),
        "b": Scored("v0", "package/2"),
        "d": Scored("v1", "package/1"),
        "gone": Scored("v1", "package/2"),
    }
    found = pending([file(name) for name in "dcba"], scored, scope, champion(2))
    assert [one.file for one in found] == names


def test_names_that_no_folder_can_hold_together_are_refused_and_the_rest_is_not() -> None:
    names = [
        "a.csv",
        "a.csv/b.csv",
        "../c.csv",
        "d//e.csv",
        "f.csv",
        "f.csv.jsonl/g.csv",
        "x" * 251 + ".csv",
        "ok/h.csv",
    ]
    good, bad = readable(file(name) for name in names)
    assert [one.file for one in good] == ["a.csv/b.csv", "f.csv.jsonl/g.csv", "ok/h.csv"]
    assert len(bad) == 5


def test_a_manifest_must_agree_with_what_was_asked_and_what_is_there() -> None:
    run, execution = run_of(), Execution("e", "Succeeded")
    asked = manifest.request(run, (file("a.csv"),), ((file("../b"), "its name is no path"),))
    report = counted(asked)
    report["files"].append({"file": "../b", "scored": 0, "errors": 1, "unreadable": "its name is no path"})
    objects: dict[str, Any] = {"results/a.csv.jsonl": {"version": "1", "etag": "e", "bytes": 5}}
    made = manifest.build(run, execution, asked, report, objects, [])
    assert [item["file"] for item in made["inputs"]] == ["a.csv", "../b"]
    assert made["outputs"] == [
        {"file": "results/a.csv.jsonl", "input": "a.csv", "records": 3, "version": "1", "etag": "e", "bytes": 5}
    ]
    assert manifest.build(run, execution, asked, report, objects, ["a.csv"])["outputs"] == []
    cases: list[tuple[Any, str]] = [
        ((run, execution, asked, {**report, "run": "other"}, objects, []), "of run other"),
        ((run, execution, asked, {**report, "files": report["files"][:1]}, objects, []), "2 files were to be scored"),
        ((run, execution, asked, report, {}, []), "is not there, but 3 records"),
    ]
    for wrong, said in cases:
        with pytest.raises(IncompleteError, match=said):
            manifest.build(*wrong)
