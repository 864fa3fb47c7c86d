"""What one look at a use case leads to, which files it takes, and what a manifest must say."""

from typing import Any

import pytest

from batch_transform import manifest
from batch_transform.logic import MOST_ATTEMPTS, Claim, Rest, decide
from batch_transform.manifest import IncompleteError
from batch_transform.state import File, Observation, Run, Scored, plan_of
from batch_transform.waiting import pending, portion, readable
from shared.pipelines import Execution
from tests.unit.batch_cloud_kit import END, NEW, NOW, champion, counted, file


def test_a_run_takes_files_up_to_a_size_and_a_larger_one_alone() -> None:
    files = [File(name, "v", "e", size) for name, size in zip("abcde", (4, 6, 30, 5, 5), strict=True)]
    bad = [(file("a!"), "why"), (file("z"), "why")]
    taken = []
    while files:
        part = portion(files, bad, 10, 10)
        taken.append(("".join(one.file for one in part.files), len(part.refused), part.upto))
        files, bad = files[len(part.files) :], bad[len(part.refused) :]
    assert taken == [("ab", 1, "b"), ("c", 0, "c"), ("de", 1, "")]


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
        "a": Scored("v1", champion(2).model_data),
        "b": Scored("v0", champion(2).model_data),
        "d": Scored("v1", champion(1).model_data),
        "gone": Scored("v1", champion(2).model_data),
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
