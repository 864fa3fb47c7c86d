"""What the files of SageMaker Model Monitor say, under the names of the project's own figures. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.native import Found

_CHECKS = (
    "data_type_check", "completeness_check", "baseline_drift_check", "missing_column_check", "extra_column_check",
    "categorical_values_check",
)  # fmt: skip


def measured(found: Found, files: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what an execution found as a list like `metrics.json` of the project's own jobs.

    Args:
        found: the execution.
        files: `statistics` and `constraint_violations`, as far as there are any.
    """
    counted = "labelled_predictions" if found.monitor == "model_quality" else "captured_records"
    if found.nothing:
        return [_metric(counted, 0)]
    statistics = files.get("statistics", {})
    violations = files.get("constraint_violations", {}).get("violations", [])
    metrics = [
        _metric(counted, statistics.get("dataset", {}).get("item_count", 0)),
        _metric(f"{found.monitor}_violations", len(violations)),
    ]
    more = _of_quality(statistics) if found.monitor == "model_quality" else _of_data(statistics, violations)
    return [*metrics, *more]


def _of_data(statistics: Mapping[str, Any], violations: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for check in _CHECKS:
        yield _metric(f"{check}_violations", sum(one["constraint_check_type"] == check for one in violations))
    for feature in statistics.get("features", []):
        name = feature["name"]
        common = (feature.get("numerical_statistics") or feature.get("string_statistics") or {}).get("common", {})
        rows = common.get("num_present", 0) + common.get("num_missing", 0)
        if rows:
            yield _metric("completeness", common["num_present"] / rows, name, "None")
        yield _metric("feature_violations", sum(one["feature_name"] == name for one in violations), name)


def _of_quality(statistics: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for section, figures in statistics.items():
        if section.endswith("_metrics"):
            for name, figure in figures.items():
                value = figure.get("value") if isinstance(figure, dict) else None
                if isinstance(value, int | float) and value == value:  # noqa: PLR0124 - nan is no figure
                    yield _metric(f"quality_{name}", value, None, "None")


def _metric(name: str, value: float, feature: str | None = None, unit: str = "Count") -> dict[str, Any]:
    return {"name": name, "value": float(value), "unit": unit} | ({} if feature is None else {"feature": feature})
