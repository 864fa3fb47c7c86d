"""What becomes of the answers of several workers, type by type, and what simulated workers answer."""

import base64
import io
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image

from local_cloud.sagemaker.labeling.consolidation import Answers, Label, Question, boxes, masks, spans, votes
from local_cloud.sagemaker.labeling.tool import Tool, ToolError, answer, tool_of

SIZE = {"width": 100, "height": 50}


@pytest.fixture
def pictures() -> dict[str, bytes]:
    return {}


@pytest.fixture
def question(pictures: dict[str, bytes]) -> Question:
    def keep(name: str, content: bytes) -> str:
        pictures[name] = content
        return f"s3://bucket/{name}.png"

    return Question([{"label": label} for label in ("cat", "dog", "owl")], keep)


def one(*values: dict[str, Any]) -> list[Answers]:
    return [Answers("0", {f"worker-{number}": value for number, value in enumerate(values)})]


def box(label: str, left: int, top: int = 0, width: int = 20, height: int = 20) -> dict[str, Any]:
    return {"label": label, "left": left, "top": top, "width": width, "height": height}


def drawn(*marked: dict[str, Any]) -> dict[str, Any]:
    return {"boundingBoxes": list(marked), "inputImageProperties": SIZE}


def test_the_majority_wins_and_its_size_is_the_confidence(question: Question) -> None:
    def label(*names: str) -> Label:
        return votes.single(one(*({"label": name} for name in names)), question)["0"]

    assert label("owl", "owl", "cat").metadata["class-name"] == "owl"
    split, unanimous = (label(*names).metadata["confidence"] for names in (("owl", "owl", "cat"), ("owl",) * 3))
    assert 0.5 < split < unanimous <= 1
    assert label("dog") == Label(1, {"class-name": "dog", "confidence": 0.0})
    with pytest.raises(ValueError, match="a worker answered 'cow'; the categories are cat, dog, owl"):
        label("cow")


def test_two_workers_who_guess_do_not_outvote_one_who_knows(question: Question) -> None:
    """The reliable one is known by agreeing with the others elsewhere, which guessers do not."""
    chance, truths, answers = Random(5), [], []  # noqa: S311 - errors, not secrets
    rates = {"good-1": 0.95, "good-2": 0.95, "bad-1": 0.34, "bad-2": 0.34, "bad-3": 0.34}
    for number in range(400):
        truth = chance.choice(question.names)
        given = {
            worker: {"label": truth if chance.random() < rate else chance.choice(question.names)}
            for worker, rate in rates.items()
        }
        truths.append(truth)
        answers.append(Answers(str(number), given))
    found = votes.single(answers, question)
    right = sum(found[str(number)].metadata["class-name"] == truth for number, truth in enumerate(truths))
    counted = 0
    for item, truth in zip(answers, truths, strict=True):
        names = [value["label"] for value in item.by_worker.values()]
        counted += max(question.names, key=names.count) == truth
    assert right / 400 > 0.93
    assert right > counted


def test_every_label_that_somebody_chose_is_there_with_its_confidence(question: Question) -> None:
    found = votes.several(one({"labels": ["cat", "owl"]}, {"labels": ["cat"]}, {"labels": ["cat"]}), question)["0"]
    assert found.value == [0, 2]
    assert found.metadata["class-map"] == {"0": "cat", "2": "owl"}
    assert found.metadata["confidence-map"]["0"] > 0.9
    assert found.metadata["confidence-map"]["2"] < 0.5


def test_similar_boxes_are_averaged_and_lonely_ones_left_out(question: Question) -> None:
    answers = one(drawn(box("cat", 10), box("dog", 70)), drawn(box("cat", 12)), drawn(box("cat", 14), box("owl", 40)))
    found = boxes.consolidate(answers, question)["0"]
    assert found.value == {
        "image_size": [{**SIZE, "depth": 3}],
        "annotations": [{"class_id": 0, "left": 12, "top": 0, "width": 20, "height": 20}],
    }
    assert found.metadata["class-map"] == {"0": "cat"}
    assert 0.5 < found.metadata["objects"][0]["confidence"] < 1


def test_boxes_are_alike_by_their_jaccard_index() -> None:
    assert boxes.jaccard(box("cat", 0), box("cat", 0)) == 1
    assert boxes.jaccard(box("cat", 0), box("cat", 10)) == pytest.approx(1 / 3)
    assert boxes.jaccard(box("cat", 0), box("cat", 20)) == boxes.jaccard(box("cat", 0), box("dog", 0)) == 0


def test_entities_are_bounded_by_the_mode_and_named_by_most(question: Question) -> None:
    def marked(label: str, start: int, end: int) -> dict[str, Any]:
        return {"entities": [{"label": label, "startOffset": start, "endOffset": end}]}

    found = spans.consolidate(one(marked("cat", 4, 9), marked("cat", 4, 10), marked("dog", 5, 9)), question)["0"]
    assert found.value["annotations"]["entities"] == [{"label": "cat", "startOffset": 4, "endOffset": 9}]
    assert found.value["annotations"]["labels"] == question.categories
    apart = spans.consolidate(one(marked("cat", 0, 3), marked("cat", 20, 23), marked("dog", 40, 43)), question)["0"]
    assert apart.value["annotations"]["entities"] == []


def painted(columns: slice, color: tuple[int, int, int]) -> dict[str, Any]:
    picture = np.zeros((4, 6, 4), np.uint8)
    picture[:, columns] = (*color, 255)
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "PNG")
    mappings = {"cat": {"color": "#ff0000"}, "dog": {"color": "#00ff00"}, "owl": {"color": "#0000ff"}}
    image = {"pngImageData": base64.b64encode(content.getvalue()).decode()}
    return {"inputImageProperties": SIZE, "labelMappings": mappings, "labeledImage": image}


def test_each_pixel_is_what_most_workers_say(question: Question, pictures: dict[str, bytes]) -> None:
    red, green = (255, 0, 0), (0, 255, 0)
    answers = one(painted(slice(0, 4), red), painted(slice(2, 6), red), painted(slice(0, 1), green))
    found = masks.consolidate(answers, question)["0"]
    assert found.value == "s3://bucket/0.png"
    with Image.open(io.BytesIO(pictures["0"])) as picture:
        colors = np.asarray(picture.convert("RGB"))
    assert [tuple(int(part) for part in color) for color in colors[0, 1:]] == [
        (255, 255, 255), red, red, (255, 255, 255), (255, 255, 255),
    ]  # fmt: skip
    assert found.metadata["internal-color-map"]["1"]["class-name"] == "cat"
    assert found.metadata["internal-color-map"]["1"]["hex-color"] == "#ff0000"


def test_a_simulated_worker_sees_the_pages_tool() -> None:
    page = """<p>x</p><crowd-form><crowd-bounding-box name="b" labels='["a", {"label": "c"}]'></crowd-bounding-box>"""
    assert tool_of(page) == Tool("crowd-bounding-box", "b", ("a", "c"))
    with pytest.raises(ToolError, match="not JSON"):
        tool_of("<crowd-classifier categories='[a'></crowd-classifier>")


@pytest.mark.parametrize(
    ("element", "truth"),
    [
        ("crowd-image-classifier", "cat"),
        ("crowd-classifier-multi-select", ["cat", "owl"]),
        ("crowd-bounding-box", drawn(box("cat", 1), box("dog", 40))),
        ("crowd-entity-annotation", {"entities": [{"label": "cat", "startOffset": 1, "endOffset": 2}]}),
    ],
)
def test_who_does_not_err_answers_the_truth_and_who_errs_does_not(element: str, truth: Any) -> None:
    tool = Tool(element, "tool", ("cat", "dog", "owl"))
    right = answer(tool, truth, err=False, chance=Random(1))["tool"]  # noqa: S311 - errors, not secrets
    assert right in (truth, {"label": truth}, {"labels": truth})
    for seed in range(20):
        assert answer(tool, truth, err=True, chance=Random(seed))["tool"] != right  # noqa: S311 - errors, not secrets
