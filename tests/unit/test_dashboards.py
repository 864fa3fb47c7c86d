"""The dashboards of every environment: as documented, of metrics that there are, with every alarm on them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from config import Environment, environment_names, load_environment, load_use_case
from config.use_case.label import Label
from config.use_case.monitor import Monitor
from config.use_case.retrain import Retrain
from stacks.dashboard_stack import MOST_USE_CASES, DashboardStack
from tests.labelling import label
from tests.serverless import environment as serverless
from tests.unit import dashboard_kit as kit
from tests.unit import native_monitor_kit

ROOT = Path(__file__).resolve().parents[2]
Plain = Callable[[Any], Any]


def bodies(resources: dict[str, Any], plain: Plain) -> dict[str, kit.Body]:
    """The dashboards of a template, by their names."""
    found = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::CloudWatch::Dashboard"]
    return {one["DashboardName"]: kit.check(plain(one["DashboardBody"])) for one in found}


def made(environment: Environment, plain: Plain, use_cases: Any = None, alarms: int = 5) -> dict[str, kit.Body]:
    """The dashboards of an environment alone."""
    cases = use_cases or [load_use_case(name) for name in environment.use_cases]
    stack = DashboardStack(
        cdk.App(),
        "Dashboard",
        environment=environment,
        use_cases=cases,
        own_alarms=["dev-control-One"],
        alarms={case.name: [f"dev-{case.slug}-{number}" for number in range(alarms)] for case in cases},
        env=cdk.Environment(region=environment.region),
    )
    return bodies(Template.from_stack(stack).to_json()["Resources"], plain)


def everything(name: str = "flight_delays") -> Any:
    """A use case with every section that dashboards know of."""
    changes = {"name": name, "label": label(), "retrain": Retrain(schedule="rate(30 days)")}
    case = load_use_case("flight_delays")
    return case.model_copy(update={**changes, "prepare": case.prepare.model_copy(update={"engine": "glue"})})


def series(body: kit.Body, features: int = 30) -> int:
    """How many metrics a body has at the most, with two variants and the features that become metrics by default."""

    def most(namespace: str, dimensions: frozenset[str]) -> int:
        if "Feature" in dimensions:
            return 2 * features
        return 20 if namespace == "AWS/Lambda" else 2 if dimensions & {"Variant", "VariantName"} else 1

    return sum(most(namespace, dimensions) for namespace, _, dimensions in kit.lines(body))


def texts(body: kit.Body) -> str:
    return "\n".join(widget["properties"].get("markdown", "") for widget in body["widgets"])


def titles(body: kit.Body) -> list[str]:
    return [widget["properties"].get("title", "") for widget in body["widgets"]]


@pytest.mark.parametrize("name", environment_names())
def test_an_environment_has_a_dashboard_that_shows_all_its_alarms(name: str, templates: Any, plain: Plain) -> None:
    found = bodies(templates[f"{name}-dashboard"]["Resources"], plain)
    assert list(found) == [f"ml-loop-{name}"]
    widgets = [widget for widget in found[f"ml-loop-{name}"]["widgets"] if widget["type"] == "alarm"]
    shown = {arn.rpartition(":")[2] for widget in widgets for arn in widget["properties"]["alarms"]}
    there = {
        resource["Properties"]["AlarmName"]
        for stack, template in templates.items()
        if stack.startswith(f"{name}-")
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert shown == there
    ringing = {arn for widget in widgets if "states" in widget["properties"] for arn in widget["properties"]["alarms"]}
    assert len(ringing) == len(there)
    titles_of_graphs = " ".join(titles(found[f"ml-loop-{name}"]))
    for wanted in (
        "by variant",
        "latency",
        "Drift by feature",
        "Quality over time",
        "Exposure",
        "Pipeline: runs",
        "USD",
    ):
        assert wanted in titles_of_graphs


@pytest.mark.parametrize("name", environment_names())
def test_every_metric_is_one_that_there_is(name: str, templates: Any, plain: Plain) -> None:
    [body] = bodies(templates[f"{name}-dashboard"]["Resources"], plain).values()
    lines = list(kit.lines(body))
    assert len(lines) > 40
    for namespace, metric, dimensions in lines:
        assert dimensions in kit.metrics().get((namespace, metric), set()), (namespace, metric, set(dimensions))


def test_every_metric_of_every_section_is_one_that_there_is(plain: Plain) -> None:
    [whole] = made(load_environment("dev"), plain, [everything()]).values()
    [small] = made(serverless(), plain).values()
    shown = {line for body in (whole, small) for line in kit.lines(body)}
    for namespace, metric, dimensions in shown:
        assert dimensions in kit.metrics().get((namespace, metric), set()), (namespace, metric, set(dimensions))
    # The other way round: what functions count is on a dashboard, whether it is good or bad.
    own = {metric for namespace, metric, dimensions in shown if dimensions == kit.OF_USE_CASE}
    assert own == kit.counted() == kit.documented()
    assert own >= set(kit.findings())
    for wanted in ("Objects that wait for a label", "Turns of the loop", "Preparation ahead of the pipeline: runs"):
        assert wanted in titles(whole)
    assert "Share of the concurrency in use" in titles(small)


def test_a_metric_that_nobody_sends_would_be_found() -> None:
    assert ("MlLoop", "ReleaseFailed") in kit.metrics()
    assert ("MlLoop", "ReleaseLost") not in kit.metrics()
    assert kit.metrics()["MlLoop", "drift_simple"] == {kit.OF_VARIANT | {"Feature"}}
    assert kit.metrics()["MlLoop", "quality_auc_lower"] == {kit.OF_VARIANT}
    body = {
        "widgets": [
            {
                "properties": {
                    "metrics": [
                        [{"expression": "SORT(SEARCH('{A/B,C,D} MetricName=\"x\" C=y', 'Sum', 60), MAX, DESC, 2)"}]
                    ]
                }
            }
        ]
    }
    assert list(kit.lines(body)) == [("A/B", "x", frozenset({"C", "D"}))]


def test_searches_ask_for_the_use_cases_own_in_the_environment(templates: Any, plain: Plain) -> None:
    [body] = bodies(templates["dev-dashboard"]["Resources"], plain).values()
    queries = [
        query
        for widget in body["widgets"]
        for line in widget["properties"].get("metrics", ())
        for query in re.findall(
            r"SEARCH\('(.*?)', '", str(line[0].get("expression", "") if isinstance(line[0], dict) else "")
        )
    ]
    assert len(queries) > 15
    for query in queries:
        assert '"dev-flight-delays"' in query or "=dev-control" in query or 'Currency="USD"' in query, query
    assert '{MlLoop,Endpoint,Environment,Feature,UseCase,Variant} MetricName="drift_simple" Environment="dev"' in str(
        queries
    )


def test_fifty_use_cases_are_five_dashboards_below_every_limit(plain: Plain) -> None:
    cases = [everything(f"case{number}") for number in range(50)]
    found = made(load_environment("prod"), plain, cases, alarms=20)
    assert list(found) == ["ml-loop-prod", *(f"ml-loop-prod-{number}" for number in range(2, 6))]
    first = found["ml-loop-prod"]
    shown = {arn for widget in first["widgets"] for arn in widget["properties"].get("alarms", ())}
    assert len(shown) == 50 * 20 + 1
    for name, body in found.items():
        assert series(body) <= 2500, name
        own = cases[int(name.rpartition("-")[2]) * 10 - 10 :][:10] if name[-1].isdigit() else cases[:MOST_USE_CASES]
        assert all(f"## {case.name}\n" in texts(body) for case in own)


def test_use_cases_that_publish_many_features_share_a_dashboard_with_few(plain: Plain) -> None:
    wide = Monitor(features=200)
    cases = [everything(f"case{number}").model_copy(update={"monitor": wide}) for number in range(5)]
    found = made(load_environment("prod"), plain, cases)
    assert [texts(body).count("### Monitoring") for body in found.values()] == [2, 2, 1]
    assert all(series(body, 200) <= 2500 for body in found.values())


def test_no_use_case_is_a_dashboard_of_functions_and_queues(plain: Plain) -> None:
    environment = load_environment("dev").model_copy(update={"use_cases": ()})
    [body] = made(environment, plain, [] or None).values()
    assert "Use cases: none yet" in texts(body)


def test_texts_say_what_to_do_first_and_link_to_headings(templates: Any, plain: Plain) -> None:
    [body] = made(load_environment("dev"), plain, [everything()]).values()
    sections = [text for text in texts(body).split("### ") if "runbooks/" in text]
    assert len(sections) >= 7
    assert all("First: " in section and "`" in section for section in sections)
    assert "python -m ops release status dev flight_delays" in texts(body)
    paths = set(re.findall(r"docs/[\w/.-]+(?:#[\w-]+)?", texts(body)))
    assert len(paths) > 15
    for path in paths:
        file, _, heading = path.partition("#")
        assert (ROOT / file).exists(), path
        assert not heading or heading in headings(file), path


def headings(file: str) -> set[str]:
    from tests.unit.test_runbooks import slug

    return {slug(line) for line in re.findall(r"^#+ (.+)$", (ROOT / file).read_text(), re.MULTILINE)}


def test_links_lead_to_the_repository_where_its_address_is_known(plain: Plain) -> None:
    url = "https://git.example.com/ml-loop/blob/main"
    environment = load_environment("dev").model_copy(update={"repository_url": url})
    [body] = made(environment, plain).values()
    assert f"[a release failed]({url}/docs/runbooks/release.md#releasefailed)" in texts(body)


def test_an_environment_may_do_without(synthesise: Callable[..., Any]) -> None:
    written = load_environment("dev").model_dump(mode="json", exclude_unset=True) | {"dashboard": False}
    assert "dev-dashboard" not in synthesise(Environment.model_validate(written))


def test_the_stack_keeps_no_other_stack(templates: Any) -> None:
    stack = templates["dev-dashboard"]
    assert {one["Type"] for one in stack["Resources"].values()} == {"AWS::CloudWatch::Dashboard"}
    assert "ImportValue" not in json.dumps(stack)


@pytest.mark.parametrize("url", ["http://git.example.com", "https://git.example.com/(x)", "git.example.com"])
def test_an_address_that_would_break_a_link_is_refused(url: str) -> None:
    written = load_environment("dev").model_dump(mode="json", exclude_unset=True)
    with pytest.raises(ValueError, match="repository_url"):
        Environment.model_validate(written | {"repository_url": url})


def test_what_model_monitor_watches_shows_what_it_publishes(plain: Plain) -> None:
    [body] = made(load_environment("dev"), plain, [native_monitor_kit.use_case()]).values()
    found = titles(body)
    assert any(title.startswith("Share of values that are there") for title in found)
    assert not [title for title in found if title.startswith(("Drift by feature", "Monitoring pipeline"))]
    assert "python -m ops monitor status dev flight_delays" in texts(body)
    for namespace, metric, dimensions in kit.lines(body):
        assert dimensions in kit.metrics().get((namespace, metric), set()), (namespace, metric, set(dimensions))


def test_labels_are_a_section_of_those_who_are_labelled_alone(plain: Plain) -> None:
    [body] = made(load_environment("dev"), plain).values()
    assert "Objects that wait for a label" not in titles(body)
    imported = load_use_case("flight_delays").model_copy(
        update={
            "label": Label.model_validate(
                {"backend": "manifest_import", "task": label().task.model_dump(exclude_unset=True)}
            )
        }
    )
    [body] = made(load_environment("dev"), plain, [imported]).values()
    assert "Objects that wait for a label" in titles(body)
