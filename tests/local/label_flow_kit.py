"""The labelling of handwritten_digits as it is deployed: function, table, machine, workers, and what came of runs."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from label import handler
from local_cloud import clients
from local_cloud.clients import REGION
from ops.label import function, objects
from ops.target import Target
from pipelines_src.handwritten_digits import raw_data
from tests.local.endpoints_kit import until
from tests.local.held_out import said
from tests.local.release_kit import Platform

USE_CASE = "handwritten_digits"
STACK, TEAM = "local-handwritten-digits-labeling", "local-handwritten-digits"
MACHINE = f"arn:aws:states:{REGION}:000000000000:stateMachine:{TEAM}-label"
TAG = "local-cloud:simulated-workers"


class CrashError(Exception):
    """The function is killed."""


class Labelling:
    """What tests do with the deployed labelling, and see of it. `root`: the repository that is deployed."""

    def __init__(self, platform: Platform, root: Path, folder: Path) -> None:
        self.platform, self._root, self._folder = platform, root, folder
        self.client = platform.cloud.client
        self.function = platform.physical("local-control", "AWS::Lambda::Function", "Label")
        self.table = platform.physical("local-control", "AWS::DynamoDB::Table", "Labels")
        self.raw, self.labelled = (
            platform.physical("local-data", "AWS::S3::Bucket", name) for name in ("Raw", "Label")
        )
        raw_data.write_objects(folder / "every")
        [table] = raw_data.write(folder / "raw")
        truth = pd.read_parquet(table, columns=["image", "digit"]).astype(str)
        self.truth = {f"{image}.png": digit for image, digit in zip(truth["image"], truth["digit"], strict=True)}

    def ops(self, *words: str) -> str:
        """Return what a command says that runs as people run it; `target` is for what can do without a process."""
        return said(self._root, *words, env={**os.environ, **clients.environment(self.platform.cloud.port)})

    @property
    def target(self) -> Target:
        target = Target.alone("local", USE_CASE)
        services = {"functions": "lambda", "states": "stepfunctions"}
        for name in ("s3", "dynamodb", "sagemaker", "cloudformation", *services):
            target.__dict__[name] = self.client(services.get(name, name))
        return target

    def bring(self, *names: str) -> str:
        """Bring objects, and the truth that simulated workers know."""
        folder = self._folder / f"some-{names[0]}"
        folder.mkdir()
        for name in names:
            (folder / name).symlink_to(self._folder / "every" / name)
        prefix = f"s3://{self.raw}/to-label/{USE_CASE}"
        lines = [{"source-ref": f"{prefix}/{name}", "truth": digit} for name, digit in self.truth.items()]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        self.client("s3").put_object(Bucket=self.labelled, Key="truth.jsonl", Body=text.encode())
        return objects.upload(self.target, folder)

    def start(self) -> dict[str, str]:
        """Begin a run, and return its record."""
        assert "began run" in function.ask(self.target, begin=True, insist=True)
        return self.items("run#")[-1]

    def go_on(self, platform: Platform) -> None:
        """Take a cloud that was started again."""
        self.platform, self.client = platform, platform.cloud.client

    def workers(self, how: str) -> None:
        """Make workers up for the team; empty: nobody works but people."""
        sagemaker = self.client("sagemaker")
        arn = sagemaker.describe_workteam(WorkteamName=TEAM)["Workteam"]["WorkteamArn"]
        if how:
            tag = {"Key": TAG, "Value": f"{how} truth=s3://{self.labelled}/truth.jsonl"}
            sagemaker.add_tags(ResourceArn=arn, Tags=[tag])
        else:
            sagemaker.delete_tags(ResourceArn=arn, TagKeys=[TAG])

    def items(self, start: str) -> list[dict[str, str]]:
        """Return records whose names begin so, in their order."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        plain = [
            {key: next(iter(value.values())) for key, value in item.items()} for page in pages for item in page["Items"]
        ]
        return sorted((item for item in plain if item["item"].startswith(start)), key=lambda item: item["item"])

    def over(self, runs: int, seconds: float = 120) -> dict[str, str]:
        """Wait until as many runs are over, and return the last one's record."""

        def look() -> dict[str, str] | None:
            found = self.items("run#")
            return found[runs - 1] if len(found) >= runs and found[runs - 1]["result"] != "started" else None

        try:
            return dict(until(look, seconds, f"the end of run {runs}"))
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.items('run#')}\n{self.log()}") from error

    def log(self) -> str:
        group = self.platform.physical("local-control", "AWS::Logs::LogGroup", "LabelLogs")
        events = self.client("logs").filter_log_events(logGroupName=group)["events"][-40:]
        return "\n".join(event["message"] for event in events)

    def began(self, run: dict[str, str]) -> bool:
        """Whether a run has a job that workers see."""
        found = self.client("sagemaker").list_labeling_jobs(
            NameContains=f"{TEAM}-{int(run['number'])}-", MaxResults=100
        )
        return "InProgress" in {one["LabelingJobStatus"] for one in found["LabelingJobSummaryList"]}

    def job(self, run: dict[str, str]) -> dict[str, Any]:
        """Return the only job of a run."""
        number = int(run["number"])
        found = self.client("sagemaker").list_labeling_jobs(NameContains=f"{TEAM}-{number}-", MaxResults=100)
        [name] = [one["LabelingJobName"] for one in found["LabelingJobSummaryList"]]
        described: dict[str, Any] = self.client("sagemaker").describe_labeling_job(LabelingJobName=name)
        return described

    def labels(self) -> dict[str, str]:
        """Return the labelled set, each object with its category; an object that stands there twice is an error."""
        lines = [line for key in self.keys(f"{USE_CASE}/labelled/") for line in self.read(key).splitlines()]
        parsed = [json.loads(line) for line in lines]
        names = Counter(line["ml-loop-object"]["name"] for line in parsed)
        assert [name for name, count in names.items() if count > 1] == []
        return {line["ml-loop-object"]["name"]: line["label-metadata"]["class-name"] for line in parsed}

    def answers(self, run: dict[str, str]) -> dict[str, Counter[str]]:
        """Return who answered about each object of a run how often, by its line in the manifest."""
        below = f"{USE_CASE}/labelling/{run['run']}/output/"
        found: dict[str, Counter[str]] = {}
        for key in self.keys(below):
            if "/worker-response/" in key:
                workers = Counter(answer["workerId"] for answer in json.loads(self.read(key))["answers"])
                found.setdefault(key.split("/")[-2], Counter()).update(workers)
        return found

    def keys(self, prefix: str) -> list[str]:
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.labelled, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read(self, key: str) -> str:
        return str(self.client("s3").get_object(Bucket=self.labelled, Key=key)["Body"].read().decode())

    def look(self, **look: Any) -> dict[str, Any]:
        """Have the deployed function look."""
        payload = json.dumps({"use_case": USE_CASE, **look}).encode()
        answer = self.client("lambda").invoke(FunctionName=self.function, Payload=payload)
        told: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, told
        return told

    @contextmanager
    def nobody_else_looks(self) -> Iterator[None]:
        """Turn the rules off that would have the function look."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        rows = [row for page in pages for row in page["StackResourceSummaries"]]
        rules = [row["PhysicalResourceId"].split("|")[-1] for row in rows if row["ResourceType"] == "AWS::Events::Rule"]
        events = self.client("events")
        for rule in rules:
            events.disable_rule(Name=rule)
        yield
        for rule in rules:
            events.enable_rule(Name=rule)


class Dying:
    """The function in this process, with the deployed one's settings; it is killed before any one call to AWS."""

    def __init__(self, labelling: Labelling, patch: Any) -> None:
        found = labelling.client("lambda").get_function_configuration(FunctionName=labelling.function)
        for name, value in found["Environment"]["Variables"].items():
            patch.setenv(name, value)
        patch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
        self._calls, self._last = 0, 0
        made = {name: labelling.client(name) for name in ("s3", "sagemaker", "stepfunctions", "ssm", "dynamodb")}
        for client in made.values():
            client.meta.events.register("before-call", self._count)
        patch.setattr(handler, "client", made.__getitem__)

    def _count(self, **_: Any) -> None:
        # Clients are shared with the test, whose own calls nothing kills.
        self._calls += 1
        if self._last and self._calls == self._last:
            raise CrashError

    def until_done(self, **look: Any) -> int:
        """Kill the function before its first call, the next one before its second, ... until one is not; count them."""
        killed = 0
        while True:
            self._calls, self._last = 0, killed + 1
            try:
                handler.lambda_handler({"use_case": USE_CASE, **look}, Context())
            except CrashError:
                killed += 1
            else:
                return killed
            finally:
                self._last = 0


class Context:
    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "x"
