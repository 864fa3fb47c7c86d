"""What CloudWatch documents of dashboards, and which metrics there are: the product's own, and those of AWS."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from constructs.finding_alarms import FindingAlarms
from pipelines_src.steps.monitoring import bias, data_quality, explanations, quality
from pipelines_src.steps.monitoring.answered import Arrays
from pipelines_src.steps.monitoring.request import Request
from tests.unit import monitoring_kit
from tests.unit.outcomes_kit import case

ROOT = Path(__file__).resolve().parents[2]
Body = dict[str, Any]
Named = Mapping[tuple[str, str], set[frozenset[str]]]  # namespace and name -> sets of dimensions

OF_USE_CASE = frozenset({"Environment", "UseCase"})
OF_VARIANT = OF_USE_CASE | {"Endpoint", "Variant"}
ENDPOINT = frozenset({"EndpointName", "VariantName"})
# Developer guide of SageMaker: "Metrics for monitoring", "Alarms and logs for tracking metrics from serverless
# endpoints"; guides of Lambda, SQS, Step Functions: "CloudWatch metrics"; Billing: "Monitor charges".
_DOCUMENTED: dict[tuple[str, frozenset[str]], tuple[str, ...]] = {
    ("AWS/SageMaker", ENDPOINT): (
        "Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "InvocationsPerInstance", "ModelLatency",
        "OverheadLatency", "ModelSetupTime", "ServerlessConcurrentExecutionsUtilization",
    ),
    ("/aws/sagemaker/Endpoints", ENDPOINT): ("CPUUtilization", "MemoryUtilization", "DiskUtilization"),
    ("AWS/Sagemaker/ModelBuildingPipeline", frozenset({"PipelineName"})): (
        "ExecutionStarted", "ExecutionSucceeded", "ExecutionFailed", "ExecutionStopped", "ExecutionDuration",
    ),
    ("AWS/States", frozenset({"StateMachineArn"})): (
        "ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut",
    ),
    # Of Ground Truth no namespace is documented.
    ("", frozenset({"LabelingJobName"})): ("TotalDatasetObjectsLabeled", "DatasetObjectsLabelingFailed"),
    ("AWS/SQS", frozenset({"QueueName"})): ("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"),
    ("AWS/Lambda", frozenset({"FunctionName"})): ("Errors", "Throttles", "Duration"),
    ("AWS/Billing", frozenset({"Currency"})): ("EstimatedCharges",),
    ("AWS/Billing", frozenset({"Currency", "ServiceName"})): ("EstimatedCharges",),
}  # fmt: skip


@cache
def metrics() -> Named:
    """Return all metrics that there are."""
    found: dict[tuple[str, str], set[frozenset[str]]] = {}
    for (namespace, dimensions), names in _DOCUMENTED.items():
        for name in names:
            found.setdefault((namespace, name), set()).add(dimensions)
    for name in counted():
        found.setdefault(("MlLoop", name), set()).add(OF_USE_CASE)
    for name, feature in measured():
        found.setdefault(("MlLoop", name), set()).add(OF_VARIANT | ({"Feature"} if feature else set()))
    return found


@cache
def counted() -> set[str]:
    """Return the metrics that functions count: those of the table in docs/monitoring.md that their code speaks of."""
    texts = {
        node.value
        for path in (ROOT / "lambda").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return documented() & texts


def documented() -> set[str]:
    """Return the metrics of functions that docs/monitoring.md lists."""
    page = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    rows = page.partition("| metric | counts |")[2].partition("\n\n")[0]
    return set(re.findall(r"`(\w+)`", rows))


@cache
def measured() -> set[tuple[str, bool]]:
    """Return the metrics that the analyser really leaves, and whether they are about a column."""
    random = np.random.default_rng(0)
    columns = {"n": random.normal(size=200).tolist(), "t": random.choice(["a", "b"], 200).tolist()}
    asked = Request.of({"facets": [{"name": "site", "values": ["south"]}]})
    label, score = random.integers(0, 2, 400).astype("float64"), random.random(400)
    arrays = Arrays(label, score, (score > 0.5).astype("float64"), ((random.random(400) < 0.5).astype("float64"),))
    found = list(data_quality.result(monitoring_kit.baseline(columns), monitoring_kit.profile(columns), asked).metrics)
    for problem in ("binary_classification", "multiclass_classification", "regression"):
        of = case(problem, classes=["no", "yes"])
        whole = Arrays(label, label, label) if problem == "multiclass_classification" else arrays
        before = quality.result(whole, of, None, asked).files["statistics.json"]
        found += quality.result(whole, of, before, asked).metrics
    found += bias.result(arrays, arrays, asked).metrics
    found += explanations.result(["a", "b"], random.random((40, 2)), random.random((40, 2)), asked).metrics
    return {(one.name, one.feature is not None) for one in found}


def findings() -> dict[str, type[FindingAlarms]]:
    """Return which alarms watch which finding."""
    return {name: kind for kind in FindingAlarms.__subclasses__() for name in kind.findings}


def lines(body: Body) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield namespace, name and dimensions of each metric that a body names, in lines or in searches."""
    for widget in body["widgets"]:
        for line in widget["properties"].get("metrics", ()):
            if isinstance(line[0], dict):
                for query in re.findall(r"SEARCH\('(.*?)', '", line[0]["expression"]):
                    yield from _searched(query)
            else:
                parts = line[2:-1] if isinstance(line[-1], dict) else line[2:]
                assert len(parts) % 2 == 0, line
                yield line[0], line[1], frozenset(parts[::2])


def _searched(query: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    schema = re.match(r"\{(.*?)\} ", query)
    namespace, *dimensions = schema.group(1).split(",") if schema else [""]
    terms = re.findall(r"(\w+)=(\"[^\"]+\"|[\w-]+)", query.removeprefix(schema.group(0) if schema else ""))
    named = {key for key, _ in terms} - {"MetricName"}
    assert not schema or named <= set(dimensions), query
    for key, value in terms:
        if key == "MetricName":
            yield namespace.strip('"'), value.strip('"'), frozenset(dimensions or named)


_KEYS = {
    "metric": {
        "title", "region", "metrics", "view", "stat", "period", "stacked", "yAxis", "annotations", "legend", "liveData",
        "sparkline", "timezone", "table", "accountId",
    },
    "text": {"markdown", "background"},
    "alarm": {"alarms", "title", "sortBy", "states"},
}  # fmt: skip
_STATISTIC = re.compile(r"SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d+)?")
_RENDERED = {"color", "label", "period", "stat", "visible", "yAxis", "id"}


def check(text: str) -> Body:
    """Return a body; an AssertionError says what is not as "Dashboard Body Structure and Syntax" has it."""
    assert len(text.encode()) <= 1024 * 1024
    body: Body = json.loads(text)
    assert set(body) <= {"widgets", "variables", "start", "end", "periodOverride"}
    assert re.fullmatch(r"-P(T\d+[MH]|\d+[DWM])", body["start"])
    assert body["periodOverride"] in ("auto", "inherit")
    assert 0 < len(body["widgets"]) <= 500
    taken: set[tuple[int, int]] = set()
    for widget in body["widgets"]:
        assert set(widget) == {"type", "x", "y", "width", "height", "properties"}
        assert 0 <= widget["x"] < widget["x"] + widget["width"] <= 24, widget
        assert 1 <= widget["height"] <= 1000
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not taken & cells, widget
        taken |= cells
        assert set(widget["properties"]) <= _KEYS[widget["type"]], widget
        _PROPERTIES[widget["type"]](widget["properties"])
    return body


def _metric(properties: dict[str, Any]) -> None:
    assert {"title", "region", "metrics"} <= properties.keys()
    assert properties["view"] in ("timeSeries", "singleValue", "gauge", "bar", "pie", "table")
    assert properties["period"] % 60 == 0
    assert _STATISTIC.fullmatch(properties["stat"])
    assert 0 < len(properties["metrics"]) <= 500
    names = []
    for line in properties["metrics"]:
        shown = line[-1] if isinstance(line[-1], dict) else {}
        if "expression" in shown:
            assert len(line) == 1
            assert set(shown) == {"expression", "label", "id"}
            assert all(len(query) <= 1024 for query in re.findall(r"SEARCH\((.*?)\)", shown["expression"]))
        else:
            assert set(shown) <= _RENDERED, shown
            assert all(isinstance(part, str) and part for part in line[: -1 if shown else None]), line
        names += [shown["id"]] if "id" in shown else []
    assert len(set(names)) == len(names), properties["title"]
    assert all(re.fullmatch(r"[a-z]\w*", name) for name in names)


def _text(properties: dict[str, Any]) -> None:
    assert properties["markdown"].strip()


def _alarm(properties: dict[str, Any]) -> None:
    assert 1 <= len(properties["alarms"]) <= 100
    assert all(re.fullmatch(r"arn:[\w-]+:cloudwatch:[\w-]+:[^:]+:alarm:.+", arn) for arn in properties["alarms"])
    assert properties["sortBy"] in ("default", "stateUpdatedTimestamp", "timestamp")
    assert set(properties.get("states", ())) <= {"ALARM", "INSUFFICIENT_DATA", "OK"}


_PROPERTIES = {"metric": _metric, "text": _text, "alarm": _alarm}
