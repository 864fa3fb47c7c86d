"""Processing jobs: inputs, outputs, isolation, several instances, and what is refused."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.processing_kit import IMAGE, ended, log_of, make_world, output, source, start


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    return make_world(client, "jobs-processing")


def test_a_job_reads_its_input_and_its_output_is_encrypted(world: dict[str, Any]) -> None:
    world["s3"].put_object(Bucket="jobs-processing", Key="data/numbers.txt", Body=b"1\n2\n3\n")
    script = (
        "import json, os, pathlib\n"
        "base = pathlib.Path(os.environ['ML_LOOP_BASE_DIR'])\n"
        "total = sum(map(int, (base / 'processing/input/data/numbers.txt').read_text().split()))\n"
        "(base / 'processing/out/sum.txt').write_text(str(total))\n"
        "hosts = json.loads((base / 'config/resourceconfig.json').read_text())['hosts']\n"
        "job = json.loads((base / 'config/processingjobconfig.json').read_text())['ProcessingJobName']\n"
        "print('hosts', hosts, job, os.environ['COLOUR'])\n"
        "(base / 'output/message').write_text('summed')\n"
    )
    code = source("code", "s3://jobs-processing/proc-sum/code", "/opt/ml/processing/input/code")
    data = source("data", "s3://jobs-processing/data/numbers.txt", "/opt/ml/processing/input/data")
    begun = time.monotonic()
    start(
        world, "proc-sum", script, ProcessingInputs=[code, data], Environment={"COLOUR": "blue"},
        ProcessingOutputConfig={"Outputs": [output(world, "proc-sum")], "KmsKeyId": world["key"]},
    )  # fmt: skip
    job = ended(world, "proc-sum")
    print("seconds", time.monotonic() - begun)
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    assert job["ExitMessage"] == "summed"
    assert job["CreationTime"] <= job["ProcessingStartTime"] <= job["ProcessingEndTime"]
    result = world["s3"].get_object(Bucket="jobs-processing", Key="proc-sum/out/sum.txt")
    assert result["Body"].read() == b"6"
    assert (result["ServerSideEncryption"], result["SSEKMSKeyId"]) == ("aws:kms", world["key"])
    assert log_of(world, "proc-sum") == ["hosts ['algo-1'] proc-sum blue"]


def test_continuous_outputs_appear_while_the_job_runs(world: dict[str, Any]) -> None:
    script = "import time\nopen('/opt/ml/processing/out/early', 'w').write('x')\ntime.sleep(60)\n"
    outputs = {"Outputs": [output(world, "proc-follow", mode="Continuous")]}
    start(world, "proc-follow", script, ProcessingOutputConfig=outputs)
    deadline = time.monotonic() + 20
    while world["s3"].list_objects_v2(Bucket="jobs-processing", Prefix="proc-follow/out")["KeyCount"] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert world["sm"].describe_processing_job(ProcessingJobName="proc-follow")["ProcessingJobStatus"] == "InProgress"
    world["sm"].stop_processing_job(ProcessingJobName="proc-follow")
    assert ended(world, "proc-follow")["ProcessingJobStatus"] == "Stopped"


def test_an_isolated_job_has_no_network_no_credentials_and_its_own_opt_ml(world: dict[str, Any]) -> None:
    script = (
        "import os, socket, pathlib\n"
        "names = sorted(path.name for path in pathlib.Path('/opt/ml').iterdir())\n"
        "interfaces = sorted(name for _, name in socket.if_nameindex())\n"
        "print(names, interfaces, 'AWS_ACCESS_KEY_ID' in os.environ)\n"
        "with socket.create_server(('127.0.0.1', 0)) as own:\n"
        "    socket.create_connection(own.getsockname(), 1).close()\n"
        "port = int(os.environ['CLOUD_PORT'])\n"
        "try:\n"
        "    socket.create_connection(('127.0.0.1', port), 1)\n"
        "    print('reached')\n"
        "except OSError as error:\n"
        "    print('refused')\n"
    )
    port = world["sm"].meta.endpoint_url.rpartition(":")[2]
    for name, isolated in (("proc-isolated", True), ("proc-open", False)):
        start(
            world, name, script, Environment={"CLOUD_PORT": port},
            NetworkConfig={"EnableNetworkIsolation": isolated},
        )  # fmt: skip
        assert ended(world, name)["ProcessingJobStatus"] == "Completed"
    assert log_of(world, "proc-isolated") == ["['config', 'output', 'processing'] ['lo'] False", "refused"]
    assert log_of(world, "proc-open")[-1] == "reached"


def test_several_instances_share_keys(world: dict[str, Any]) -> None:
    for number in range(4):
        world["s3"].put_object(Bucket="jobs-processing", Key=f"shards/{number}.txt", Body=b"x")
    script = (
        "import json, os\n"
        "host = json.load(open('/opt/ml/config/resourceconfig.json'))['current_host']\n"
        "print(host, sorted(os.listdir('/opt/ml/processing/input/data')))\n"
        "open(f'/opt/ml/processing/out/{host}', 'w').write(host)\n"
    )
    code = source("code", "s3://jobs-processing/proc-shards/code/", "/opt/ml/processing/input/code")
    data = source(
        "data", "s3://jobs-processing/shards/", "/opt/ml/processing/input/data",
        S3DataDistributionType="ShardedByS3Key",
    )  # fmt: skip
    cluster = {"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
    start(
        world, "proc-shards", script, ProcessingInputs=[code, data],
        ProcessingResources={"ClusterConfig": cluster},
        ProcessingOutputConfig={"Outputs": [output(world, "proc-shards")]},
    )  # fmt: skip
    assert ended(world, "proc-shards")["ProcessingJobStatus"] == "Completed"
    expected = ["algo-1 ['0.txt', '2.txt']", "algo-2 ['1.txt', '3.txt']"]
    assert sorted(log_of(world, "proc-shards")) == expected
    assert world["s3"].list_objects_v2(Bucket="jobs-processing", Prefix="proc-shards/out")["KeyCount"] == 2


def test_instances_without_other_network_reach_each_other_and_one_that_fails_ends_both(world: dict[str, Any]) -> None:
    script = (
        "import json, socket, sys, time\n"
        "host = json.load(open('/opt/ml/config/resourceconfig.json'))['current_host']\n"
        "if host == 'algo-1':\n"
        "    server = socket.create_server(('127.0.0.1', 8123))\n"
        "    print(server.accept()[0].recv(99).decode(), flush=True)\n"
        "    time.sleep(60)\n"
        "while True:\n"
        "    try:\n        connection = socket.create_connection(('algo-1', 8123))\n        break\n"
        "    except ConnectionRefusedError:\n        time.sleep(0.1)\n"
        "connection.sendall(b'here is algo-2')\ntime.sleep(0.5)\nsys.exit('algo-2 has enough')\n"
    )
    cluster = {"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
    start(
        world, "proc-peers", script, ProcessingResources={"ClusterConfig": cluster},
        NetworkConfig={"EnableNetworkIsolation": True},
    )  # fmt: skip
    job = ended(world, "proc-peers")
    assert job["ProcessingJobStatus"] == "Failed"
    assert "algo-2 has enough" in job["FailureReason"]
    assert "here is algo-2" in log_of(world, "proc-peers")


def test_names_are_unique_and_unknown_jobs_are_refused_as_on_aws(world: dict[str, Any]) -> None:
    start(world, "proc-twice", "pass\n")
    with pytest.raises(ClientError, match="must be unique") as refusal:
        start(world, "proc-twice", "pass\n")
    assert refusal.value.response["Error"]["Code"] == "ResourceInUse"
    with pytest.raises(ClientError, match="Requested resource not found") as refusal:
        world["sm"].describe_processing_job(ProcessingJobName="proc-none")
    assert refusal.value.response["Error"]["Code"] == "ValidationException"
    ended(world, "proc-twice")


@pytest.mark.parametrize(
    ("changes", "text", "code"),
    [
        (
            {"AppSpecification": {"ImageUri": IMAGE.replace("sagemaker-xgboost", "mine")}},
            "known are kmeans, sagemaker-clarify-processing, .*, sagemaker-scikit",
            "ValidationException",
        ),
        (
            {"AppSpecification": {"ImageUri": IMAGE.replace("ap-northeast-1", "us-east-1")}},
            "its own region",
            "ValidationException",
        ),
        ({"AppSpecification": {"ImageUri": IMAGE}}, "ContainerEntrypoint", "ValidationException"),
        ({"RoleArn": "arn:aws:iam::000000000000:role/nobody"}, "Could not assume role", "ValidationException"),
        (
            {"ProcessingInputs": [source("x", "s3://b/k", "/opt/ml/processing/x", S3InputMode="Pipe")]},
            "mode Pipe",
            "NotImplementedByLocalCloud",
        ),
        (
            {"ExperimentConfig": {"ExperimentName": "delays"}},
            "does not implement ExperimentConfig",
            "NotImplementedByLocalCloud",
        ),
        ({"ProcessingInputs": [source("x", "s3://b/k", "/etc")]}, "below /opt/ml/processing", "ValidationException"),
    ],
)
def test_what_cannot_run_is_refused_by_name(
    world: dict[str, Any], changes: dict[str, Any], text: str, code: str
) -> None:
    with pytest.raises(ClientError, match=text) as refusal:
        start(world, "proc-refused", "pass\n", **changes)
    assert refusal.value.response["Error"]["Code"] == code
    with pytest.raises(ClientError, match="Requested resource not found"):
        world["sm"].describe_processing_job(ProcessingJobName="proc-refused")


def test_lists_are_filtered_sorted_and_paged(world: dict[str, Any]) -> None:
    for number in range(3):
        start(world, f"proc-list-{number}", "pass\n")
    for number in range(3):
        ended(world, f"proc-list-{number}")
    pages = (
        world["sm"]
        .get_paginator("list_processing_jobs")
        .paginate(NameContains="proc-list", SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 2})
    )
    found = [job for page in pages for job in page["ProcessingJobSummaries"]]
    assert [job["ProcessingJobName"] for job in found] == [f"proc-list-{number}" for number in range(3)]
    assert {job["ProcessingJobStatus"] for job in found} == {"Completed"}
    failed = world["sm"].list_processing_jobs(NameContains="proc-list", StatusEquals="Failed")
    assert failed["ProcessingJobSummaries"] == []
