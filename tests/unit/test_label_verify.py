"""What is kept of a job that ended, and what becomes of each of its objects."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from label.answers import OBJECT
from label.terms import Terms
from label.verify import Given, Verified, verify

TERMS = Terms(
    backend="ground_truth", task="image_classification", objects="image", attribute="label", categories=("cat", "dog"),
    how="majority", attempts=2,
)  # fmt: skip
VERSIONS = {"a.png": "v1", "b.png": "v1"}


def asked(name: str) -> dict[str, Any]:
    return {OBJECT: {"name": name, "version": "v1", "attempt": 1}, "source-ref": f"s3://b/{name}"}


def judged(*returned: dict[str, Any], whole: bool = True, requests: Sequence[dict[str, Any]] = ()) -> Verified:
    return verify(Given([asked(name) for name in VERSIONS], returned, requests, VERSIONS, whole=whole), TERMS)


LABELLED = asked("a.png") | {
    "label": {"class-name": "dog", "confidence": 0.6667, "votes": {"dog": 2, "cat": 1}},
    "label-metadata": {"type": "groundtruth/custom", "job-name": "labeling-job/x", "human-annotated": "yes"},
}


@pytest.mark.parametrize("more", [[], [asked("b.png")]], ids=["left out", "without a label"])
def test_objects_that_a_stopped_job_did_not_come_to_are_as_before(more: list[dict[str, Any]]) -> None:
    verified = judged(LABELLED, *more, whole=False)
    assert verified.outcomes == {"a.png": ("v1", "labelled", 1, "")}
    assert verified.untouched == {"b.png": "the job ended before"}


def test_objects_that_a_job_failed_at_or_nobody_answered_are_returned() -> None:
    failed = asked("b.png") | {"label-metadata": {"failure-reason": "no"}}
    assert judged(LABELLED, failed, whole=False).outcomes["b.png"] == ("v1", "returned", 1, "no")
    assert judged(LABELLED, asked("b.png")).outcomes["b.png"] == ("v1", "returned", 1, "the job gave it no label")


def test_a_line_that_a_manifest_lacks_is_not_made_of_answers() -> None:
    said = [{"workerId": "w", "annotationData": {"content": json.dumps({"answer": {"label": "cat"}})}}]
    verified = judged(LABELLED, whole=False, requests=[{"datasetObjectId": "1", "annotations": said}])
    assert [line[OBJECT]["name"] for line in verified.lines] == ["a.png"]
    assert list(verified.untouched) == ["b.png"]


def test_without_answers_the_annotation_functions_label_has_the_form_of_all_others() -> None:
    [line] = judged(LABELLED).lines
    assert line == LABELLED | {
        "label": 1,
        "label-metadata": {
            "class-name": "dog", "confidence": 0.6667, "human-annotated": "yes", "job-name": "labeling-job/x",
            "type": "ml-loop/majority",
        },
    }  # fmt: skip
