"""Small use cases of every way to train, and their pipelines up to the trained model, run on the local cloud."""

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from config import UseCase
from config.images import xgboost_image
from config.loading import ROOT
from config.training_image import training_image
from pipelines_src.definition.settings import PipelineSettings, Script
from pipelines_src.definition.use_case_pipeline import build_pipeline
from pipelines_src.job_code import assembled
from pipelines_src.script_code import archived
from pipelines_src.steps import archives
from tests.local.training_kit import TRUST
from tests.use_cases import NAME, use_case

__all__ = ["NAME", "use_case"]

REGION = "ap-northeast-1"
CENTRES = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])


def points(rows: int = 600, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    place = random.integers(0, 3, rows)
    values = CENTRES[place] + random.normal(scale=0.5, size=(rows, 2))
    return pd.DataFrame(
        {"id": np.arange(rows).astype(str), "x": values[:, 0], "y": values[:, 1], "first": (place == 0).astype(int)}
    )


@dataclass
class World:
    """A bucket, a role and the clients of a test module."""

    bucket: str
    role: str
    key: str
    client: Any

    @property
    def sagemaker(self) -> Any:
        return self.client("sagemaker")

    @property
    def s3(self) -> Any:
        return self.client("s3")

    @classmethod
    def make(cls, client: Any, name: str) -> "World":
        client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        allowed = {"Effect": "Allow", "Resource": "*",
                   "Action": ["s3:*", "kms:*", "logs:*", "cloudwatch:*", "sagemaker:*", "iam:PassRole"]}  # fmt: skip
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        client("iam").put_role_policy(RoleName=name, PolicyName="do", PolicyDocument=policy)
        world = cls(name, role, client("kms").create_key()["KeyMetadata"]["Arn"], client)
        world.put_points(points())
        return world

    def put_points(self, table: pd.DataFrame) -> None:
        """Make these the raw data."""
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        self.put("raw/points.parquet", buffer.getvalue())

    def put(self, key: str, content: bytes) -> str:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)
        return f"s3://{self.bucket}/{key}"

    def get(self, uri: str) -> bytes:
        key = uri.removeprefix(f"s3://{self.bucket}/")
        return bytes(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def keys(self, prefix: str) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return [item["Key"] for item in found]

    def unpack(self, uri: str, folder: Path) -> Path:
        with tarfile.open(fileobj=io.BytesIO(self.get(uri))) as archive:
            archives.extract(archive, folder)
        return folder

    def log(self, group: str, name: str) -> str:
        logs = self.client("logs")
        group = f"/aws/sagemaker/{group}"
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name)["logStreams"]
        pages = [logs.get_log_events(logGroupName=group, logStreamName=one["logStreamName"]) for one in streams]
        return "\n".join(event["message"] for page in pages for event in page["events"])


def sources(folder: Path, script: str | None = None) -> Path:
    """Return a `pipelines_src` with the steps and the use case, and its script `train.py`."""
    root = folder / "pipelines_src"
    own = root / NAME
    own.mkdir(parents=True)
    (root / "steps").symlink_to(ROOT / "pipelines_src" / "steps")
    (own / "__init__.py").write_text('"""Points."""\n')
    if script is not None:
        (own / "train.py").write_text(script)
    return root


def define(world: World, case: UseCase, source: Path, folder: Path, last: str = "Train") -> dict[str, Any]:
    """Upload a use case's code as the CDK does, and return its pipeline as far as a step."""
    with assembled(case, source) as code:
        packed = shutil.make_archive(str(folder / "code"), "zip", code)
    code_uri = world.put(f"{folder.name}/0123.zip", Path(packed).read_bytes())
    with archived(case, source) as archive:
        script = archive and Script(
            uri=world.put(f"{folder.name}/4567.tar.gz", archive.path.read_bytes()), file="4567.tar.gz"
        )
    settings = PipelineSettings(
        role_arn=world.role, image_uri=xgboost_image(REGION), training_image_uri=training_image(case, REGION).uri,
        code_uri=code_uri, code_file="0123.zip", code_hash="0123", wheels_uri=_no_wheels(world), script=script,
        raw_uri=f"s3://{world.bucket}/raw/", processed_uri=f"s3://{world.bucket}/{folder.name}/processed",
        models_uri=f"s3://{world.bucket}/{folder.name}/models", data_key=world.key, models_key=world.key,
        subnets=("subnet-0a1b2c3d",), security_groups=("sg-0a1b2c3d",), processing_instance="ml.m5.large",
        training_instance="ml.m5.large", endpoint_instances=("ml.m5.large",), volume_gb=10,
        model_package_group="points",
    )  # fmt: skip
    document = build_pipeline(case, settings).to_definition()
    names = [step["Name"] for step in document["Steps"]]
    return {**document, "Steps": document["Steps"][: names.index(last) + 1]}


def run(
    world: World, name: str, document: dict[str, Any], parameters: dict[str, str] | None = None, seconds: float = 120
) -> dict[str, Any]:
    """Run a pipeline and return the description of its job `Train`, a search's with the best job as `Best`."""
    arn = start(world, name, document, parameters)
    deadline = time.monotonic() + seconds
    while (status := world.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn))[
        "PipelineExecutionStatus"
    ] == "Executing":
        assert time.monotonic() < deadline, steps(world, arn)
        time.sleep(0.2)
    assert status["PipelineExecutionStatus"] == "Succeeded", _why(world, arn)
    return trained(world, arn)


def start(world: World, name: str, document: dict[str, Any], parameters: dict[str, str] | None = None) -> str:
    """Create or update a pipeline, start it, and return the execution's ARN."""
    names = {one["PipelineName"] for one in world.sagemaker.list_pipelines()["PipelineSummaries"]}
    act = world.sagemaker.update_pipeline if name in names else world.sagemaker.create_pipeline
    act(PipelineName=name, PipelineDefinition=json.dumps(document), RoleArn=world.role)
    given = [{"Name": key, "Value": value} for key, value in (parameters or {}).items()]
    return str(
        world.sagemaker.start_pipeline_execution(PipelineName=name, PipelineParameters=given)["PipelineExecutionArn"]
    )


def steps(world: World, arn: str) -> dict[str, dict[str, Any]]:
    listed = world.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    return {step["StepName"]: step for step in listed}


def trained(world: World, arn: str) -> dict[str, Any]:
    metadata = steps(world, arn)["Train"]["Metadata"]
    if "TuningJob" in metadata:
        name = metadata["TuningJob"]["Arn"].rpartition("/")[2]
        search: dict[str, Any] = world.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        return search
    name = metadata["TrainingJob"]["Arn"].rpartition("/")[2]
    job: dict[str, Any] = world.sagemaker.describe_training_job(TrainingJobName=name)
    return job


def judged(world: World, job: dict[str, Any], file: str = "evaluation.json") -> dict[str, Any]:
    """Return the evaluation of a job's model, or another file of it."""
    place = job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"].rpartition("/")[0]
    return dict(json.loads(world.get(f"{place}/evaluation/{file}")))


def answers(world: World, job: dict[str, Any], folder: Path, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the endpoint would answer with the package of a job's model, in a process of its own."""
    processed = job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"].rpartition("/")[0]
    package = world.unpack(f"{processed.replace('/processed/', '/models/')}/package/model.tar.gz", folder / "package")
    program = (
        "import sys; sys.path.insert(0, 'code'); import serve\n"
        "print(serve.transform_fn(serve.model_fn('.'), sys.argv[1], 'application/json', 'application/json')[0])"
    )
    command = [sys.executable, "-c", program, json.dumps({"instances": records})]
    done = subprocess.run(command, cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout)["predictions"])


def _no_wheels(world: World) -> str:
    """Upload a lock of nothing: the laptop has what jobs import."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("lock.txt", "")
    return world.put(f"wheels/{hashlib.sha256(b'').hexdigest()}", content.getvalue())


def _why(world: World, arn: str) -> str:
    found = []
    for name, step in steps(world, arn).items():
        for part in step.get("Metadata", {}).values():
            job = part["Arn"].rpartition("/")[2]
            group = "ProcessingJobs" if "processing" in part["Arn"] else "TrainingJobs"
            found.append(f"{name} {step['StepStatus']}: {step.get('FailureReason')}\n{world.log(group, job)[-3000:]}")
    return "\n".join(found) or str(steps(world, arn))
