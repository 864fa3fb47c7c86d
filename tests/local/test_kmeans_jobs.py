"""The built-in K-means through the API: training, an endpoint and batch transform, on scikit-learn's digits."""

import io
import json
import re
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits

from config.images import image
from local_cloud.clients import REGION
from local_cloud.sagemaker.images import mxnet_ndarray, recordio
from local_cloud.sagemaker.jobs.process import abilities
from tests.local.endpoints_kit import Kit, until
from tests.needs import need

IMAGE = image("kmeans", REGION)
DIGITS, TARGET = load_digits().data.astype(np.float32), load_digits().target
TRAIN, TEST = DIGITS[:1400], DIGITS[1400:]
ENOUGH = {"k": "10", "feature_dim": "64"}
RECORDIO = "application/x-recordio-protobuf"


def csv(rows: Any) -> bytes:
    return "".join(",".join(map(str, row)) + "\n" for row in rows.tolist()).encode()


def squared_to_nearest(rows: Any, centers: Any) -> Any:
    return ((rows[:, None].astype(float) - centers[None]) ** 2).sum(axis=2).min(axis=1)


@dataclass
class World:
    """The bucket with the digits, and what training made of them."""

    kit: Kit
    logs: Any
    job: dict[str, Any]
    centers: Any


def definition(kit: Kit) -> dict[str, Any]:
    """What training on the digits is, in a job and in tuning."""

    def channel(name: str, content_type: str) -> dict[str, Any]:
        place = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{kit.bucket}/data/{name}/"}
        return {"ChannelName": name, "ContentType": content_type, "DataSource": {"S3DataSource": place}}

    return {
        "RoleArn": kit.role,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "InputDataConfig": [channel("train", RECORDIO), channel("test", "text/csv;label_size=0")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{kit.bucket}/models"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "EnableNetworkIsolation": True,
    }


def start(kit: Kit, name: str, hyperparameters: dict[str, str], **changes: Any) -> dict[str, Any]:
    """Train and return the job's end."""
    request = {"TrainingJobName": name, "HyperParameters": hyperparameters, **definition(kit), **changes}
    kit.sagemaker.create_training_job(**request)
    return ended(lambda: kit.sagemaker.describe_training_job(TrainingJobName=name), "TrainingJobStatus")


def ended(describe: Callable[[], dict[str, Any]], status: str) -> dict[str, Any]:
    def done() -> Any:
        job = describe()
        return job if job[status] not in {"InProgress", "Stopping"} else None

    job: dict[str, Any] = until(done, what="the end of the job")
    return job


def centers_of(kit: Kit, job: dict[str, Any]) -> Any:
    """Return the centers of a job's model, which holds nothing else."""
    key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{kit.bucket}/")
    packed = kit.s3.get_object(Bucket=kit.bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        [member] = archive.getmembers()
        assert member.name == "model_algo-1"
        file = archive.extractfile(member)
        assert file is not None
        arrays = mxnet_ndarray.load(file.read())
    assert isinstance(arrays, list)
    [centers] = arrays
    return centers


@pytest.fixture(scope="module")
def world(local_cloud: Any, client: Callable[..., Any]) -> World:
    kit = Kit(client, local_cloud.port, "kmeans")
    kit.s3.put_object(Bucket=kit.bucket, Key="data/train/part-0", Body=recordio.write(TRAIN[:700]))
    kit.s3.put_object(Bucket=kit.bucket, Key="data/train/part-1", Body=recordio.write(TRAIN[700:]))
    kit.s3.put_object(Bucket=kit.bucket, Key="data/test/rows.csv", Body=csv(TEST))
    job = start(kit, "kmeans-digits", {**ENOUGH, "eval_metrics": '["msd","ssd"]'})
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    centers = centers_of(kit, job)
    model = {
        "Image": IMAGE,
        "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"],
        "Environment": {"SAGEMAKER_PROGRAM": "nothing.py"},  # the image runs no scripts
    }
    kit.sagemaker.create_model(
        ModelName="kmeans-digits", ExecutionRoleArn=kit.role, EnableNetworkIsolation=True, PrimaryContainer=model
    )
    return World(kit, client("logs"), job, centers)


def test_the_model_is_the_centers_of_tight_clusters(world: World) -> None:
    assert (world.centers.shape, world.centers.dtype) == ((10, 64), np.float32)
    best = KMeans(10, n_init=10, random_state=0).fit(TRAIN).inertia_
    assert squared_to_nearest(TRAIN, world.centers).sum() <= 1.03 * best


def test_the_documented_metrics_are_found_in_the_log(world: World) -> None:
    squared = squared_to_nearest(TEST, world.centers)
    final = {metric["MetricName"]: metric["Value"] for metric in world.job["FinalMetricDataList"]}
    assert final == {"test:msd": pytest.approx(squared.mean(), rel=1e-6), "test:ssd": pytest.approx(squared.sum())}
    group = "/aws/sagemaker/TrainingJobs"
    [stream] = world.logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="kmeans-digits/")["logStreams"]
    events = world.logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    log = "\n".join(event["message"] for event in events)
    assert "shrinking 100 centers into 10" in log
    assert "#progress_metric: host=algo-1, completed 100.0 % of epochs" in log
    attempts = re.findall(r"local kmeans attempt #\d+\. Current mean square distance (\S+)", log)
    [loss] = re.findall(r"#quality_metric: host=algo-1, train msd <loss>=(\S+)", log)
    assert len(attempts) == 10
    assert float(loss) == pytest.approx(min(map(float, attempts)), abs=1e-6)


def test_an_endpoint_names_the_closest_cluster_of_each_row(world: World) -> None:
    config = world.kit.make_config("digits", {"champion": ("kmeans-digits", 1)})
    endpoint = world.kit.make_endpoint("digits", config)
    distances = np.sqrt(((TEST[:, None].astype(float) - world.centers[None]) ** 2).sum(axis=2))

    def answer(body: bytes, content_type: str) -> list[dict[str, float]]:
        reply = world.kit.runtime.invoke_endpoint(EndpointName=endpoint, Body=body, ContentType=content_type)
        predictions: list[dict[str, float]] = json.loads(reply["Body"].read())["predictions"]
        return predictions

    try:
        found = answer(recordio.write(TEST), RECORDIO)
        assert answer(csv(TEST), "text/csv") == found
    finally:
        world.kit.delete(endpoint)
    assert [one["closest_cluster"] for one in found] == distances.argmin(axis=1).tolist()
    assert [one["distance_to_cluster"] for one in found] == pytest.approx(distances.min(axis=1), rel=1e-6)


@pytest.mark.parametrize("split", ["Line", "None"])
def test_batch_transform_gives_a_line_for_each_row(world: World, split: str) -> None:
    kit, name = world.kit, f"kmeans-{split.lower()}"
    place = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{kit.bucket}/data/test/"}
    kit.sagemaker.create_transform_job(
        TransformJobName=name, ModelName="kmeans-digits",
        TransformInput={"DataSource": {"S3DataSource": place}, "ContentType": "text/csv", "SplitType": split},
        TransformOutput={
            "S3OutputPath": f"s3://{kit.bucket}/{name}", "Accept": "application/jsonlines", "AssembleWith": "Line",
        },
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )  # fmt: skip
    job = ended(lambda: kit.sagemaker.describe_transform_job(TransformJobName=name), "TransformJobStatus")
    assert job["TransformJobStatus"] == "Completed", job.get("FailureReason")
    lines = kit.s3.get_object(Bucket=kit.bucket, Key=f"{name}/rows.csv.out")["Body"].read().splitlines()
    distances = ((TEST[:, None].astype(float) - world.centers[None]) ** 2).sum(axis=2)
    assert [json.loads(line)["closest_cluster"] for line in lines] == distances.argmin(axis=1).tolist()


def test_several_instances_train_one_model_on_their_shards(world: World) -> None:
    need(abilities().isolate_network, "This system has no network namespaces for several instances.")
    # One instance sees only small digits, one only great ones, and one none, since there are two files.
    kit, small = world.kit, TARGET[:1400] < 5
    kit.s3.put_object(Bucket=kit.bucket, Key="data/apart/part-0", Body=recordio.write(TRAIN[small]))
    kit.s3.put_object(Bucket=kit.bucket, Key="data/apart/part-1", Body=recordio.write(TRAIN[~small]))
    three = {"InstanceCount": 3, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
    channels = definition(kit)["InputDataConfig"]
    place = {"S3Uri": f"s3://{kit.bucket}/data/apart/", "S3DataDistributionType": "ShardedByS3Key"}
    channels[0]["DataSource"]["S3DataSource"].update(place)
    hyperparameters = {**ENOUGH, "mini_batch_size": "200", "epochs": "2"}
    job = start(kit, "kmeans-three", hyperparameters, ResourceConfig=three, InputDataConfig=channels)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    centers = centers_of(kit, job)
    best = KMeans(10, n_init=10, random_state=0).fit(TRAIN).inertia_
    assert squared_to_nearest(TRAIN, centers).sum() <= 1.05 * best  # the small digits alone would give 1.4
    final = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert final == {"test:msd": pytest.approx(squared_to_nearest(TEST, centers).mean(), rel=1e-6)}


def test_tuning_looks_at_the_metric_that_it_asks_for(world: World) -> None:
    ranges = {"IntegerParameterRanges": [{"Name": "extra_center_factor", "MinValue": "4", "MaxValue": "10"}]}
    world.kit.sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="kmeans-tuning",
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "test:ssd"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": ranges,
        },
        TrainingJobDefinition={"StaticHyperParameters": ENOUGH, **definition(world.kit)},
    )

    def describe() -> dict[str, Any]:
        job: dict[str, Any] = world.kit.sagemaker.describe_hyper_parameter_tuning_job(
            HyperParameterTuningJobName="kmeans-tuning"
        )
        return job

    job = ended(describe, "HyperParameterTuningJobStatus")
    assert job["TrainingJobStatusCounters"]["Completed"] == 2
    best = job["BestTrainingJob"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["MetricName"] == "test:ssd"
    assert 4 <= int(best["TunedHyperParameters"]["extra_center_factor"].strip('"')) <= 10


@pytest.mark.parametrize(
    ("name", "hyperparameters", "reason"),
    [
        ("missing", {"k": "10"}, "No value(s) were specified for 'feature_dim'"),
        ("width", {**ENOUGH, "feature_dim": "63"}, "part-0 of channel train has 64 features, feature_dim is 63"),
        ("script", {**ENOUGH, "sagemaker_program": "train.py"}, "Additional properties are not allowed"),
    ],
)
def test_a_customers_mistake_fails_the_job_as_one(
    world: World, name: str, hyperparameters: dict[str, str], reason: str
) -> None:
    job = start(world.kit, f"kmeans-wrong-{name}", hyperparameters)
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(f"ClientError: {reason}")
    assert job["FailureReason"].endswith("exit code: 2")
