"""`python -m ops experiment`: what the commands ask the function for, and what they say of its records."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY
from typer.testing import CliRunner

from config.errors import ConfigError
from config.serving import Machines
from config.use_case.experiment import Experiment
from experiment.beginning import Declared
from experiment.declared import Terms
from experiment.events import Start, Stop, parse
from experiment.trial import Look
from ops.__main__ import app
from ops.experiment import planning, starting, traffic
from ops.target import OperationError, Target
from tests.unit.experiment_cloud_kit import Cloud
from tests.unit.experiment_hours_kit import record, run
from tests.unit.ops_stub_kit import NOW, Stubs

FUNCTION, TABLE = "dev-control-Experiment-1A2B", "experiments"
KNOWN = planning.Known(0.2, 0.4, "as given")


class Platform(Stubs):
    """Control stack, function, table and who asks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        monkeypatch.setattr(Target, "of", classmethod(lambda *_: self.target))
        self.stacks = self.stub("cloudformation", "cloudformation")
        self.functions = self.stub("functions", "lambda")
        self.table = self.stub("dynamodb", "dynamodb")
        self.asked: list[Any] = []
        client: Any = self.target.functions
        client.meta.events.register(
            "provide-client-params.lambda.Invoke", lambda params, **_: self.asked.append(params)
        )

    def outputs(self) -> None:
        outputs = [("ExperimentFunctionName", FUNCTION), ("ExperimentRecords", TABLE)]
        stack = {
            "StackName": "s", "CreationTime": NOW, "StackStatus": "UPDATE_COMPLETE",
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs],
        }  # fmt: skip
        self.stacks.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "dev-control"})

    def answers(self, said: dict[str, Any], **more: Any) -> None:
        self.outputs()
        text = json.dumps(said).encode()
        answer = {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(text), len(text)), **more}
        expected = {"FunctionName": FUNCTION, "InvocationType": "RequestResponse", "Payload": ANY}
        self.functions.add_response("invoke", answer, expected)

    def keeps(self, cloud: Cloud) -> None:
        from experiment.records import _text

        looks = [one for _, one in sorted(cloud.record.items()) if isinstance(one, Look)]
        for found in ([record(cloud)], looks, []):
            self.outputs()
            self.table.add_response("query", {"Items": [{"record": {"S": _text(one)}} for one in found]})


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    return Platform(monkeypatch)


def ops(*words: str) -> Any:
    return CliRunner().invoke(app, ["experiment", words[0], "dev", "flight_delays", *words[1:]])


def test_a_start_sends_the_terms_of_now_who_and_why(platform: Platform) -> None:
    platform.answers({"experiment": "e1", "rest": "weights move"})
    done = ops("start", "--deviation", "0.4", "--by", "ann", "--reason", "trained with May")
    assert done.exception is None, done.output
    assert "Experiment e1: weights move" in done.output
    asked = parse(json.loads(platform.asked[0]["Payload"]))
    assert isinstance(asked, Start)
    assert (asked.by, asked.why, asked.use_case) == ("ann", "trained with May", "flight_delays")
    assert (asked.start.metric, asked.start.outcome_hours, asked.start.tolerance) == ("log_loss", 24, 0.01)


def test_outcomes_that_come_after_captures_are_gone_are_refused_before_anything_is_asked(platform: Platform) -> None:
    done = ops("start", "--deviation", "0.4", "--by", "ann", "--outcome-hours", "2160")
    assert isinstance(done.exception, ConfigError)
    assert "retention.capture_days: found 30" in str(done.exception)
    assert platform.asked == []


@pytest.mark.parametrize(("hours", "instances", "told"), [(0, 2, True), (1, 2, False), (0, 1, False)])
def test_captures_of_several_instances_are_told_to_come_apart(
    platform: Platform, hours: int, instances: int, told: bool
) -> None:
    machines = {"champion": Machines(instances=instances), "challenger": None, "scaling": None}
    serving = platform.target.environment.serving.model_copy(update=machines)
    environment = platform.target.environment.model_copy(update={"serving": serving})
    target = Target(environment, platform.target.use_case)
    plan = planning.planned(target.use_case, KNOWN, None, None)
    said = starting.hint(target, starting.terms_of(target.use_case, KNOWN, plan, outcome_hours=hours))
    assert ("--outcome-hours 1" in said) is told


def test_who_asks_is_whose_credentials_these_are(platform: Platform) -> None:
    sts = platform.stub("sts", "sts")
    sts.add_response(
        "get_caller_identity", {"Arn": "arn:aws:iam::111122223333:user/ann", "Account": "1", "UserId": "u"}
    )
    platform.answers({"experiment": "e1", "rest": "no experiment runs"})
    done = ops("stop", "--keep", "--reason", "holidays")
    assert done.exception is None, done.output
    asked = parse(json.loads(platform.asked[0]["Payload"]))
    assert asked == Stop(
        use_case="flight_delays", stop=True, keep=True, by="arn:aws:iam::111122223333:user/ann", why="holidays"
    )


def test_what_cannot_be_is_told_and_so_is_a_function_that_fails(platform: Platform) -> None:
    platform.answers({"refused": "The endpoint has no challenger. Approve one."})
    assert "no challenger" in str(ops("look").exception)
    platform.answers({"errorType": "KeyError", "errorMessage": "x"}, FunctionError="Unhandled")
    assert "failed: KeyError: x" in str(ops("look").exception)


@pytest.mark.parametrize("words", [("start", "--deviation", "0.4"), ("stop",)])
@pytest.mark.parametrize(("reason", "found"), [("", 0), ("a" * 501, 501)])
def test_a_reason_that_the_function_would_not_read_is_said_before_it_is_asked(
    platform: Platform, words: tuple[str, ...], reason: str, found: int
) -> None:
    done = ops(*words, "--by", "ann", "--reason", reason)
    assert isinstance(done.exception, OperationError)
    assert f"--reason: found {found} characters; allowed are 1 to 500" in str(done.exception)
    assert platform.asked == []


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [
        ({"metric": "error_rate"}, {"direction": "lower", "method": "sequential", "at_maximum": "ask"}),
        ({"metric": "error_rate", "assignment": "sticky"}, {"assignment": "sticky"}),
        ({"metric": "auc", "outcome_hours": 3}, {"direction": "higher", "outcome_hours": 3}),
        ({"metric": "error_rate", "method": "thompson"}, {"method": "thompson", "baseline": 0.2}),
        ({"metric": "log_loss", "at_maximum": "promote", "non_inferiority": 0.1}, {"non_inferiority": 0.1}),
        ({"metric": "value", "values": {"true_positive": 3, "false_positive": -1}}, {"direction": "higher"}),
        ({"metric": "log_loss", "guards": {"errors_4xx": None, "latency": {"margin": 0.1, "above_ms": 50}}}, {}),
    ],
)
def test_every_declared_term_reaches_the_function(declared: dict[str, Any], wanted: dict[str, Any]) -> None:
    target = Target.of("dev", "flight_delays")
    section = Experiment.model_validate({"smallest_effect": 0.02, **declared})
    use_case = target.use_case.model_copy(update={"experiment": section})
    plan = planning.planned(use_case, KNOWN, None, None)
    terms = starting.terms_of(use_case, KNOWN, plan)
    assert {name: getattr(terms, name) for name in wanted} == wanted
    assert Terms.model_validate_json(terms.model_dump_json()) == terms
    assert terms.maximum >= plan.maximum
    guards = {name for name, guard in section.guards.model_dump().items() if guard}
    assert set(terms.guards) == guards
    assert terms.guards["errors_5xx"].margin == 0.001
    if "latency" in guards:
        assert terms.guards["latency"].above_ms == 50


def test_no_term_of_the_section_is_forgotten() -> None:
    # The schedule is the rules' own; the rest is what a plan or an experiment goes by.
    more = {"problem", "own_threshold", "direction"}
    assert set(Experiment.model_fields) - {"schedule"} == set(Declared.model_fields) - more
    before = {"problem", "own_threshold", "smallest_effect", "power"}
    assert set(Declared.model_fields) - before <= set(Terms.model_fields)


@pytest.mark.parametrize(
    ("minimum", "ramp", "needed"),
    [
        # The challenger has its 1,000 after 10,000 requests, and its 1,000 at a half after 2,000 more.
        (1000, [(0.1, 1000), (0.5, 1000)], 12_000),
        (5000, [(0.1, 1000), (0.5, 1000)], 10_000 + 8000),
        (1000, [(0.5, 1)], 2000),
        (1000, [(0.8, 1000)], 5000),  # the champion is behind
    ],
)
def test_a_maximum_leaves_room_for_the_ramp_and_what_the_metric_needs(
    minimum: int, ramp: list[tuple[float, int]], needed: int
) -> None:
    target = Target.of("dev", "flight_delays")
    steps = [{"weight": weight, "minimum": records} for weight, records in ramp]
    section = Experiment.model_validate(
        {"metric": "error_rate", "smallest_effect": 0.15, "minimum": minimum, "ramp": steps}
    )
    use_case = target.use_case.model_copy(update={"experiment": section})
    plan = planning.planned(use_case, KNOWN, None, 100)
    room = starting.terms_of(use_case, KNOWN, plan).maximum
    assert plan.maximum < needed < room == pytest.approx(1.1 * needed, abs=1)
    shown = planning.table(plan, KNOWN, use_case, 100)
    assert list(shown.columns[1].cells)[-1] == f"{room:,}"
    assert list(shown.columns[2].cells)[-1] == f"{room / 100:,.1f}"
    longest = "too early" in str(shown.caption)
    assert longest is (room / 100 > section.maximum_days)


def test_an_effect_that_is_given_is_what_thompson_sampling_may_lose() -> None:
    target = Target.of("dev", "flight_delays")
    section = Experiment.model_validate({"metric": "error_rate", "smallest_effect": 0.02, "method": "thompson"})
    use_case = target.use_case.model_copy(update={"experiment": section})
    plan = planning.planned(use_case, KNOWN, 0.05, None)
    assert starting.terms_of(use_case, KNOWN, plan, 0.05).tolerance == 0.05
    assert starting.terms_of(use_case, KNOWN, plan).tolerance == 0.02


def test_status_says_how_it_went(platform: Platform) -> None:
    platform.keeps(run("better"))
    done = ops("status")
    assert done.exception is None, done.output
    said = " ".join(done.output.split())
    for text in ("promoted 2026-01-01", "champion version 1, challenger version 2", "by ann: trained with May"):
        assert text in said
    assert "promote" in said


def test_a_report_is_written(platform: Platform, tmp_path: Path) -> None:
    platform.keeps(run("worse"))
    done = ops("report", "--to", str(tmp_path / "page.html"))
    assert done.exception is None, done.output
    assert "The challenger is worse" in (tmp_path / "page.html").read_text()


def test_one_that_is_not_there_is_told(platform: Platform) -> None:
    platform.outputs()
    platform.table.add_response("query", {"Items": []})
    error = ops("status", "--number", "7").exception
    assert isinstance(error, OperationError)
    assert "has no experiment 7" in str(error)


def test_traffic_is_that_of_the_last_week(platform: Platform) -> None:
    metrics = platform.stub("cloudwatch", "cloudwatch")
    results = [{"Id": "champion", "Values": [700.0, 350.0]}, {"Id": "challenger", "Values": [350.0]}]
    metrics.add_response("get_metric_data", {"MetricDataResults": results})
    assert traffic.per_day(platform.target) == 200
    metrics.add_response("get_metric_data", {"MetricDataResults": []})
    assert traffic.per_day(platform.target) is None


def test_a_plan_takes_the_traffic_that_there_is(platform: Platform) -> None:
    metrics = platform.stub("cloudwatch", "cloudwatch")
    results = [{"Id": "champion", "Values": [7e6], "Timestamps": [datetime(2026, 1, 1, tzinfo=UTC)]}]
    metrics.add_response("get_metric_data", {"MetricDataResults": results})
    done = ops("plan", "--deviation", "0.4")
    assert done.exception is None, done.output
    assert "1,000,000 requests a day" in " ".join(done.output.split())


def test_requests_that_are_not_captured_do_not_shorten_a_plan(platform: Platform) -> None:
    metrics = platform.stub("cloudwatch", "cloudwatch")
    results = [{"Id": "champion", "Values": [2800.0], "Timestamps": [NOW]}]
    metrics.add_response("get_metric_data", {"MetricDataResults": results})
    capture = platform.target.environment.capture.model_copy(update={"sampling_percent": 25})
    sampled = Target(platform.target.environment.model_copy(update={"capture": capture}), platform.target.use_case)
    vars(sampled)["cloudwatch"] = platform.target.cloudwatch
    daily, about = traffic.of_last_week(sampled)
    assert daily == 100
    assert "the 400 requests a day" in about
    assert "of which 25 % are captured and can count" in about


def test_a_plan_says_why_earlier_experiments_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from ops.experiment import function, together

    def refused(_: object) -> None:
        raise OperationError("There is no stack dev-control.")

    monkeypatch.setattr(function, "records", refused)
    found = together._measured(Target.of("dev", "flight_delays"))
    assert found.effect == 1.0
    assert "cannot be read: There is no stack dev-control. Give --users." in found.about
