"""Which captured requests are labelled: by chance, or what most needs it."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines_src.steps import files
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.sampling import choose
from pipelines_src.steps.use_case import UseCase
from shared import choices
from tests.unit import monitoring_kit as kit
from tests.unit.sampling_kit import REQUEST, ROWS, asked, captured, document


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return captured(tmp_path_factory.mktemp("captured") / "captures")


@pytest.fixture
def folders(tmp_path: Path, captures: Path) -> Callable[..., Folders]:
    return lambda **request: asked(Folders(tmp_path / "job"), captures, request)


def sampled(folders: Folders, use_case: UseCase | None = None) -> list[dict[str, Any]]:
    folders.empty(*choose.OUTPUTS)
    choose.run(use_case or document(), folders)
    lines = (folders.output("sample") / choose.SAMPLED).read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_the_doubtful_and_the_drifted_come_first_and_every_answer_is_there(
    folders: Callable[..., Folders], captures: Path
) -> None:
    found = sampled(folders())
    assert len(found) == 30
    sent = {name: (x, label) for name, x, label in _sent(captures)}
    # Nine of ten answers are a: without strata few others would be asked about.
    assert set(Counter(sent[one["request"]][1] for one in found).values()) == {10}
    assert all(one["doubt"] > 0.8 for one in found)
    # Of the doubtful those whose x has become frequent: where 3 is, where there was next to nothing.
    assert np.mean([sent[one["request"]][0] for one in found]) > 2
    assert np.mean([one["drift"] for one in found]) > 0.5
    report = json.loads((folders().output("sample") / choose.REPORT).read_text())
    assert list(report["drifted"]) == ["x"]
    assert (report["candidates"], report["chosen"]) == (ROWS, 30)


def _sent(captures: Path) -> list[tuple[str, float, str]]:
    found = []
    for line in (captures / "champion" / kit.HOUR / "c.jsonl").read_text().splitlines()[:ROWS]:
        one = json.loads(line)
        data = one["captureData"]
        record, said = json.loads(data["endpointInput"]["data"]), json.loads(data["endpointOutput"]["data"])
        found.append((one["eventMetadata"]["inferenceId"], record["x"], said["predictions"][0]["label"]))
    return found


def test_labelling_is_asked_for_the_objects_of_the_requests_most_wanted_first(folders: Callable[..., Folders]) -> None:
    found = sampled(folders())
    asked = choices.read((folders().output("chosen") / "turn-2.jsonl").read_text())
    assert [one.object for one in asked] == [f"{line['request']}.png" for line in found]
    assert asked[0].score is not None
    assert asked[0].score > 1.5


def test_chance_draws_each_request_as_likely_and_the_same_ones_again(folders: Callable[..., Folders]) -> None:
    first = sampled(folders(drawn="random", records=600))
    assert first == sampled(folders(drawn="random", records=600))
    doubtful = np.mean([one["doubt"] > 0.8 for one in first])
    assert abs(doubtful - 0.1) < 0.04  # as among all, of which one in ten is: 3.3 standard deviations
    other = sampled(folders(drawn="random", records=600, turn="turn-3"))
    both = {one["request"] for one in first} & {one["request"] for one in other}
    assert 80 < len(both) < 165  # 120 if the draws are independent


def test_what_was_chosen_before_is_not_chosen_again_but_by_the_same_turn(folders: Callable[..., Folders]) -> None:
    first = sampled(folders())
    earlier = folders().input("earlier")
    for turn, expected in (("turn-2", {one["request"] for one in first}), ("turn-1", set())):
        (earlier / turn).mkdir()
        files.write_text(earlier / turn / choose.SAMPLED, "".join(json.dumps(one) + "\n" for one in first))
        again = {one["request"] for one in sampled(folders())}
        assert again & {one["request"] for one in first} == expected


def test_chance_leaves_out_what_it_has_drawn_and_not_what_was_doubtful(folders: Callable[..., Folders]) -> None:
    wanted = {"drawn": "random", "records": ROWS}
    doubtful = sampled(folders())
    for place, drawn in enumerate(("needed", "random")):
        earlier = folders().input("earlier") / f"turn-{place}"
        earlier.mkdir()
        some = doubtful[:20] if drawn == "needed" else doubtful[20:]
        files.write_text(earlier / choose.SAMPLED, "".join(json.dumps(one) + "\n" for one in some))
        files.write_json(earlier / choose.REPORT, {"drawn": drawn})
    left_out = {one["request"] for one in doubtful} - {one["request"] for one in sampled(folders(**wanted))}
    assert left_out == {one["request"] for one in doubtful[20:]}


def test_without_captures_nothing_is_asked_for(folders: Callable[..., Folders], tmp_path: Path) -> None:
    made = folders()
    made.input("captures").unlink()
    made.input("captures").mkdir()
    # What stands in for captures where there are none: the request itself.
    files.write_json(made.input("captures") / "request.json", REQUEST)
    assert sampled(made) == []
    assert list(made.output("chosen").iterdir()) == []


def test_without_a_baseline_doubt_alone_decides(folders: Callable[..., Folders]) -> None:
    made = folders()
    for path in made.input("baseline").iterdir():
        path.unlink()
    found = sampled(made)
    assert {one["drift"] for one in found} == {0.0}
    assert all(one["doubt"] > 0.8 for one in found)


@pytest.mark.parametrize("change", [{"drawn": "all"}, {"from": "yesterday"}, {"records": None}])
def test_a_request_that_is_none_says_so(folders: Callable[..., Folders], change: dict[str, Any]) -> None:
    with pytest.raises(StepError, match=re.escape("request.json asks for no sample")):
        choose.run(document(), folders(**change))
