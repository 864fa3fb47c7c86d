"""The section `monitor` with SageMaker Model Monitor: what it can do, what it refuses, and that people are warned."""

from types import SimpleNamespace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match
from botocore.exceptions import ClientError
from pydantic import ValidationError

from app import SETTINGS
from config import ConfigError, load_environment, load_use_case
from config.closed_services import closed_services
from config.remarks import remarks
from config.training_image import require_images
from config.use_case.monitor_agreement import monitor_terms, monitors_of
from config.use_case.native_monitor import native_schedule
from monitor.events import Terms
from ops.monitor.account import findings
from stacks import platform_stage
from stacks.platform_stage import PlatformStage
from tests.unit.native_monitor_kit import use_case


@pytest.mark.parametrize(
    ("schedule", "expression", "hours"),
    [
        ("rate(1 hour)", "cron(0 * ? * * *)", 1),
        ("rate(6 hours)", "cron(0 0/6 ? * * *)", 6),
        ("rate(24 hours)", "cron(0 0 ? * * *)", 24),
        ("rate(1 day)", "cron(0 0 ? * * *)", 24),
        ("cron(0 * * * ? *)", "cron(0 * ? * * *)", 1),
        ("cron(0 3 ? * * *)", "cron(0 3 ? * * *)", 24),
        ("cron(0 1/2 * * ? *)", "cron(0 1/2 ? * * *)", 2),
    ],
)
def test_schedules_as_sagemaker_spells_them(schedule: str, expression: str, hours: int) -> None:
    assert native_schedule(schedule) == (expression, hours)


@pytest.mark.parametrize(
    ("section", "key", "says"),
    [
        ({"schedule": "rate(5 hours)"}, "schedule", "divide a day"),
        ({"schedule": "rate(2 days)", "window_hours": 48}, "schedule", "divide a day"),
        ({"schedule": "cron(30 3 * * ? *)"}, "schedule", "divide a day"),
        ({"schedule": "cron(0 3 ? * MON-FRI *)"}, "schedule", "divide a day"),
        ({"window_hours": 12}, "window_hours", "write 24"),
        ({"monitors": ("data_quality", "explainability")}, "monitors", "choose `backend: processing_job`"),
        ({"monitors": ("bias",), "facets": ({"name": "origin", "values": ("JFK",)},)}, "monitors", "Clarify"),
        ({"facets": ({"name": "origin", "values": ("JFK",)},)}, "facets", "remove it"),
        ({"alpha": 0.05}, "alpha", "rules are its own"),
        ({"features": 5}, "features", "remove it"),
        ({"tolerances": {"types": 0.1}}, "tolerances.types", "constraints.json"),
        ({"schedule": "rate(1 hour)", "window_hours": 1}, "max_runtime_seconds", "up to 1800"),
    ],
)
def test_what_model_monitor_cannot_do_is_refused(section: dict[str, Any], key: str, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        use_case(**section)
    assert says in str(caught.value)
    assert key in str(caught.value)


def test_it_watches_what_it_can_and_the_function_is_told_so() -> None:
    case = use_case(tolerances={"quality": 0.1}, max_runtime_seconds=7200)
    assert case.monitor
    assert monitors_of(case.problem, case.train, case.monitor) == ("data_quality", "model_quality")
    terms = Terms.model_validate(monitor_terms(case, case.monitor, 30))
    assert (terms.backend, terms.window_hours, terms.outcome_hours) == ("model_monitor", 24, 24)
    assert terms.tolerances == {"quality": 0.1}


def test_a_region_without_its_image_is_refused() -> None:
    environment = load_environment("dev").model_copy(update={"region": "us-gov-west-1"})
    with pytest.raises(ConfigError, match="SageMaker's image model-monitor is known"):
        require_images(environment, use_case())


def test_who_has_experiments_is_told_that_variants_are_not_told_apart() -> None:
    prod = load_environment("prod")
    assert [text for text in remarks(prod, [use_case()]) if "cannot tell apart" in text]
    assert not [text for text in remarks(prod, [load_use_case("flight_delays")]) if "cannot tell apart" in text]


def test_people_are_warned_that_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    [closed] = closed_services(use_case())
    assert "30 July 2026" in closed.text
    monkeypatch.setattr(platform_stage, "load_use_case", lambda _: use_case())
    stage = PlatformStage(cdk.App(context=SETTINGS), load_environment("dev"))
    stack = stage.node.find_child("FlightDelaysMonitoring")
    assert isinstance(stack, cdk.Stack)
    Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp(".*30 July 2026.*Alternative.*"))


class Account:
    """SageMaker as preflight sees it."""

    def __init__(
        self, schedules: list[dict[str, str]], executions: list[dict[str, str]], refuses: bool = False
    ) -> None:
        self.schedules, self.executions, self.refuses = schedules, executions, refuses

    def list_monitoring_schedules(self, **_: Any) -> dict[str, Any]:
        if self.refuses:
            raise ClientError(
                {"Error": {"Code": "AccessDeniedException", "Message": "closed"}}, "ListMonitoringSchedules"
            )
        return {"MonitoringScheduleSummaries": self.schedules}

    def list_monitoring_executions(self, **_: Any) -> dict[str, Any]:
        return {"MonitoringExecutionSummaries": self.executions}


@pytest.mark.parametrize(
    ("account", "good", "says"),
    [
        (
            Account([{"MonitoringScheduleName": "a", "MonitoringScheduleStatus": "Scheduled"}], []),
            [True, True],
            "a is Sch",
        ),
        (
            Account([{"MonitoringScheduleName": "a", "MonitoringScheduleStatus": "Failed"}], []),
            [True, False],
            "is Failed",
        ),
        (Account([], [{"MonitoringScheduleName": "old"}]), [True], "the account has old"),
        (Account([], []), [None], "AWS may refuse the first"),
    ],
)
def test_preflight_asks_the_account(account: Account, good: list[bool | None], says: str) -> None:
    target: Any = SimpleNamespace(
        use_case=use_case(), sagemaker=account, environment=load_environment("dev"), name="dev-flight-delays"
    )
    found = list(findings(target))
    assert [one.good for one in found] == good
    assert says in found[-1].text


def test_preflight_of_an_account_that_is_refused() -> None:
    target: Any = SimpleNamespace(use_case=use_case(), sagemaker=Account([], [], refuses=True))
    [first] = findings(target)
    assert (first.good, "closed" in first.text, "processing_job" in first.text) == (False, True, True)
    own = SimpleNamespace(use_case=SimpleNamespace(monitor=SimpleNamespace(backend="processing_job")))
    [finding] = findings(own)  # type: ignore[arg-type]
    assert finding.good
