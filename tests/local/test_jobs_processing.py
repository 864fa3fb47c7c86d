import contextlib
import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

IMAGE = "354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-xgboost:3.2-0"
ROLE_NAME = "jobs-processing"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
LOGS = [
    {"Effect": "Allow", "Action": ["logs:*", "cloudwatch:PutMetricData"], "Resource": "*"},
]


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    s3, iam, kms = client("s3"), client("iam"), client("kms")
    s3.create_bucket(Bucket="jobs-processing", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    key = kms.create_key()["KeyMetadata"]["Arn"]
    roles = {}
    for name, actions in (("full", ["s3:*", "kms:*"]), ("blind", ["s3:ListBucket", "s3:PutObject"])):
        roles[name] = iam.create_role(RoleName=f"{ROLE_NAME}-{name}", AssumeRolePolicyDocument=json.dumps(TRUST))[
            "Role"
        ]["Arn"]
        statements = [{"Effect": "Allow", "Action": actions, "Resource": "*"}, *LOGS]
        iam.put_role_policy(
            RoleName=f"{ROLE_NAME}-{name}", PolicyName="do",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
        )  # fmt: skip
    return {"s3": s3, "sm": client("sagemaker"), "logs": client("logs"), "key": key, "roles": roles}


def start(world: dict[str, Any], name: str, script: str, role: str = "full", **changes: Any) -> None:
    world["s3"].put_object(Bucket="jobs-processing", Key=f"{name}/code/run.py", Body=script.encode())
    request: dict[str, Any] = {
        "ProcessingJobName": name,
        "RoleArn": world["roles"][role],
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/run.py"],
        },
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
        },
        "ProcessingInputs": [source("code", f"s3://jobs-processing/{name}/code", "/opt/ml/processing/input/code")],
    }
    world["sm"].create_processing_job(**{**request, **changes})


def source(name: str, uri: str, path: str, **changes: Any) -> dict[str, Any]:
    given = {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": {**given, **changes}}


def output(name: str, path: str = "/opt/ml/processing/out", mode: str = "EndOfJob") -> dict[str, Any]:
    uri = f"s3://jobs-processing/{name}/out"
    return {"OutputName": "out", "S3Output": {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode}}


def ended(world: dict[str, Any], name: str, seconds: float = 30) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job: dict[str, Any] = world["sm"].describe_processing_job(ProcessingJobName=name)
        if job["ProcessingJobStatus"] not in {"InProgress", "Stopping"}:
            return job
        time.sleep(0.1)
    raise AssertionError(f"{name} did not end: {job}")


def log_of(world: dict[str, Any], name: str) -> list[str]:
    group = "/aws/sagemaker/ProcessingJobs"
    streams = world["logs"].describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
    return [
        event["message"]
        for stream in streams
        for event in world["logs"].get_log_events(
            logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
        )["events"]
    ]


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
        ProcessingOutputConfig={"Outputs": [output("proc-sum")], "KmsKeyId": world["key"]},
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


def test_a_failing_script_gives_its_last_error_as_the_reason(world: dict[str, Any]) -> None:
    start(world, "proc-fails", "print('begun')\nraise ValueError('column delay is missing')\n")
    job = ended(world, "proc-fails")
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: ValueError: column delay is missing, exit code: 1"
    assert "begun" in log_of(world, "proc-fails")


def test_outputs_of_a_failed_job_are_not_uploaded(world: dict[str, Any]) -> None:
    script = "open('/opt/ml/processing/out/half', 'w').write('half')\nraise SystemExit(3)\n"
    start(world, "proc-half", script, ProcessingOutputConfig={"Outputs": [output("proc-half")]})
    assert ended(world, "proc-half")["FailureReason"].endswith("exit code: 3")
    assert world["s3"].list_objects_v2(Bucket="jobs-processing", Prefix="proc-half/out")["KeyCount"] == 0


def test_continuous_outputs_appear_while_the_job_runs(world: dict[str, Any]) -> None:
    script = "import time\nopen('/opt/ml/processing/out/early', 'w').write('x')\ntime.sleep(60)\n"
    outputs = {"Outputs": [output("proc-follow", mode="Continuous")]}
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
        ProcessingOutputConfig={"Outputs": [output("proc-shards")]},
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


def test_a_role_that_may_not_read_fails_the_job(world: dict[str, Any]) -> None:
    start(world, "proc-blind", "print('never')\n", role="blind")
    job = ended(world, "proc-blind")
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("ClientError: Data download failed: cannot download s3://jobs-processing/")
    assert "ProcessingStartTime" not in job


def test_an_empty_prefix_fails_the_job(world: dict[str, Any]) -> None:
    nothing = source("data", "s3://jobs-processing/nowhere/", "/opt/ml/processing/input/data")
    start(world, "proc-nothing", "print('never')\n", ProcessingInputs=[nothing])
    assert (
        'No S3 objects found under S3 URL "s3://jobs-processing/nowhere/"'
        in ended(world, "proc-nothing")["FailureReason"]
    )


def test_a_job_stops_with_everything_it_started(world: dict[str, Any]) -> None:
    script = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(77.125)'], start_new_session=True)\n"
        "print('ready', flush=True)\n"
        "time.sleep(300)\n"
    )
    start(world, "proc-stop", script)
    wait_for_line(world, "proc-stop", "ready")
    assert leftovers("77.125")
    world["sm"].stop_processing_job(ProcessingJobName="proc-stop")
    assert ended(world, "proc-stop")["ProcessingJobStatus"] == "Stopped"
    assert not leftovers("77.125")
    with pytest.raises(ClientError, match="in status Stopped"):
        world["sm"].stop_processing_job(ProcessingJobName="proc-stop")


def wait_for_line(world: dict[str, Any], name: str, line: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        with contextlib.suppress(ClientError):  # there is no stream yet
            if line in log_of(world, name):
                return
        assert time.monotonic() < deadline, f"{name} never said {line}"
        time.sleep(0.1)


def leftovers(mark: str) -> list[str]:
    import psutil

    return [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline"])
        if any(f"time.sleep({mark})" in word for word in process.info["cmdline"] or [])
        and len(process.info["cmdline"]) < 6
    ]


def test_a_job_that_takes_too_long_is_stopped(world: dict[str, Any]) -> None:
    start(world, "proc-slow", "import time\ntime.sleep(60)\n", StoppingCondition={"MaxRuntimeInSeconds": 1})
    job = ended(world, "proc-slow", 15)
    assert job["ProcessingJobStatus"] == "Stopped"
    assert job["ExitMessage"] == "Processing job runtime exceeded MaxRuntimeInSeconds provided"


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
            "known are kmeans, sagemaker-scikit",
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


def test_jobs_of_a_server_that_died_are_failed_and_their_processes_are_gone(start_cloud: Any, tmp_path: Any) -> None:
    with start_cloud(tmp_path / "state") as cloud:
        world = fresh_world(cloud)
        start(world, "proc-orphan", "import time\nprint('ready', flush=True)\ntime.sleep(88.25)\n")
        wait_for_line(world, "proc-orphan", "ready")
        assert python_scripts(tmp_path)
        cloud.process.kill()
        cloud.process.wait()
        deadline = time.monotonic() + 5
        while python_scripts(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not python_scripts(tmp_path)
    with start_cloud(tmp_path / "state") as cloud:
        job = cloud.client("sagemaker").describe_processing_job(ProcessingJobName="proc-orphan")
        assert job["ProcessingJobStatus"] == "Failed"
        assert "the local cloud ended while the job was running" in job["FailureReason"]
        assert not list((tmp_path / "state/sagemaker-jobs").glob("*"))


def fresh_world(cloud: Any) -> dict[str, Any]:
    role = cloud.client("iam").create_role(RoleName="all", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    cloud.client("iam").put_role_policy(RoleName="all", PolicyName="all", PolicyDocument=json.dumps(everything))
    cloud.client("s3").create_bucket(
        Bucket="jobs-processing", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    clients = {"s3": cloud.client("s3"), "sm": cloud.client("sagemaker"), "logs": cloud.client("logs")}
    return {**clients, "roles": {"full": role}}


def python_scripts(folder: Any) -> list[int]:
    import psutil

    found = []
    for process in psutil.process_iter(["environ"]):
        if str((process.info["environ"] or {}).get("HOME", "")).startswith(str(folder)):
            found.append(process.pid)
    return found
