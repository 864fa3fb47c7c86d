"""Sections of a dashboard on what learns: pipelines and the loop, labelling, batch transforms."""

from collections.abc import Mapping

from constructs.dashboard_widgets import Line, Widget, metric, search
from constructs.use_case_board import Row, UseCaseBoard

PIPELINES, MACHINES = "AWS/Sagemaker/ModelBuildingPipeline", "AWS/States"
LABELLED = ("TotalDatasetObjectsLabeled", "DatasetObjectsLabelingFailed")
_RUNS = {"ExecutionStarted": "started", "ExecutionSucceeded": "succeeded", "ExecutionFailed": "failed"}


def pipelines(board: UseCaseBoard) -> list[Row]:
    """Return runs of the training pipeline and what comes before it, and turns of the loop."""
    said = "First: `python -m ops loop status {command}`: turns, why each began, how it ended." if (
        "retrain" in board.parts
    ) else (
        f"First: `aws sagemaker list-pipeline-executions --pipeline-name {board.name} --max-results 5`, then "
        "`list-pipeline-execution-steps` of the one that failed. A gate that fails is a failed run."
    )  # fmt: skip
    links = [("docs/training.md", "the pipeline")]
    if "retrain" in board.parts:
        links = [
            ("docs/runbooks/retraining.md#retrainfailed", "a training failed"),
            ("docs/runbooks/retraining.md#retrainrefused", "a model was refused"),
            ("docs/runbooks/retraining.md#retrainbudgetspent", "the budget is spent"),
        ]
    row = [board.section("Training", said, *links), *pipeline_runs(board, board.name, "Pipeline")]
    turns = {
        "RetrainProposed": "a challenger was proposed",
        "RetrainRefused": "refused by its gate",
        "RetrainFailed": "failed",
        "RetrainBudgetSpent": "budget spent, each look",
    }
    if "retrain" in board.parts:
        row.append(board.counted("Turns of the loop", turns))
    elif board.machine_arn is not None:
        row.append(_prepared(board, board.machine_arn))
    rows = [row]
    if "retrain" in board.parts and board.machine_arn is not None:
        rows.append([_prepared(board, board.machine_arn)])
    return [*rows, *_outcomes(board)]


def labelling(board: UseCaseBoard) -> list[Row]:
    """Return what waits for a label, and how labelling ends."""
    if "label" not in board.parts:
        return []
    said = (
        "First: `python -m ops label status {command}`: runs, and why each ended so. Objects that wait are counted "
        "hourly, while no job is under way; a job's own progress is beside them."
    )
    links = (
        ("docs/runbooks/labelling.md#labelfailed", "labelling failed"),
        ("docs/runbooks/labelling.md#labelsdoubtful", "labels are doubtful"),
        ("docs/runbooks/labelling.md#an-object-is-not-labelled", "an object is not labelled"),
    )
    ended = {"LabelSucceeded": "labelled", "LabelFailed": "failed", "LabelsDoubtful": "doubtful"}
    # Ground Truth's documentation names no namespace for these.
    jobs = search(LABELLED, "", (), {"LabelingJobName": f"{board.name}*"}, stat="Maximum",
                  label="${PROP('MetricName')} ${PROP('Dim.LabelingJobName')}")  # fmt: skip
    waiting = board.counted("Objects that wait for a label", {"ObjectsToLabel": "waiting"}, stat="Maximum")
    row = [board.section("Labelling", said, *links), waiting, board.counted("Labelling jobs and imports", ended)]
    return [[*row, board.graph("Progress of jobs, objects", [jobs])]]


def batch(board: UseCaseBoard) -> list[Row]:
    """Return how batch transforms end."""
    if "batch" not in board.parts:
        return []
    said = (
        "First: `python -m ops batch show {command}`: runs, why each began and how it ended. Files wait, none is lost."
    )
    links = (
        ("docs/runbooks/batch-transform.md#batchfailed", "a batch failed"),
        ("docs/runbooks/batch-transform.md#a-file-is-not-scored", "a file is not scored"),
    )
    ended = {"BatchSucceeded": "succeeded", "BatchFailed": "failed, waits for a person"}
    return [
        [
            board.section("Batch transforms", said, *links),
            *pipeline_runs(board, f"{board.name}-batch", "Batch pipeline"),
            board.counted("Batches", ended),
        ]
    ]


def _outcomes(board: UseCaseBoard) -> list[Row]:
    if "experiment" not in board.parts:
        return []
    said = (
        f"`{board.name}-outcomes` joins captures with outcomes for each look at an experiment. First: `python -m ops "
        "experiment status {command}`"
    )
    link = ("docs/runbooks/experiments.md#experimentwithoutsums", "looks without sums")
    return [
        [board.section("Outcomes", said, link), *pipeline_runs(board, f"{board.name}-outcomes", "Outcomes pipeline")]
    ]


def pipeline_runs(board: UseCaseBoard, pipeline: str, title: str) -> list[Widget]:
    """Return how the runs of a pipeline end, and how long they take."""
    lines = _lines(PIPELINES, {"PipelineName": pipeline}, _RUNS | {"ExecutionStopped": "stopped"})
    duration = [metric(PIPELINES, "ExecutionDuration", {"PipelineName": pipeline}, stat="Maximum", label="longest")]
    return [
        board.graph(f"{title}: runs", lines, period=3600),
        board.graph(f"{title}: duration, milliseconds", duration, period=3600),
    ]


def _prepared(board: UseCaseBoard, machine_arn: str) -> Widget:
    names = {
        "ExecutionsStarted": "started",
        "ExecutionsSucceeded": "succeeded",
        "ExecutionsFailed": "failed",
        "ExecutionsTimedOut": "timed out",
    }
    lines = _lines(MACHINES, {"StateMachineArn": machine_arn}, names)
    return board.graph("Preparation ahead of the pipeline: runs", lines, period=3600)


def _lines(namespace: str, dimensions: Mapping[str, str], names: Mapping[str, str]) -> list[Line]:
    return [metric(namespace, name, dimensions, label=label) for name, label in names.items()]
