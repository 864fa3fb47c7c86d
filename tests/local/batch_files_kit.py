"""Files to score in a deployed environment: dropped into the bucket, and what becomes of them."""

import io
import json
import subprocess
import sys
from typing import Any

import pandas as pd

from local_cloud import clients
from tests.local.endpoints_kit import until
from tests.local.release_kit import GROUP, Platform

USE_CASE = "flight_delays"
PIPELINE = f"{GROUP}-batch"


class BatchFiles:
    """The prefix of files to score, the folders of runs, and the batch pipeline."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.s3 = platform.cloud.client("s3")
        self.raw = platform.physical("local-data", "AWS::S3::Bucket", "Raw")
        self.processed = platform.physical("local-data", "AWS::S3::Bucket", "Processed")

    def records(self, label: str, count: int) -> pd.DataFrame:
        """Records that the pipeline kept for serving, as a client would send them, and `record_id`."""
        key = next(key for key in self.keys("") if key.endswith("/serving/serving.parquet"))
        table = pd.read_parquet(io.BytesIO(self._read(key)))
        return table.drop(columns=label).sample(count, random_state=1).reset_index(drop=True)

    def drop(self, name: str, content: str) -> None:
        self.s3.put_object(Bucket=self.raw, Key=f"to-score/{USE_CASE}/{name}", Body=content.encode())

    def executions(self) -> list[dict[str, Any]]:
        answer = self.platform.sagemaker.list_pipeline_executions(PipelineName=PIPELINE, SortOrder="Ascending")
        return list(answer["PipelineExecutionSummaries"])

    def under_way(self) -> str:
        """Wait for an execution that does something; return its ARN."""

        def step() -> str | None:
            for execution in self.executions():
                arn = str(execution["PipelineExecutionArn"])
                steps = self.platform.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
                if execution["PipelineExecutionStatus"] == "Executing" and steps["PipelineExecutionSteps"]:
                    return arn
            return None

        return str(until(step, 60, "an execution of the batch pipeline"))

    def runs(self) -> list[dict[str, str]]:
        """Records of all runs, oldest first."""
        table = self.platform.physical("local-control", "AWS::DynamoDB::Table", "BatchRuns")
        items = self.platform.cloud.client("dynamodb").scan(TableName=table)["Items"]
        plain = [{key: next(iter(value.values())) for key, value in item.items()} for item in items]
        return sorted((item for item in plain if item["item"].startswith("run#")), key=lambda item: item["item"])

    def ended(self, count: int) -> dict[str, str]:
        """Wait until so many runs are over; return the last."""

        def over() -> dict[str, str] | None:
            runs = self.runs()
            return runs[-1] if len(runs) == count and runs[-1]["result"] != "started" else None

        try:
            return dict(until(over, 120, f"the end of run {count}"))
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.runs()}\n{self.function_log()}") from error

    def function_log(self) -> str:
        group = self.platform.physical("local-control", "AWS::Logs::LogGroup", "BatchLogs")
        events = self.platform.cloud.client("logs").filter_log_events(logGroupName=group)["events"]
        return "\n".join(event["message"] for event in events[-40:])

    def ops(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "ops", "batch", *arguments]
        environment = clients.environment(self.platform.cloud.port)
        return subprocess.run(
            command, cwd=clients.ROOT, env=environment, check=True, capture_output=True, text=True
        ).stdout

    def manifests(self) -> list[dict[str, Any]]:
        """All manifests, oldest first."""
        return [json.loads(self._read(key)) for key in self.keys("batch/") if key.endswith("/manifest.json")]

    def results(self, file: str) -> list[dict[str, Any]]:
        """Results of a file, of whatever run, below whatever folder: a reader who looks at all of them."""
        keys = [key for key in self.keys("batch/") if key.endswith(f"/results/{file}.jsonl")]
        return [json.loads(line) for key in keys for line in self._read(key).splitlines()]

    def errors(self, run: str) -> list[dict[str, Any]]:
        text = self._read(f"{USE_CASE}/batch/{run}/errors/errors.jsonl")
        return [json.loads(line) for line in text.splitlines()]

    def keys(self, below: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.processed, Prefix=f"{USE_CASE}/{below}")
        return sorted(item["Key"] for page in pages for item in page.get("Contents", []))

    def _read(self, key: str) -> bytes:
        return bytes(self.s3.get_object(Bucket=self.processed, Key=key)["Body"].read())


def json_lines(table: pd.DataFrame) -> str:
    return str(table.to_json(orient="records", date_format="iso", lines=True))
