"""How a training went: the metrics in a job's log."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pandas as pd

if TYPE_CHECKING:
    from sagemaker.train import ModelTrainer

_GROUP = "/aws/sagemaker/TrainingJobs"
# The built-in XGBoost prints "[3]<tab>train-auc:0.71<tab>validation-auc:0.68".
_ROUND = re.compile(r"\[\d+\]")
_IN_ROUND = re.compile(r"(?P<channel>[A-Za-z]+)-(?P<metric>[\w@.-]+?):(?P<value>[-+\d.]+(?:[eE][-+]?\d+)?)")


def learning_curve(trainer: "ModelTrainer") -> pd.DataFrame:
    """Return the metrics that the latest job of a trainer printed.

    Returns:
        A column per metric (`validation:auc`), a row per value, from 0: with XGBoost a round. Nothing for an algorithm
        that prints none, as K-means, whose figures are in `_latest_training_job.final_metric_data_list`. Of several
        machines the first that printed any.
    """
    job = trainer._latest_training_job  # the SDK's own way to it
    expressions = {one.name: re.compile(one.regex) for one in trainer._metric_definitions or []}
    logs: Any = boto3.client("logs", region_name=job.training_job_arn.split(":")[3])
    pages = logs.get_paginator("describe_log_streams").paginate(
        logGroupName=_GROUP, logStreamNamePrefix=f"{job.training_job_name}/"
    )
    for stream in (stream["logStreamName"] for page in pages for stream in page["logStreams"]):
        found: defaultdict[str, list[float]] = defaultdict(list)
        for line in _lines(logs, stream):
            for name, value in _metrics(line, expressions):
                found[name].append(value)
        if found:
            return pd.DataFrame({name: pd.Series(values) for name, values in found.items()})
    return pd.DataFrame()


def _lines(logs: Any, stream: str) -> Iterator[str]:
    more: dict[str, str] = {}
    while True:
        page = logs.get_log_events(logGroupName=_GROUP, logStreamName=stream, startFromHead=True, **more)
        yield from (event["message"] for event in page["events"])
        if page["nextForwardToken"] == more.get("nextToken"):  # the end gives its own token again
            return
        more = {"nextToken": page["nextForwardToken"]}


def _metrics(line: str, expressions: dict[str, re.Pattern[str]]) -> Iterator[tuple[str, float]]:
    for name, expression in expressions.items():
        if found := expression.search(line):
            yield name, float(found[1])
    if not expressions and _ROUND.search(line):
        for found in _IN_ROUND.finditer(line.replace("#011", " ")):
            yield f"{found['channel']}:{found['metric']}", float(found["value"])
