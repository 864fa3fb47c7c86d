"""Formats of Ground Truth: lines of output manifests, answers of forms, tasks and consolidated labels."""

import json
from typing import Any

import pytest

from annotation import logic
from label import augmented
from label.answers import OBJECT, by_object, chosen, present
from label.terms import Terms
from label.verify import Given, verify

# As the developer guide shows them ("Labeling job output data").
IMAGE: dict[str, Any] = {
    "source-ref": "s3://b/a.png",
    "label": 0,
    "label-metadata": {"class-name": "dog", "confidence": 0.93, "type": "groundtruth/image-classification"},
}
BOXES: dict[str, Any] = {
    "source-ref": "s3://b/a.png",
    "label": {
        "image_size": [{"width": 500, "height": 400, "depth": 3}],
        "annotations": [
            {"class_id": 0, "left": 111, "top": 134, "width": 61, "height": 128},
            {"class_id": 1, "left": 161, "top": 250, "width": 30, "height": 30},
            {"class_id": 0, "left": 20, "top": 20, "width": 30, "height": 30},
        ],
    },
    "label-metadata": {
        "objects": [{"confidence": 0.8}, {"confidence": 0.9}, {"confidence": 0.7}],
        "class-map": {"0": "dog", "1": "cat"},
        "type": "groundtruth/object-detection",
    },
}
MASK: dict[str, Any] = {
    "source-ref": "s3://b/a.png",
    "label-ref": "s3://b/mask.png",
    "label-ref-metadata": {
        "internal-color-map": {
            "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.8},
            "1": {"class-name": "dog", "hex-color": "#2acf59", "confidence": 0.6},
        },
        "type": "groundtruth/semantic-segmentation",
    },
}
ENTITIES: dict[str, Any] = {
    "source": "Ada lived in London",
    "label": {
        "annotations": {"labels": [{"label": "who"}], "entities": [{"label": "who", "startOffset": 0, "endOffset": 3}]}
    },
    "label-metadata": {"entities": [{"confidence": 0.9}], "type": "groundtruth/text-span"},
}


@pytest.mark.parametrize(
    ("line", "attribute", "classes", "confidence"),
    [
        (IMAGE, "label", ["dog"], 0.93),
        (BOXES, "label", ["dog", "cat"], 0.7),
        (MASK, "label-ref", ["dog"], 0.6),
        (ENTITIES, "label", ["who"], 0.9),
    ],
)
def test_lines_say_which_categories_and_how_sure(
    line: dict[str, Any], attribute: str, classes: list[str], confidence: float
) -> None:
    assert augmented.classes(line, attribute) == classes
    assert augmented.confidence(line, attribute) == confidence
    assert augmented.failure(line, attribute) == ""
    assert augmented.read(augmented.write([line])) == [line]


def test_what_went_wrong_is_found_where_it_stands() -> None:
    assert augmented.failure({"label-metadata": {"failure-reason": "ClientError"}}, "label") == "ClientError"
    assert augmented.failure({"source": "x"}, "label") == "the job gave it no label"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1 is no JSON"),
        ('{"source": "a"}\n\n[]\n', "line 3 is no object"),
        ('{"source": 1}', "line 1 is no obj"),
    ],
)
def test_what_is_no_manifest_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(augmented.LineError, match=said):
        augmented.read(text)


@pytest.mark.parametrize(
    ("content", "category"),
    [
        ({"crowd-image-classifier": {"label": "cat"}}, "cat"),
        ({"category": "dog"}, "dog"),
        ({"animal": {"cat": {"on": False}, "dog": {"on": True}}}, "dog"),
        ({"animal": {"cat": True, "dog": True}}, None),
        ({"animal": {"label": "cow"}}, None),
        ({"comment": "a cat", "animal": {"label": "cat"}}, "cat"),
        ({}, None),
    ],
)
def test_answers_of_every_form_choose_a_category_or_none(content: dict[str, Any], category: str | None) -> None:
    assert chosen(content, ["cat", "dog"]) == category


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"boundingBox": {"boundingBoxes": [{"label": "dog"}, {"label": "cat"}]}}, "cat, dog"),
        ({"crowd-entity-annotation": {"entities": [{"label": "dog"}]}}, "dog"),
        ({"crowd-semantic-segmentation": {"labelMappings": {"cat": {"color": "#fff"}}}}, "cat"),
        ({"boundingBox": {"boundingBoxes": []}}, "none"),
    ],
)
def test_answers_about_parts_say_which_categories_are_there(content: dict[str, Any], found: str) -> None:
    assert present(content, ["cat", "dog"]) == found


def entry(number: str, *said: str, **more: Any) -> dict[str, Any]:
    answers = [
        {"workerId": f"w{who}", "annotationData": {"content": json.dumps({"answer": {"label": one}})}}
        for who, one in enumerate(said)
    ]
    return {"datasetObjectId": number, "annotations": answers, **more}


def test_answers_find_their_object_by_line_or_by_the_line_itself_and_a_workers_newest_counts() -> None:
    found = by_object(
        [
            entry("1", "cat"),
            entry("1", "dog"),
            entry("x", "cat", dataObject={OBJECT: {"name": "z"}}),
            entry("9", "cat"),
        ],
        ["a", "b"],
    )
    assert {
        name: {who: chosen(one, ["cat", "dog"]) for who, one in given.items()} for name, given in found.items()
    } == {
        "b": {"w0": "dog"},
        "z": {"w0": "cat"},
    }


def test_our_functions_say_what_ground_truth_asks() -> None:
    line = {"source-ref": "s3://b/a.png", OBJECT: {"name": "a"}}
    assert logic.task(line, ["cat"]) == {
        "taskInput": {"taskObject": "s3://b/a.png", "labels": ["cat"]}, "isHumanAnnotationRequired": "true",
    }  # fmt: skip
    assert logic.task({"source": "text"}, ["cat"])["taskInput"]["taskObject"] == "text"
    labels = logic.consolidated([entry("0", "cat", "cat", "dog"), entry("1")], "label", ["cat", "dog"], "majority")
    assert labels == [
        {
            "datasetObjectId": "0",
            "consolidatedAnnotation": {
                "content": {"label": {"class-name": "cat", "confidence": 0.6667, "votes": {"cat": 2, "dog": 1}}}
            },
        }
    ]


def test_boxes_are_kept_as_aws_consolidated_them_and_agreement_is_about_what_is_there() -> None:
    terms = Terms(
        backend="ground_truth", task="bounding_box", objects="image", attribute="label", categories=("cat", "dog"),
        how="built_in", attempts=1, minimum_confidence=0.75,
    )  # fmt: skip
    identity = {OBJECT: {"name": "a.png", "version": "1", "attempt": 1}}
    sure = {OBJECT: {"name": "b.png", "version": "1", "attempt": 1}}
    box = [
        {"workerId": w, "annotationData": {"content": json.dumps({"x": {"boundingBoxes": [{"label": "dog"}]}})}}
        for w in "ab"
    ]
    none = [{"workerId": w, "annotationData": {"content": json.dumps({"x": {"boundingBoxes": []}})}} for w in "ab"]
    confident = BOXES | {"label-metadata": BOXES["label-metadata"] | {"objects": [{"confidence": 0.9}]}}
    verified = verify(
        Given(
            asked=[BOXES | identity, BOXES | sure],
            returned=[BOXES | identity, confident | sure],
            requests=[{"datasetObjectId": "0", "annotations": box}, {"datasetObjectId": "1", "annotations": none}],
            versions={"a.png": "1", "b.png": "1"},
        ),
        terms,
    )
    assert verified.lines == [confident | sure]
    assert verified.outcomes["a.png"] == ("1", "unclear", 1, "its label is 0.70 sure; wanted are 0.75")
    assert verified.figures["agreement"] == 1
    assert verified.figures["agreement_about"] == "the categories present in an object"
    assert verified.figures["balance"] == {"cat": 1, "dog": 1}
