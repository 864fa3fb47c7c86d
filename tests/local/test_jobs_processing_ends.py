"""How processing jobs fail, are stopped, and end with the cloud."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.processing_kit import TRUST, ended, log_of, make_world, output, source, start, wait_for_line


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    return make_world(client, "jobs-processing-ends")


def test_a_failing_script_gives_its_last_error_as_the_reason(world: dict[str, Any]) -> None:
    start(world, "proc-fails", "print('begun')\nraise ValueError('column delay is missing')\n")
    job = ended(world, "proc-fails")
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: ValueError: column delay is missing, exit code: 1"
    assert "begun" in log_of(world, "proc-fails")


def test_outputs_of_a_failed_job_are_not_uploaded(world: dict[str, Any]) -> None:
    script = "open('/opt/ml/processing/out/half', 'w').write('half')\nraise SystemExit(3)\n"
    start(world, "proc-half", script, ProcessingOutputConfig={"Outputs": [output(world, "proc-half")]})
    assert ended(world, "proc-half")["FailureReason"].endswith("exit code: 3")
    assert world["s3"].list_objects_v2(Bucket="jobs-processing-ends", Prefix="proc-half/out")["KeyCount"] == 0


def test_a_role_that_may_not_read_fails_the_job(world: dict[str, Any]) -> None:
    start(world, "proc-blind", "print('never')\n", role="blind")
    job = ended(world, "proc-blind")
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(
        "ClientError: Data download failed: cannot download s3://jobs-processing-ends/"
    )
    assert "ProcessingStartTime" not in job


def test_an_empty_prefix_fails_the_job(world: dict[str, Any]) -> None:
    nothing = source("data", "s3://jobs-processing-ends/nowhere/", "/opt/ml/processing/input/data")
    start(world, "proc-nothing", "print('never')\n", ProcessingInputs=[nothing])
    assert (
        'No S3 objects found under S3 URL "s3://jobs-processing-ends/nowhere/"'
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
        Bucket="jobs-processing-ends", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    clients = {"s3": cloud.client("s3"), "sm": cloud.client("sagemaker"), "logs": cloud.client("logs")}
    return {**clients, "roles": {"full": role}, "bucket": "jobs-processing-ends"}


def python_scripts(folder: Any) -> list[int]:
    import psutil

    found = []
    for process in psutil.process_iter(["environ"]):
        if str((process.info["environ"] or {}).get("HOME", "")).startswith(str(folder)):
            found.append(process.pid)
    return found
