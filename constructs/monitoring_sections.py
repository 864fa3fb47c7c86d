"""Sections of a dashboard on what the monitors see: drift by feature, quality over time."""

from collections.abc import Sequence

from constructs.dashboard_widgets import Line, Widget, expression, search
from constructs.loop_sections import pipeline_runs
from constructs.use_case_board import NAMESPACE, Row, UseCaseBoard

# What every metric of a monitor has; those of a column have `Feature` besides.
OF_VARIANT = ("Endpoint", "Environment", "UseCase", "Variant")
VIOLATIONS = ("data_quality_violations", "model_quality_violations", "bias_violations", "explainability_violations")
_WORST = 20  # lines of a graph: more cannot be told apart
_PERIOD = 3600
_VARIANT, _FEATURE, _NAME = "${PROP('Dim.Variant')}", "${PROP('Dim.Feature')}", "${PROP('MetricName')}"


def monitoring(board: UseCaseBoard) -> list[Row]:
    """Return drift by feature, violations, and quality with its interval, of all variants and features there are."""
    if "monitor" not in board.parts:
        return []
    runs = [] if board.native_monitor else pipeline_runs(board, f"{board.name}-monitoring", "Monitoring pipeline")
    looks = {"MonitorFailed": "failed", "MonitorOverdue": "windows overdue, each look"}
    return [
        [
            _first(board),
            board.graph(*_worst(board), width=12, stat="Maximum", period=_PERIOD, legend={"position": "right"}),
            board.graph("Violations, by monitor", _of_variant(board, VIOLATIONS, f"{_NAME} {_VARIANT}"),
                        stat="Maximum", period=_PERIOD),
        ],
        [
            board.graph("Violations, by feature", [_by_feature(board, "feature_violations")], stat="Maximum",
                        period=_PERIOD),
            *([_quality(board, board.figure)] if board.figure else []),
            board.graph("Records looked at", _of_variant(board, ("captured_records", "bad_records",
                        "labelled_predictions"), f"{_NAME} {_VARIANT}"), stat="Maximum", period=_PERIOD),
        ],
        [board.counted("Looks", looks), *runs],
    ]  # fmt: skip


def _first(board: UseCaseBoard) -> Widget:
    report = (
        "`python -m ops monitor status {command}`: what SageMaker's schedules found, and where"
        if board.native_monitor
        else "`python -m ops monitor report {command}`: what has changed, by how much, what to do"
    )
    said = (
        f"First: {report}. Drift alone takes nothing from callers; a worse figure does.\n\nMonitors run by the day or "
        "hour: choose a week or more above."
    )
    links = (
        ("docs/runbooks/monitoring.md#modelqualityviolations", "quality is lost"),
        ("docs/runbooks/monitoring.md#dataqualityviolations", "data has drifted"),
        ("docs/runbooks/monitoring.md#monitoroverdue", "looks are missing"),
    )
    return board.section("Monitoring", said, *links)


def _worst(board: UseCaseBoard) -> tuple[str, list[Line]]:
    """Return the columns that need a look most; Model Monitor publishes no distance of any."""
    if board.native_monitor:
        title = f"Share of values that are there, by feature, the {_WORST} lowest"
        return title, [_by_feature(board, "completeness", "MIN, ASC")]
    title = f"Drift by feature: distance from the baseline, the {_WORST} farthest"
    return title, [_by_feature(board, "drift_simple")]


def _quality(board: UseCaseBoard, figure: str) -> Widget:
    names = tuple(f"quality_{figure}{end}" for end in ("", "_lower", "_upper"))
    lines = _of_variant(board, names, f"{_VARIANT} {_NAME}")
    title = f"Quality over time: {figure} with its interval of 95 %"
    return board.graph(title, lines, width=12, stat="Average", period=_PERIOD, yAxis={}, legend={"position": "right"})


def _where(board: UseCaseBoard) -> dict[str, str]:
    return {"Environment": board.environment, "Endpoint": board.name}


def _of_variant(board: UseCaseBoard, names: Sequence[str], label: str) -> list[Line]:
    return [search(names, NAMESPACE, OF_VARIANT, _where(board), stat="Maximum", label=label, seconds=_PERIOD)]


def _by_feature(board: UseCaseBoard, name: str, order: str = "MAX, DESC") -> Line:
    dimensions = (*OF_VARIANT, "Feature")
    label = f"{_FEATURE} {_VARIANT}"
    [found] = search([name], NAMESPACE, dimensions, _where(board), stat="Maximum", label=label, seconds=_PERIOD)
    return expression(f"SORT({found['expression']}, {order}, {_WORST})", label, "e1")
