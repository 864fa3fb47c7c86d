"""What happens again: caches, retries, a retried execution, stopping, and a restart of the local cloud."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.sagemaker import api
from local_cloud.sagemaker.pipelines import durations, retries
from tests.local.pipelines_cloud import Cloud, processing, training
from tests.local.pipelines_server import serve

DAY = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}}


def again(cloud: Cloud, status: str = "Succeeded") -> str:
    arn = cloud.start()
    cloud.wait(arn, status)
    return arn


def update(cloud: Cloud, *steps: dict[str, Any]) -> None:
    from tests.local.pipelines_cloud import define

    cloud.client().update_pipeline(PipelineName="pipe", PipelineDefinition=define(list(steps)))


def test_a_cached_step_answers_with_the_old_jobs_properties(cloud: Cloud) -> None:
    uri = {"Get": "Steps.prepare.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"}
    use = processing("use", {"input": uri})
    first = cloud.run([processing("prepare", {"kind": "a"}, **DAY), use])
    second = again(cloud)
    old, new = cloud.steps(first)["prepare"], cloud.steps(second)["prepare"]
    assert "CacheHitResult" not in old
    assert new["CacheHitResult"]["SourcePipelineExecutionArn"] == first
    assert new["Metadata"] == old["Metadata"]
    assert cloud.steps(second)["use"]["StepStatus"] == "Succeeded"
    names = [job["ProcessingJobName"] for job in cloud.store.list("ProcessingJob")]
    assert sum("-prepare-" in name for name in names) == 1
    assert [job["Environment"] for job in cloud.store.list("ProcessingJob") if "-use-" in job["ProcessingJobName"]] == [
        {"input": "s3://bucket/prepare"}
    ] * 2


def test_the_cache_key_is_the_input_and_not_the_output_place(cloud: Cloud) -> None:
    cloud.run([processing("prepare", {"kind": "a"}, **DAY)])
    elsewhere = processing("prepare", {"kind": "a"}, **DAY)
    elsewhere["Arguments"]["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"] = "s3://bucket/elsewhere"
    update(cloud, elsewhere)
    assert "CacheHitResult" in cloud.steps(again(cloud))["prepare"]
    update(cloud, processing("prepare", {"kind": "b"}, **DAY))
    assert "CacheHitResult" not in cloud.steps(again(cloud))["prepare"]


def test_a_cache_expires_and_a_failure_is_never_reused(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    short = {"CacheConfig": {"Enabled": True, "ExpireAfter": "T1M"}}
    cloud.run([processing("prepare", **short)])
    later = time.time() + 61
    with monkeypatch.context() as patch:
        patch.setattr("local_cloud.sagemaker.pipelines.caching.now", lambda: later)
        assert "CacheHitResult" not in cloud.steps(again(cloud))["prepare"]
    update(cloud, training("train", {"fail": "AlgorithmError"}, **DAY))
    again(cloud, "Failed")
    assert "CacheHitResult" not in cloud.steps(again(cloud, "Failed"))["train"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30d", 30 * 86400), ("P30D", 30 * 86400), ("T16m", 960), ("30dT5h", 30 * 86400 + 18000), ("p4dt12h", 388800)],
)
def test_durations_are_read_as_documented(text: str, seconds: float) -> None:
    assert durations.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "P", "T", "soon", "5", "P1DT", "-P1D"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        durations.seconds(text)


def policy(*types: str, attempts: int = 3) -> dict[str, Any]:
    one = {"ExceptionType": list(types), "IntervalSeconds": 1, "BackoffRate": 0.1, "MaxAttempts": attempts}
    return {"RetryPolicies": [one]}


def test_a_job_with_an_internal_error_is_tried_again_as_a_new_job(cloud: Cloud) -> None:
    broken = training(
        "train", {"fail": "InternalServerError: try again"}, **policy("SageMaker.JOB_INTERNAL_ERROR", attempts=2)
    )
    arn = cloud.run([broken], "Failed")
    step = cloud.steps(arn)["train"]
    assert step["AttemptCount"] == 3
    assert len(cloud.store.list("TrainingJob")) == 3
    assert "InternalServerError" in step["FailureReason"]
    assert "after 3 attempts" in step["FailureReason"]


def test_without_a_policy_a_failed_job_is_not_tried_again(cloud: Cloud) -> None:
    arn = cloud.run([training("train", {"fail": "CapacityError: none"})], "Failed")
    step = cloud.steps(arn)["train"]
    assert step["AttemptCount"] == 1
    assert "No retry policy configured for the exception type SAGEMAKER_CAPACITY_ERROR" in step["FailureReason"]


def test_throttling_and_faults_are_tried_again_by_themselves(cloud: Cloud) -> None:
    cloud.errors["sagemaker:CreateTrainingJob"] = [(400, "ThrottlingException"), (503, "ServiceUnavailable")]
    arn = cloud.run([training("train", **policy("Step.THROTTLING", "Step.SERVICE_FAULT"))])
    assert cloud.steps(arn)["train"]["AttemptCount"] == 3


def test_a_fault_while_a_job_runs_makes_no_second_job(cloud: Cloud) -> None:
    cloud.errors["sagemaker:DescribeTrainingJob"] = [(503, "ServiceUnavailable"), (400, "ThrottlingException")]
    arn = cloud.run([training("train", {"seconds": "0.3"})])
    assert cloud.steps(arn)["train"]["AttemptCount"] == 1
    assert len(cloud.store.list("TrainingJob")) == 1


def test_waits_between_attempts_follow_the_policy() -> None:
    policies = [
        {"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "IntervalSeconds": 10, "BackoffRate": 2, "MaxAttempts": 3}
    ]
    waits = [retries.delay(policies, "SageMaker.CAPACITY_ERROR", attempt, 0) for attempt in (1, 2, 3, 4)]
    assert waits == [10, 20, 40, None]
    lasting = [{"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "IntervalSeconds": 50, "ExpireAfterMin": 1}]
    assert retries.delay(lasting, "SageMaker.CAPACITY_ERROR", 1, 5) == 50
    assert retries.delay(lasting, "SageMaker.CAPACITY_ERROR", 1, 15) is None
    assert retries.delay(policies, "SageMaker.RESOURCE_LIMIT", 1, 0) is None
    assert retries.delay(policies, "Step.SERVICE_FAULT", 1, 0) == 1


def test_stopping_stops_the_jobs_that_run(cloud: Cloud) -> None:
    cloud.create([processing("long", {"seconds": "60"}), processing("after", DependsOn=["long"])])
    arn = cloud.start()
    cloud.wait_for_step(arn, "long", "Executing")
    with pytest.raises(ClientError, match="ConflictException"):
        cloud.client().delete_pipeline(PipelineName="pipe")
    cloud.client().stop_pipeline_execution(PipelineExecutionArn=arn)
    cloud.wait(arn, "Stopped")
    steps = cloud.steps(arn)
    assert steps["long"]["StepStatus"] == "Stopped"
    assert "after" not in steps
    assert ("ROLEpipeline", "sagemaker:StopProcessingJob") in cloud.calls
    with pytest.raises(ClientError, match="Stopped"):
        cloud.client().stop_pipeline_execution(PipelineExecutionArn=arn)
    cloud.client().delete_pipeline(PipelineName="pipe")
    with pytest.raises(ClientError, match="does not exist"):
        cloud.client().describe_pipeline_execution(PipelineExecutionArn=arn)


def test_a_retried_execution_runs_only_what_had_not_succeeded(cloud: Cloud) -> None:
    cloud.denied.add("sagemaker:CreateTrainingJob")
    arn = cloud.run(
        [processing("prepare"), training("train", DependsOn=["prepare"]), processing("after", DependsOn=["train"])],
        "Failed",
    )
    before = cloud.steps(arn)["prepare"]
    with pytest.raises(ClientError, match="must be Failed or Stopped"):
        cloud.client().retry_pipeline_execution(PipelineExecutionArn=again_elsewhere(cloud))
    cloud.denied.clear()
    cloud.client().retry_pipeline_execution(PipelineExecutionArn=arn)
    assert "FailureReason" not in cloud.wait(arn, "Succeeded")
    steps = cloud.steps(arn)
    assert steps["prepare"] == before
    assert set(steps) == {"prepare", "train", "after"}


def again_elsewhere(cloud: Cloud) -> str:
    return cloud.run([processing("only")], name="elsewhere")


def after_a_crash(cloud: Cloud, folder: Path) -> Cloud:
    """A cloud with what the first one had stored at this moment, as after kill -9."""
    folder.mkdir()
    with sqlite3.connect(cloud.state_dir / "sagemaker.sqlite") as connection:
        connection.execute("vacuum into ?", (str(folder / "sagemaker.sqlite"),))
    new, _server = serve(folder)
    return new


def test_an_execution_goes_on_after_a_restart(cloud: Cloud, tmp_path: Path) -> None:
    cloud.create(
        [
            processing("done"),
            processing("runs", {"seconds": "1"}, DependsOn=["done"]),
            processing("next", DependsOn=["runs"]),
        ]
    )
    arn = cloud.start()
    cloud.wait_for_step(arn, "runs", "Executing")
    restarted = after_a_crash(cloud, tmp_path / "restarted")
    api.start(restarted.call)
    restarted.wait(arn, "Succeeded")
    steps = restarted.steps(arn)
    assert {name: step["StepStatus"] for name, step in steps.items()} == dict.fromkeys(
        ("done", "runs", "next"), "Succeeded"
    )
    assert steps["runs"]["AttemptCount"] == 1
    names = [job["ProcessingJobName"] for job in restarted.store.list("ProcessingJob")]
    assert len(names) == 3
    assert ("ROLEpipeline", "sagemaker:CreateProcessingJob") in restarted.calls


def test_a_job_that_broke_in_the_crash_fails_its_step_with_the_reason(cloud: Cloud, tmp_path: Path) -> None:
    cloud.create([processing("runs", {"seconds": "60"})])
    arn = cloud.start()
    cloud.wait_for_step(arn, "runs", "Executing")
    restarted = after_a_crash(cloud, tmp_path / "restarted")
    name = restarted.store.list("ProcessingJob")[0]["ProcessingJobName"]
    lost = {"EndAt": 0, "FailureReason": "InternalServerError: the local cloud was restarted"}
    restarted.store.update("ProcessingJob", name, lambda document: document.update(lost))
    api.start(restarted.call)
    restarted.wait(arn, "Failed")
    assert "the local cloud was restarted" in restarted.steps(arn)["runs"]["FailureReason"]
    cloud.client().stop_pipeline_execution(PipelineExecutionArn=arn)


def test_a_step_whose_job_was_not_created_before_the_crash_creates_it(cloud: Cloud, tmp_path: Path) -> None:
    cloud.create([processing("runs", {"seconds": "60"})])
    arn = cloud.start()
    cloud.wait_for_step(arn, "runs", "Executing")
    restarted = after_a_crash(cloud, tmp_path / "restarted")
    name = restarted.store.list("ProcessingJob")[0]["ProcessingJobName"]
    restarted.store.delete("ProcessingJob", name)
    api.start(restarted.call)
    end = time.monotonic() + 10
    while restarted.store.get("ProcessingJob", name) is None and time.monotonic() < end:
        time.sleep(0.02)
    restarted.client().stop_pipeline_execution(PipelineExecutionArn=arn)
    restarted.wait(arn, "Stopped")
    assert [job["ProcessingJobName"] for job in restarted.store.list("ProcessingJob")] == [name]
    cloud.client().stop_pipeline_execution(PipelineExecutionArn=arn)
