"""Which captured requests are labelled: by chance, or what most needs it; and what their labels are outcomes of."""

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
from pipelines_src.steps.monitoring import documents
from pipelines_src.steps.outcomes.reading import GroundTruth
from pipelines_src.steps.outcomes.request import classes_of, positive_of
from pipelines_src.steps.sampling import choose, deliver, drifted
from pipelines_src.steps.use_case import UseCase
from shared import choices
from tests import use_cases
from tests.unit import monitoring_kit as kit

CLASSES = ("a", "b", "c")
ROWS = 3000
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


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
    return kit.write(tmp_path_factory.mktemp("captured") / "captures", lines)


@pytest.fixture
def folders(tmp_path: Path, captures: Path) -> Callable[..., Folders]:
    def made(**request: Any) -> Folders:
        found = Folders(tmp_path / "job")
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

    return made


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


@pytest.mark.parametrize("values", [(0, 1, 2), ("zero", "one", "two")])
def test_values_that_have_become_more_frequent_are_drifted_and_others_not(values: tuple[Any, ...]) -> None:
    before, now = [5, 5, 90], [10, 10, 80]
    baseline = kit.baseline({"x": [value for value, count in zip(values, before, strict=True) for _ in range(count)]})
    records = [{"x": value} for value, count in zip(values, now, strict=True) for _ in range(count)] + [{}]
    found = drifted.scores(baseline, {"x": 0.1}, records)
    assert found[:20].tolist() == pytest.approx([1.0] * 20)
    assert found[20:].tolist() == [0.0] * 81


@pytest.mark.parametrize("change", [{"drawn": "all"}, {"from": "yesterday"}, {"records": None}])
def test_a_request_that_is_none_says_so(folders: Callable[..., Folders], change: dict[str, Any]) -> None:
    with pytest.raises(StepError, match=re.escape("request.json asks for no sample")):
        choose.run(document(), folders(**change))


def delivered(folders: Folders, use_case: UseCase, labels: dict[str, str]) -> dict[str, float]:
    """What readers of ground truth make of the outcomes: the place of the class, or whether it happened."""
    folders.input("labels").mkdir(exist_ok=True)
    lines = [
        json.dumps(
            {"source-ref": f"s3://raw/to-label/points/{name}", "label": 0, "label-metadata": {"class-name": said}}
        )
        for name, said in labels.items()
    ]
    (folders.input("labels") / "run.manifest").write_text("\n".join(lines) + "\n")
    content = "".join(json.dumps({"request": name.rpartition(".")[0]}) + "\n" for name in labels)
    files.write_text(folders.input("request") / choose.SAMPLED, content + '{"request": "unlabelled"}\n')
    folders.empty(*deliver.OUTPUTS)
    deliver.run(use_case, folders)
    truth = GroundTruth(
        classes_of({"problem": use_case.problem, "data": use_case.data}), positive_of({"data": use_case.data})
    )
    found = {}
    for path in folders.output("outcomes").rglob("*.jsonl"):
        assert path.relative_to(folders.output("outcomes")).as_posix() == "2026/01/02/00/turn-2.jsonl"
        for line in path.read_text().splitlines():
            [(name, position, order, label)] = truth(path.as_posix(), line)
            assert (position, order.partition("/")[0]) == (0, "2026-01-02T00:00:00.000000+00:00")
            found[name] = label
    return found


def test_labels_are_outcomes_of_their_requests(folders: Callable[..., Folders]) -> None:
    labels = {"o1.png": "b", "folder/o2.png": "a", "o3.png": "neither"}
    assert delivered(folders(), document(), labels) == {"o1": 1.0, "folder/o2": 0.0}


def test_what_was_labelled_before_is_an_outcome_by_its_newest_label(folders: Callable[..., Folders]) -> None:
    made = folders()
    made.input("labels").mkdir(exist_ok=True)
    for run, said in (("20260101T000000Z-1", "a"), ("20251201T000000Z-0", "b")):
        line = {"source-ref": "s3://raw/to-label/points/o2.png", "label": 0, "label-metadata": {"class-name": said}}
        (made.input("labels") / f"{run}.manifest").write_text(json.dumps(line) + "\n")
    assert delivered(made, document(), {"o1.png": "b"}) == {"o1": 1.0}
    content = '{"request": "o1"}\n{"request": "o2"}\n'
    files.write_text(made.input("request") / choose.SAMPLED, content)
    made.empty(*deliver.OUTPUTS)
    deliver.run(document(), made)
    [path] = made.output("outcomes").rglob("*.jsonl")
    written = [json.loads(line) for line in path.read_text().splitlines()]
    assert {one["eventMetadata"]["eventId"]: one["groundTruthData"]["data"] for one in written} == {
        "o1": "b",
        "o2": "a",
    }


@pytest.mark.parametrize(
    ("data", "labels", "happened"),
    [
        ({}, {"o1.png": "1", "o2.png": "0"}, {"o1": 1.0, "o2": 0.0}),
        ({"positive": "bad"}, {"o1.png": "bad", "o2.png": "good"}, {"o1": 1.0, "o2": 0.0}),
        ({"positive": "bad", "negative": "good"}, {"o1.png": "bad", "o2.png": "unclear"}, {"o1": 1.0}),
        ({"positive": 0}, {"o1.png": "0", "o2.png": "1"}, {"o1": 1.0, "o2": 0.0}),
    ],
)
def test_a_category_says_whether_the_event_happened(
    folders: Callable[..., Folders], data: dict[str, Any], labels: dict[str, str], happened: dict[str, float]
) -> None:
    assert delivered(folders(), document("binary_classification", **data), labels) == happened
