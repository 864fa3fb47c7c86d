"""Sections of a dashboard on what serves: requests, releases and experiments."""

from constructs.dashboard_widgets import Line, Widget, expression, metric, search
from constructs.use_case_board import Row, UseCaseBoard

SAGEMAKER, INSTANCES = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
OF_VARIANT = ("EndpointName", "VariantName")
_RUNBOOK = "docs/runbooks/release.md"


def endpoint(board: UseCaseBoard) -> list[Row]:
    """Return what callers see of the endpoint, by variant: whichever variants there are."""
    said = (
        "First: `python -m ops release status {command}` - did it begin with a release? Then `python -m ops release "
        f"rollback {{command}}`.\n\nLog: `aws logs tail /aws/sagemaker/Endpoints/{board.name} --since 1h`\n\n4XX: what "
        "callers sent; 5XX: the model."
    )
    links = (
        (f"{_RUNBOOK}#championalarmserrors", "errors"),
        (f"{_RUNBOOK}#championalarmslatency", "slow answers"),
        ("docs/runbooks/release.md#scaling", "scaling"),
    )
    slow = {"horizontal": [{"value": board.latency_ms * 1000, "label": "p99 of the model alarms from here"}]}
    errors = [_of_variants(board, f"Invocation{kind}XXErrors", "Sum", f"{kind}XX", f"e{kind}") for kind in ("4", "5")]
    return [
        [
            board.section("Endpoint", said, *links),
            board.graph("Requests a minute, by variant", [_of_variants(board, "Invocations", "Sum")], stacked=True,
                        period=60),
            board.graph("Errors, by variant", errors, period=60),
            board.graph("Model latency, microseconds", _percentiles(board, "ModelLatency"), annotations=slow),
        ],
        [
            board.graph("Overhead latency, microseconds", _percentiles(board, "OverheadLatency")),
            *(_containers(board) if board.serverless else _instances(board)),
        ],
    ]  # fmt: skip


def releases(board: UseCaseBoard) -> list[Row]:
    """Return how releases end."""
    said = (
        "First: `python -m ops release status {command}`: what is live, and why the last release ended as it did. The "
        "model before serves on when one fails."
    )
    links = (
        (f"{_RUNBOOK}#releasefailed", "a release failed"),
        (f"{_RUNBOOK}#releaseblocked", "releases are blocked"),
        (f"{_RUNBOOK}#rejectedmodellive", "a rejected model is live"),
    )
    names = {
        "ReleaseSucceeded": "succeeded",
        "ReleaseFailed": "failed",
        "ReleaseBlocked": "blocked, each look",
        "RejectedModelLive": "rejected and live, each look",
    }
    return [[board.section("Releases", said, *links), board.counted("Releases", names, width=18)]]


def experiment(board: UseCaseBoard) -> list[Row]:
    """Return how many requests the challenger gets, and what experiments came to."""
    if "experiment" not in board.parts:
        return []
    said = (
        "First: `python -m ops experiment status {command}`: share, looks, why. Take the challenger's requests away: "
        "`python -m ops experiment stop {command} --reason ...`"
    )
    links = (
        ("docs/runbooks/experiments.md#experimentasks", "a person is asked"),
        ("docs/runbooks/experiments.md#experimentwithoutsums", "no sums"),
        ("docs/runbooks/assignment.md", "assignment"),
    )
    decided = {
        "ExperimentPromoted": "promoted",
        "ExperimentWithdrawn": "withdrawn",
        "ExperimentStopped": "stopped",
        "ExperimentOvertaken": "overtaken",
    }
    waits = {
        "ExperimentAsks": "asks a person, each look",
        "ExperimentWithoutSums": "no sums, each look",
        "ExperimentBlocked": "endpoint not in service, each look",
        "WeightsUnread": "weights unread",
        "ExposureLost": "exposures lost",
    }
    return [
        [
            board.section("Experiment", said, *links),
            board.graph("Exposure: challenger's share of requests, %", _share(board),
                        yAxis={"left": {"min": 0, "max": 100}}),
            board.counted("Decisions", decided),
            board.counted("What experiments wait for", waits),
        ]
    ]  # fmt: skip


def _of_variants(board: UseCaseBoard, name: str, stat: str, label: str = "", line: str = "e1") -> Line:
    variant = "${PROP('Dim.VariantName')}"
    where = {"EndpointName": board.name}
    label = f"{variant} {label}".strip()
    return search([name], SAGEMAKER, OF_VARIANT, where, stat=stat, label=label, name=line, seconds=60)


def _percentiles(board: UseCaseBoard, name: str) -> list[Line]:
    return [_of_variants(board, name, stat, stat, stat) for stat in ("p50", "p99")]


def _instances(board: UseCaseBoard) -> list[Widget]:
    label, where = "${PROP('Dim.VariantName')}", {"EndpointName": board.name}

    def highest(name: str) -> list[Line]:
        return [search([name], INSTANCES, OF_VARIANT, where, stat="Maximum", label=label)]

    return [
        board.graph("CPU of an instance, % (100 a core)", highest("CPUUtilization")),
        board.graph("Memory of an instance, %", highest("MemoryUtilization")),
        board.graph(
            "Requests a minute and instance", [_of_variants(board, "InvocationsPerInstance", "Sum")], period=60
        ),
    ]


def _containers(board: UseCaseBoard) -> list[Widget]:
    used = _of_variants(board, "ServerlessConcurrentExecutionsUtilization", "Maximum")
    memory = search(["MemoryUtilization"], INSTANCES, OF_VARIANT, {"EndpointName": board.name}, stat="Maximum",
                    label="memory")  # fmt: skip
    return [
        board.graph("Share of the concurrency in use", [used]),
        board.graph("Memory of a container, %", [memory]),
        board.graph("Start of a container, microseconds", [_of_variants(board, "ModelSetupTime", "Maximum")]),
    ]


def _share(board: UseCaseBoard) -> list[Line]:
    lines = [
        metric(SAGEMAKER, "Invocations", {"EndpointName": board.name, "VariantName": variant}, id=name, visible=False)
        for name, variant in (("m1", "champion"), ("m2", "challenger"))
    ]
    return [*lines, expression("100 * FILL(m2, 0) / (FILL(m1, 0) + FILL(m2, 0))", "challenger", "e1")]
