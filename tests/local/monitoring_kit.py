"""An endpoint that captures, a baseline of it, and what definitions and schedules are made of."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.images import image
from local_cloud import clients
from pipelines_src.native_monitor import record_preprocessor
from pipelines_src.steps import files
from pipelines_src.steps.monitoring import documents
from tests.local.endpoints_kit import Kit, until
from tests.unit import monitoring_kit

ANALYZER = image("model-monitor", clients.REGION)
# At this hour or the next none begins by itself, which would be one more than a test asked for.
DAILY = f"cron(0 {(datetime.now(UTC).hour + 12) % 24} ? * * *)"


class World(Kit):
    """An endpoint that captures, a baseline of it, and what definitions and schedules are made of."""

    endpoint: str

    def definition(self, kind: str, **changes: Any) -> dict[str, Any]:
        given: dict[str, Any] = {
            "EndpointInput": {"EndpointName": self.endpoint, "LocalPath": "/opt/ml/processing/input/endpoint"}
        }
        application: dict[str, Any] = {
            "ImageUri": ANALYZER,
            "RecordPreprocessorSourceUri": f"s3://{self.bucket}/code/preprocessor.py",
        }
        if kind == "ModelQuality":
            given["GroundTruthS3Input"] = {"S3Uri": f"s3://{self.bucket}/ground-truth"}
            given["EndpointInput"] |= {"InferenceAttribute": "prediction", "ProbabilityAttribute": "probability"}
            application["ProblemType"] = "BinaryClassification"
        output = {"S3Uri": f"s3://{self.bucket}/results", "LocalPath": "/opt/ml/processing/output"}
        names = {"DataQuality": ("constraints", "statistics"), "ModelQuality": ("quality",)}[kind]
        resources = dict(zip(("ConstraintsResource", "StatisticsResource"), names, strict=False))
        return {
            f"{kind}AppSpecification": application,
            f"{kind}BaselineConfig": {
                key: {"S3Uri": f"s3://{self.bucket}/baseline/{name}.json"} for key, name in resources.items()
            },
            f"{kind}JobInput": given,
            f"{kind}JobOutputConfig": {"MonitoringOutputs": [{"S3Output": output}]},
            "JobResources": {
                "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}
            },
            "NetworkConfig": {"EnableNetworkIsolation": True, "EnableInterContainerTrafficEncryption": True},
            "RoleArn": self.role,
            **changes,
        }

    def schedule(self, name: str, expression: str = DAILY, kind: str = "DataQuality") -> dict[str, Any]:
        config = {
            "MonitoringJobDefinitionName": name,
            "MonitoringType": kind,
            "ScheduleConfig": {"ScheduleExpression": expression},
        }
        return {"MonitoringScheduleName": name, "MonitoringScheduleConfig": config}

    def status(self, name: str) -> str:
        return str(self.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)["MonitoringScheduleStatus"])

    def at_rest(self, name: str) -> None:
        until(lambda: self.status(name) != "Pending", 10, f"{name} to be at rest")

    def ended(self, name: str, executions: int = 1) -> dict[str, Any]:
        """Wait until a schedule has had so many executions, and return the newest."""

        def found() -> Any:
            listed = self.sagemaker.list_monitoring_executions(MonitoringScheduleName=name)
            newest = listed["MonitoringExecutionSummaries"]
            if len(newest) < executions or newest[0]["MonitoringExecutionStatus"] in ("Pending", "InProgress"):
                return None
            return newest[0]

        return dict(until(found, 60, f"an execution of {name}"))

    def capture(self, records: list[Any], answers: list[Any]) -> None:
        """Write a capture file of this hour, as the endpoint does after some seconds; no other is left."""
        for one in self.s3.list_objects_v2(Bucket=self.bucket, Prefix="captured/").get("Contents", []):
            self.s3.delete_object(Bucket=self.bucket, Key=one["Key"])
        now = datetime.now(UTC)
        lines = []
        for place, (record, answer) in enumerate(zip(records, answers, strict=True)):
            data = {
                name: {"data": json.dumps(each), "encoding": "JSON", "observedContentType": "application/json"}
                for name, each in (("endpointInput", record), ("endpointOutput", {"predictions": [answer]}))
            }
            meta = {"eventId": f"e{place}", "inferenceId": f"r{place}", "inferenceTime": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
            lines.append(json.dumps({"captureData": data, "eventMetadata": meta, "eventVersion": "0"}))
        for variant in ("champion", "challenger"):
            key = f"captured/{self.endpoint}/{variant}/{now:%Y/%m/%d/%H}/a.jsonl"
            half = lines[::2] if variant == "champion" else lines[1::2]
            self.s3.put_object(Bucket=self.bucket, Key=key, Body="\n".join(half).encode())

    def left(self, execution: dict[str, Any], name: str) -> Any:
        job = self.sagemaker.describe_processing_job(ProcessingJobName=execution["ProcessingJobArn"].rpartition("/")[2])
        uri = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        key = f"{uri.partition(self.bucket)[2].lstrip('/')}/{name}.json"
        return json.loads(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())


def make_world(local_cloud: Any, client: Callable[..., Any]) -> World:
    world = World(client, local_cloud.port, "monitored")
    world.make_echo("echo")
    capture = {
        "EnableCapture": True, "InitialSamplingPercentage": 100, "DestinationS3Uri": f"s3://{world.bucket}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    }  # fmt: skip
    config = world.make_config("config", {"champion": ("monitored-echo", 1)}, DataCaptureConfig=capture)
    world.endpoint = world.make_endpoint("endpoint", config)
    before = monitoring_kit.profile({"distance": [1.0, 2.0, 3.0] * 100, "origin": ["JFK", "LGA"] * 150})
    quality = {"binary_classification_constraints": {
        "recall": {"threshold": 0.9, "comparison_operator": "LessThanThreshold"}}}  # fmt: skip
    for name, document in {
        "constraints": documents.constraints(before), "statistics": documents.statistics(before), "quality": quality,
    }.items():  # fmt: skip
        world.s3.put_object(Bucket=world.bucket, Key=f"baseline/{name}.json", Body=files.json_text(document).encode())
    script = Path(record_preprocessor.__file__).read_bytes()
    world.s3.put_object(Bucket=world.bucket, Key="code/preprocessor.py", Body=script)
    return world
