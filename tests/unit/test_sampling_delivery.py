"""What the labels of a sample are outcomes of."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines_src.steps import files
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.outcomes.reading import GroundTruth
from pipelines_src.steps.outcomes.request import classes_of, positive_of
from pipelines_src.steps.sampling import choose, deliver
from pipelines_src.steps.use_case import UseCase
from tests.unit.sampling_kit import REQUEST, document


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    found = Folders(tmp_path / "job")
    for name in ("request", "labels"):
        found.input(name).mkdir(parents=True)
    files.write_json(found.input("request") / "request.json", REQUEST)
    return found


def delivered(folders: Folders, use_case: UseCase, labels: dict[str, str]) -> dict[str, float]:
    """What readers of ground truth make of the outcomes: the place of the class, or whether it happened."""
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


def test_labels_are_outcomes_of_their_requests(folders: Folders) -> None:
    labels = {"o1.png": "b", "folder/o2.png": "a", "o3.png": "neither"}
    assert delivered(folders, document(), labels) == {"o1": 1.0, "folder/o2": 0.0}


def test_what_was_labelled_before_is_an_outcome_by_its_newest_label(folders: Folders) -> None:
    for run, said in (("20260101T000000Z-1", "a"), ("20251201T000000Z-0", "b")):
        line = {"source-ref": "s3://raw/to-label/points/o2.png", "label": 0, "label-metadata": {"class-name": said}}
        (folders.input("labels") / f"{run}.manifest").write_text(json.dumps(line) + "\n")
    assert delivered(folders, document(), {"o1.png": "b"}) == {"o1": 1.0}
    content = '{"request": "o1"}\n{"request": "o2"}\n'
    files.write_text(folders.input("request") / choose.SAMPLED, content)
    folders.empty(*deliver.OUTPUTS)
    deliver.run(document(), folders)
    [path] = folders.output("outcomes").rglob("*.jsonl")
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
    folders: Folders, data: dict[str, Any], labels: dict[str, str], happened: dict[str, float]
) -> None:
    assert delivered(folders, document("binary_classification", **data), labels) == happened
