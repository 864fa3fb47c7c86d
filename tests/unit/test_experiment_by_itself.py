"""An experiment begins by itself about what the loop proposed, once per model package, as if a person began it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.use_case.experiment import Experiment
from experiment.beginning import Declared, before_any
from experiment.events import Look
from experiment.observation import Live
from ops.experiment import planning, starting
from ops.experiment.measured import of_predictions
from shared.messages import Messages
from shared.slots import TURN
from tests.unit.experiment_by_itself_kit import CARD, DECLARED, FLIGHTS, PREDICTIONS, World, begin
from tests.unit.experiment_cloud_kit import CHALLENGER, CHAMPION
from tests.unit.experiment_trial_kit import trial


@pytest.fixture
def world() -> World:
    return World()


def test_it_begins_on_the_terms_of_a_persons_start(world: World) -> None:
    assert begin(world)
    [begun] = world.known
    known = of_predictions(FLIGHTS, PREDICTIONS.encode(), {"threshold": {"value": 0.3}})
    person = planning.Known(known.value, known.deviation, "")
    plan = planning.planned(FLIGHTS, person, None, None)
    assert begun.terms == starting.terms_of(FLIGHTS, person, plan)
    assert (begun.champion, begun.challenger, begun.started_by) == (CHAMPION, CHALLENGER, "the loop")
    assert begun.why == "turn 4 of the loop proposed version 2"


@settings(max_examples=40, deadline=None)
@given(ends=st.lists(st.sampled_from(["promoted", "withdrawn", "stopped", "overtaken", ""]), max_size=6))
def test_a_package_has_one_experiment_however_often_it_is_looked_at(ends: list[str]) -> None:
    world = World()
    for ended in ["", *ends]:
        begin(world)
        if ended:
            world.end(ended)
        begin(world)
    assert [each.challenger for each in world.known] == [CHALLENGER]


def test_another_challenger_of_the_loop_has_its_own_and_waits_for_the_one_that_runs(world: World) -> None:
    assert begin(world)
    other = f"{CHALLENGER}1"
    world.packages[other] = {TURN: "5"}
    world.endpoint = Live("InService", {"champion": CHAMPION, "challenger": other})
    assert not begin(world)
    world.end("overtaken")
    assert begin(world)
    assert [(each.number, each.challenger) for each in world.known] == [(1, CHALLENGER), (2, other)]


@pytest.mark.parametrize(
    "live",
    [
        None,
        Live("Updating", {"champion": CHAMPION, "challenger": CHALLENGER}),
        Live("InService", {"champion": CHAMPION}),
        Live("InService", {"champion": CHAMPION, "shadow": CHALLENGER}),
    ],
)
def test_it_waits_until_the_challenger_is_in_service(world: World, live: Live | None) -> None:
    world.endpoint = live
    assert not begin(world)
    assert (world.known, world.told) == ([], [])


def test_a_challenger_that_a_person_chose_is_theirs(world: World) -> None:
    world.packages[CHALLENGER] = {"ml-loop:slot": "challenger"}
    assert not begin(world)
    world.packages[CHALLENGER] = {TURN: "4"}
    world.known.append(trial(result="stopped"))  # a person began it before the loop could
    assert not begin(world)


def test_what_the_champion_lacks_the_challengers_evaluation_says(world: World) -> None:
    world.packages[CHAMPION] = {}
    world.packages[CHALLENGER] = {TURN: "4", "model_card": CARD}
    assert begin(world)


def test_people_are_told_why_it_cannot_begin(world: World) -> None:
    world.left.clear()
    assert not begin(world)
    world.left = {CARD.replace("model_card.html", name): text for name, text in world._texts().items()}
    world.shared = "sticky"
    assert not begin(world)
    assert {told.metric for told in world.told} == {"ExperimentBlocked"}
    assert "Neither the champion's evaluation nor the challenger's is there" in world.told[0].reason
    assert "what is deployed shares requests sticky" in world.told[1].reason
    assert all("ops experiment start" in told.reason for told in world.told)


def test_sticky_users_plan_by_the_newest_experiment_that_tells_how_alike_they_are(world: World) -> None:
    sticky = DECLARED.model_copy(update={"assignment": "sticky", "minimum": 400_000})
    world.known.append(replace(trial(result="withdrawn"), challenger="another", number=1))
    world.said = {
        "design_effect": 3.0, "champion_users": 50, "challenger_users": 50, "champion_records": 900,
        "challenger_records": 300,
    }  # fmt: skip
    assert begin(world, sticky)
    assert world.known[-1].terms.maximum == before_any(sticky, 12)
    alone = World()
    assert begin(alone, sticky)
    assert alone.known[-1].terms.maximum == before_any(sticky) < before_any(sticky, 12)


@pytest.mark.parametrize("metric", ["log_loss", "error_rate", "auc", "value"])
def test_what_a_use_case_declares_travels_whole(metric: Any) -> None:
    worth = {"true_positive": 3.0, "false_positive": -1.0} if metric == "value" else None
    own = Experiment.model_validate({"metric": metric, "smallest_effect": 0.01, "values": worth})
    said = own.declared("binary_classification", own_threshold=True)
    body = Look.model_validate({"use_case": "toys", "declared": said}).model_dump_json()
    [look] = Messages(Look, [("a", '{"use_case": "toys"}'), ("b", body)]).looks.values()
    assert look.declared == Declared.model_validate(said)
    assert look.declared is not None
    assert (look.declared.metric, look.declared.own_threshold) == (metric, True)
