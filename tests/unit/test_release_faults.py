"""A release fails at each call and each step: the model before it answers on, an alarm rings, and it can run again."""

from typing import Any, get_args

import pytest

from tests.unit.release_aws_kit import Aws, Fault
from tests.unit.release_function_kit import ERRORS, FAILED, SUCCEEDED, release_function
from tests.unit.release_serving_kit import FAILS_AT, REQUEST_REFUSED, ROLLBACK_FAILS, SILENTLY_BACK
from tests.unit.test_release_handler import HOUR, STACK_EVENT

LOOK = ("Query", "ListModelPackages", "DescribeStacks", "DescribeModelPackage", "DescribeModelPackage")
OPEN = (*LOOK, "DescribeStackEvents")
LIVE = (*LOOK, "DescribeEndpoint", "DescribeEndpointConfig", "DescribeModel", "DescribeStackEvents")
BEGUN = (*LOOK, "PutItem", *OPEN, "DescribeEndpoint", "DescribeStacks", "UpdateStack")
# All calls from an approval to its end. Those who find out that it failed look for what else is wanted.
ASK = ("DescribeModelPackage", "GetObject", "InvokeEndpoint")
SUCCEEDS = (*BEGUN, *LIVE, *ASK, "UpdateItem", *LOOK)
FAILS = (*BEGUN, *OPEN, "UpdateItem", *LOOK)
BLOCKED = ("MlLoop", "ReleaseBlocked")


@pytest.fixture
def releases(monkeypatch, capsys):
    """Version 1 serves."""
    releases = release_function(monkeypatch, capsys)
    aws = releases.aws
    first = releases.released(1)
    assert (aws.records(), aws.answers_with()) == ([(first, "succeeded")], first)
    releases.rang.clear()
    aws.forget()
    return releases


def alarms(templates, *metrics: tuple[str, str]) -> list[dict[str, Any]]:
    resources = [templates[f"dev-{stack}"]["Resources"].values() for stack in ("control", "flight-delays-serving")]
    every = [each["Properties"] for some in resources for each in some if each["Type"] == "AWS::CloudWatch::Alarm"]
    return [each for each in every if (each["Namespace"], each["MetricName"]) in metrics]


@pytest.mark.parametrize("metric", [ERRORS, FAILED, BLOCKED])
def test_each_of_these_metrics_rings_an_alarm_at_the_first(templates, metric):
    for alarm in (found := alarms(templates, metric)):
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
        assert alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]) == 1
        assert alarm["AlarmActions"]
    assert found


@pytest.mark.parametrize(("deployment", "calls"), [("serves", SUCCEEDS), ("Endpoint", FAILS)])
def test_these_are_all_the_calls_of_a_release(releases, deployment: str, calls: tuple[str, ...]):
    releases.aws.deployments[releases.aws.approve(2)] = deployment
    releases.released(2)
    assert tuple(releases.aws.calls) == calls


@pytest.mark.parametrize("fault", get_args(Fault))
@pytest.mark.parametrize("at", range(len(SUCCEEDS)), ids=lambda at: f"{at}-{SUCCEEDS[at]}")
def test_a_call_that_fails_only_delays_a_release(releases, at: int, fault: Fault):
    aws: Aws = releases.aws
    first = aws.answers_with()
    aws.fault = {at: fault}
    second = releases.released(2)
    assert aws.fault == {}
    assert (ERRORS in releases.rang) is (fault != "asked twice")
    assert releases.rang <= {ERRORS, SUCCEEDED}
    assert aws.answered == sorted(aws.answered, key=lambda arn: arn != first), "first the old model, then the new one"
    assert set(aws.answered) == {first, second}
    assert aws.records() == [(first, "succeeded"), (second, "succeeded")]


@pytest.mark.parametrize("fault", get_args(Fault))
@pytest.mark.parametrize("at", range(len(FAILS)), ids=lambda at: f"{at}-{FAILS[at]}")
def test_a_call_that_fails_keeps_nobody_from_hearing_that_a_release_failed(releases, at: int, fault: Fault):
    aws: Aws = releases.aws
    first = aws.answers_with()
    aws.deployments[aws.approve(2)] = "Endpoint"
    aws.fault = {at: fault}
    second = releases.released(2)
    assert aws.fault == {}
    assert (ERRORS in releases.rang) is (fault != "asked twice")
    assert FAILED in releases.rang
    assert set(aws.answered) == {first}
    assert aws.records() == [(first, "succeeded"), (second, "failed")]
    assert aws.detail(2) == "Endpoint: it broke"
    releases.again(second)


@pytest.mark.parametrize(
    ("deployment", "says"),
    [
        *((resource, f"{resource}: it broke") for resource in FAILS_AT),
        (REQUEST_REFUSED, "CloudFormation refuses the update: Parameter ChampionModelPackage"),
        (SILENTLY_BACK, "SageMaker rolled it back"),
    ],
)
def test_a_step_that_fails_leaves_the_old_model_and_is_told(releases, deployment: str, says: str):
    aws: Aws = releases.aws
    first = aws.answers_with()
    aws.deployments[aws.approve(2)] = deployment
    second = releases.released(2)
    assert set(aws.answered) == {first}
    assert FAILED in releases.rang
    failed = aws.records()[1]
    assert failed == (second, "failed")
    assert says in aws.detail(2)
    assert aws.should_answer() == first, "the stack tells the truth"
    releases.again(second)


def test_a_rollback_that_fails_waits_for_a_person_and_then_goes_on(releases):
    aws: Aws = releases.aws
    first = aws.answers_with()
    aws.deployments[aws.approve(2)] = ROLLBACK_FAILS
    second = releases.released(2)
    assert releases.rang == {BLOCKED}
    releases.rang.clear()
    releases.deliver(HOUR)
    assert releases.rang == {BLOCKED}, "it rings as long as it lasts"
    aws.rolled_back()
    releases.deliver(STACK_EVENT)
    assert FAILED in releases.rang
    assert set(aws.answered) == {first}
    releases.again(second)


@pytest.mark.parametrize("fault", get_args(Fault))
def test_an_hourly_look_that_fails_is_told_and_the_next_one_does_its_work(releases, fault: Fault):
    aws: Aws = releases.aws
    second = aws.approve(2)
    aws.fault = {0: fault}
    releases.deliver(HOUR)
    assert aws.calls[0] == "ListStacks"
    assert (ERRORS in releases.rang) is (fault != "asked twice")
    assert (aws.records()[-1], aws.answers_with()) == ((second, "succeeded"), second)


def test_a_champion_of_an_old_version_stays_however_many_were_approved_since(releases):
    """Only the newest versions are looked at; those that serve are looked at as well."""
    aws: Aws = releases.aws
    first = str(aws.answers_with())
    for version in range(2, 60):
        aws.approve(version, "challenger")
    releases.deliver(HOUR)
    assert aws.live == {"champion": first, "challenger": first.replace("/1", "/59")}
    aws.approve(1)
    aws.forget()
    releases.deliver(HOUR)
    assert aws.calls.count("DescribeModelPackage") == 51  # 50 and the champion; the challenger is among them
    assert aws.live["champion"] == first


@pytest.fixture
def scaled(releases):
    """Both variants scale; version 1 is champion, version 2 challenger."""
    aws: Aws = releases.aws
    aws.scales, aws.held = True, {"champion": False}
    releases.released(2, "challenger")
    assert aws.held == {"champion": False, "challenger": False}
    releases.rang.clear()
    aws.forget()
    return releases


def about_scaling(calls: list[str]) -> list[int]:
    return [at for at, call in enumerate(calls) if "ScalableTarget" in call]


# Where the calls about scaling are in a promotion: the champion's slot changes, then the challenger's is emptied.
SCALING = (
    *(5, 12, 15, 16, 17, 18, 24, 34, 49, 50, 51, 52, 53),
    *(59, 66, 69, 70, 71, 72, 78, 81, 87, 97, 108, 109, 110, 116),
)


def test_these_are_all_the_calls_about_scaling_in_a_promotion(scaled):
    scaled.released(2)
    assert tuple(about_scaling(scaled.aws.calls)) == SCALING


@pytest.mark.parametrize("fault", get_args(Fault))
@pytest.mark.parametrize("at", SCALING)
def test_a_call_about_scaling_that_fails_only_delays_a_promotion(scaled, at: int, fault: Fault):
    aws: Aws = scaled.aws
    first, second = aws.live["champion"], aws.live["challenger"]
    aws.fault = {at: fault}
    scaled.released(2)
    assert aws.fault == {}
    assert (ERRORS in scaled.rang) is (fault != "asked twice")
    assert set(aws.answered) == {first, second}
    assert (aws.live, aws.held) == ({"champion": second}, {"champion": False})
    assert all(aws.held_in_updates), "no instance is taken away while the endpoint changes"
    assert aws.records()[2:] == [(second, "succeeded"), ("", "succeeded")]
