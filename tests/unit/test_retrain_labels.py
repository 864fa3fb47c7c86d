"""Labels in a turn of the loop: chosen, asked for, waited for; then the training, or the end of what labels alone."""

from datetime import timedelta
from typing import Any

import pytest

from retrain import labelling
from retrain.events import Kind
from retrain.reconcile import reconcile
from retrain.state import CHAMPION
from tests.unit.retrain_cloud_kit import Cloud
from tests.unit.retrain_labels_kit import LOOK, TERMS, heard


def test_a_training_waits_for_labels_of_what_most_needs_them_and_reads_the_champion_of_then() -> None:
    cloud = Cloud()
    assert "chooses what is to be labelled" in heard(cloud).reason
    [turn] = cloud.turns
    assert (turn.does, turn.drawn, turn.sample) == ("train", "needed", "turn-1-20260101")
    cloud.chosen()
    assert "waits for labels" in reconcile(cloud, LOOK).reason
    cloud.champion_model = "s3://m/another.tar.gz"
    cloud.answer()
    assert "is Executing" in reconcile(cloud, LOOK).reason
    [turn] = cloud.turns
    assert (turn.labels, turn.parameters[CHAMPION]) == ("turn-1-20260101: labelled", "s3://m/another.tar.gz")
    cloud.end("Succeeded")
    reconcile(cloud, LOOK)
    assert (cloud.turns[0].result, cloud.deliveries) == ("proposed", {})


def test_drift_alone_labels_by_chance_and_delivers_outcomes_and_trains_nothing() -> None:
    cloud = Cloud()
    heard(cloud, "drift")
    cloud.chosen()
    reconcile(cloud, LOOK)
    cloud.answer()
    assert "delivers labels as outcomes" in reconcile(cloud, LOOK).reason
    cloud.delivered()
    reconcile(cloud, LOOK)
    [turn] = cloud.turns
    assert (turn.does, turn.drawn, turn.result, turn.run) == ("label", "random", "labelled", "run of turn-1-20260101")
    assert turn.detail.endswith("they are outcomes of their requests")
    assert cloud.executions == {}


@pytest.mark.parametrize(
    ("kind", "terms", "does", "drawn"),
    [
        ("drift", {}, "label", "random"), ("drift", {"on_drift": "train"}, "train", "needed"),
        ("quality", {}, "train", "needed"), ("schedule", {}, "train", "needed"), ("sample", {}, "label", "random"),
        ("command", {}, "train", ""), ("quality", {"sample": None}, "train", ""),
    ],
)  # fmt: skip
def test_what_a_cause_means_is_declared(kind: Kind, terms: dict[str, Any], does: str, drawn: str) -> None:
    cloud = Cloud()
    heard(cloud, kind, **terms)
    assert [(turn.does, turn.drawn) for turn in cloud.turns] == [(does, drawn)]


@pytest.mark.parametrize(("kind", "terms"), [("drift", {"sample": None}), ("sample", {"sample": None}),
                                            ("drift", {"on_drift": "nothing"})])  # fmt: skip
def test_what_nobody_labels_turns_nothing(kind: Kind, terms: dict[str, Any]) -> None:
    cloud = Cloud()
    heard(cloud, kind, **terms)
    assert cloud.turns == []


@pytest.mark.parametrize(
    "ends", ["nothing", "failed", "stopped", "nothing chosen", "choice stopped", "section gone", "late"]
)
def test_what_keeps_labels_from_coming_does_not_keep_a_training(ends: str) -> None:
    cloud = Cloud()
    heard(cloud)
    if ends == "choice stopped":
        cloud.chosen("Stopped")
    else:
        cloud.chosen(anything=ends != "nothing chosen")
    reconcile(cloud, LOOK)
    if ends in ("nothing", "failed", "stopped"):
        cloud.answer(ends)
    if ends == "late":
        cloud.pass_time(24 * 46)
    terms = TERMS.model_copy(update={"sample": None}) if ends == "section gone" else TERMS
    assert "is Executing" in reconcile(cloud, LOOK.model_copy(update={"terms": terms})).reason
    assert cloud.turns[0].labels.startswith("no labels: ") == (ends != "stopped")


def test_labels_are_in_nobodys_way_and_a_training_waits_for_what_began_meanwhile() -> None:
    cloud = Cloud()
    cloud.challenger = "p/1"
    heard(cloud, "drift")
    assert [turn.does for turn in cloud.turns] == ["label"]
    cloud = Cloud()
    heard(cloud)
    cloud.chosen()
    reconcile(cloud, LOOK)
    cloud.challenger = "p/1"  # a person's
    cloud.answer()
    assert "a challenger is compared" in reconcile(cloud, LOOK).reason
    cloud.challenger = ""
    assert "is Executing" in reconcile(cloud, LOOK).reason


def test_labels_have_a_bound_that_outlasts_a_labelling_job() -> None:
    assert timedelta(hours=720) < labelling._LONGEST
