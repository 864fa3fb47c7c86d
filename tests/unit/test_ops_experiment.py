"""The plan of an experiment, from what a model's test split tells."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score
from typer.testing import CliRunner

from config import UseCase, load_use_case
from config.use_case.experiment import DecisionValues, Experiment
from ops.__main__ import app
from ops.experiment import planning
from ops.experiment.measured import of_predictions
from ops.target import OperationError, Target
from tests.unit.ops_stub_kit import NOW, Stubs

PACKAGE = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"
FLIGHTS, DIGITS = load_use_case("flight_delays"), load_use_case("handwritten_digits")
DRAWN = np.random.default_rng(3)
CHANCE = DRAWN.beta(2, 6, 4000)
LABEL = (DRAWN.random(4000) < CHANCE).astype(int)
PREDICTIONS = pd.DataFrame({"time": "", "label": LABEL.astype(float), "model": CHANCE, "baseline": 0.2})
EVALUATION: dict[str, Any] = {"threshold": {"value": 0.3}}


def terms(metric: str, use_case: UseCase = FLIGHTS, **more: Any) -> UseCase:
    given = Experiment.model_validate({"metric": metric, "smallest_effect": 0.01, **more})
    return use_case.model_copy(update={"experiment": given})


def test_a_metric_is_that_of_the_test_split() -> None:
    content = PREDICTIONS.to_csv(index=False).encode()
    found = {metric: of_predictions(terms(metric), content, EVALUATION) for metric in ("log_loss", "error_rate", "auc")}
    assert found["log_loss"].value == pytest.approx(log_loss(LABEL, CHANCE))
    assert found["error_rate"].value == pytest.approx(np.mean((CHANCE >= 0.5) != LABEL))
    assert found["error_rate"].deviation == pytest.approx(np.std((CHANCE >= 0.5) != LABEL, ddof=1))
    assert found["auc"].value == pytest.approx(roc_auc_score(LABEL, CHANCE), abs=0.002)
    # DeLong's variance is that of the area over resamples.
    places = [DRAWN.integers(0, 4000, 4000) for _ in range(300)]
    spread = np.std([roc_auc_score(LABEL[place], CHANCE[place]) for place in places])
    assert found["auc"].deviation / math.sqrt(4000) == pytest.approx(spread, rel=0.15)


def test_decisions_are_the_models_own_where_costs_are_declared() -> None:
    worth = DecisionValues(true_positive=3, false_positive=-1)
    content = PREDICTIONS.to_csv(index=False).encode()
    costly = terms("value", values=worth.model_dump())
    costly = costly.model_copy(
        update={"evaluate": costly.evaluate.model_validate({"costs": {"false_positive": 1, "false_negative": 2}})}
    )
    acts = CHANCE >= 0.3
    assert of_predictions(costly, content, EVALUATION).value == pytest.approx(np.mean(np.where(LABEL, 3, -1) * acts))


def test_several_classes_and_numbers() -> None:
    content = b"time,label,model,baseline,probability\n,7,7,1,0.9\n,3,7,1,0.5\n"
    assert of_predictions(terms("error_rate", DIGITS), content, {}).value == 0.5
    with pytest.raises(OperationError, match="Give --deviation"):
        of_predictions(terms("log_loss", DIGITS), content, {})
    number = FLIGHTS.model_copy(update={"problem": "regression"})
    content = b"time,label,model,baseline\n,10,12,1\n,5,1,1\n"
    assert of_predictions(terms("absolute_error", number), content, {}).value == 3
    assert of_predictions(terms("squared_error", number), content, {}).value == 10


def test_a_plan_is_longer_for_a_smaller_effect_and_says_when_there_is_no_time() -> None:
    known = planning.Known(0.2, 0.4, "as given")
    one, half = (planning.planned(terms("error_rate"), known, effect, 1000) for effect in (0.02, 0.01))
    assert 2.5 < half.fixed / one.fixed < 4.5  # four times, but that the ramp begins with the same records
    assert one.fixed < one.maximum
    caption = str(planning.table(half, known, terms("error_rate", maximum_days=1), 1000).caption)
    assert "too early" in caption
    assert "too early" not in str(planning.table(one, known, terms("error_rate", maximum_days=365), 1000).caption)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_champion_that_never_erred_or_always_says_what_to_give(rate: float) -> None:
    known = planning.Known(rate, 0.0, "300 records")
    with pytest.raises(OperationError, match=r"error rate is \S+ \(300 records\).*Give --baseline"):
        planning.planned(terms("error_rate"), known, None, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--deviation", "0"], "above 0"),
        (["--deviation", "inf"], "--deviation: found inf; allowed is a number above 0"),
        (["--deviation", "nan"], "--deviation: found nan; allowed is a number above 0"),
        (["--deviation", "1e300"], "The plan cannot be made"),
        (["--deviation", "0.4", "--baseline", "nan"], "--baseline: found nan; allowed is a number"),
        (["--deviation", "0.4", "--effect", "nan"], "--effect: found nan; allowed is a number"),
        (["--deviation", "0.4", "--effect=-inf"], "--effect: found -inf; allowed is a number"),
        (["--baseline", "0.2", "--effect", "0.3"], "rates are between 0 and 1"),
        (["--deviation", "0.4", "--effect", "0"], "smallest one that matters"),
    ],
)
def test_what_cannot_be_is_refused(words: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target.of("dev", "flight_delays")
    wanted = Target(target.environment, terms("error_rate"))
    monkeypatch.setattr(Target, "of", classmethod(lambda *_: wanted))
    done = CliRunner().invoke(app, ["experiment", "plan", "dev", "flight_delays", *words])
    assert isinstance(done.exception, OperationError)
    assert said in str(done.exception)


def test_a_champion_without_a_model_card_says_what_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    stubs = Stubs()
    monkeypatch.setattr(Target, "of", classmethod(lambda *_: stubs.target))
    parameters = [{"ParameterKey": "ChampionModelPackage", "ParameterValue": f"{PACKAGE}/7"}]
    stack = {"StackName": "s", "CreationTime": NOW, "StackStatus": "UPDATE_COMPLETE", "Parameters": parameters}
    stubs.stub("cloudformation", "cloudformation").add_response("describe_stacks", {"Stacks": [stack]})
    by_hand = {
        "ModelPackageName": "dev-flight-delays", "ModelPackageArn": f"{PACKAGE}/7", "CreationTime": NOW,
        "ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []},
    }  # fmt: skip
    stubs.stub("sagemaker", "sagemaker").add_response("describe_model_package", by_hand)
    done = CliRunner().invoke(app, ["experiment", "plan", "dev", "flight_delays"])
    assert isinstance(done.exception, OperationError)
    assert str(done.exception).startswith("Version 7 has no model card")
    assert str(done.exception).endswith("Give --deviation.")


def test_a_plan_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target.of("dev", "flight_delays")
    wanted = Target(target.environment, terms("error_rate"))
    monkeypatch.setattr(Target, "of", classmethod(lambda *_: wanted))
    words = ["experiment", "plan", "dev", "flight_delays", "--baseline", "0.2", "--per-day", "5000"]
    done = CliRunner().invoke(app, words)
    assert done.exception is None, done.output
    for text in ("error_rate", "as given", "one look at the end", "days"):
        assert text in done.output


def test_a_use_case_without_experiments_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target.of("dev", "flight_delays")
    without = Target(target.environment, target.use_case.model_copy(update={"experiment": None}))
    monkeypatch.setattr(Target, "of", classmethod(lambda *_: without))
    done = CliRunner().invoke(app, ["experiment", "plan", "dev", "flight_delays"])
    assert "Add a section `experiment`" in str(done.exception)
