"""Executions: the graph, branches, failure, parameters, property files, permissions."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.pipelines_cloud import ROLE, Cloud, processing, training


def get(path: str) -> dict[str, str]:
    return {"Get": path}


def condition(
    name: str, conditions: list[Any], if_steps: list[Any], else_steps: list[Any] | None = None
) -> dict[str, Any]:
    arguments = {"Conditions": conditions, "IfSteps": if_steps, "ElseSteps": else_steps or []}
    return {"Name": name, "Type": "Condition", "Arguments": arguments}


def fail(name: str, message: object) -> dict[str, Any]:
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}}


def test_a_step_runs_its_job_under_the_pipelines_role(cloud: Cloud) -> None:
    arn = cloud.run([processing("prepare")])
    step = cloud.steps(arn)["prepare"]
    job = step["Metadata"]["ProcessingJob"]["Arn"]
    name = job.rpartition("/")[2]
    assert step["StepStatus"] == "Succeeded"
    assert step["AttemptCount"] == 1
    assert step["StartTime"] <= step["EndTime"]
    assert name.startswith(f"pipelines-{arn.rpartition('/')[2]}-prepare-")
    assert len(name) <= 63
    assert {"Key": "sagemaker:pipeline-execution-arn", "Value": arn} in cloud.client().list_tags(ResourceArn=job)[
        "Tags"
    ]
    assert ("ROLEpipeline", "sagemaker:CreateProcessingJob") in cloud.calls
    assert ("PERSON", "sagemaker:CreateProcessingJob") not in cloud.calls


def test_independent_steps_run_at_the_same_time_and_dependent_ones_after(cloud: Cloud) -> None:
    slow = {"seconds": "0.6"}
    last = processing("last", DependsOn=["left", "right"])
    arn = cloud.run([last, processing("left", slow), processing("right", slow)])
    steps = cloud.steps(arn)
    assert max(steps["left"]["StartTime"], steps["right"]["StartTime"]) < min(
        steps["left"]["EndTime"], steps["right"]["EndTime"]
    )
    assert steps["last"]["StartTime"] >= max(steps["left"]["EndTime"], steps["right"]["EndTime"])


def test_parallelism_is_limited(cloud: Cloud) -> None:
    cloud.create([processing("left", {"seconds": "0.3"}), processing("right", {"seconds": "0.3"})])
    arn = cloud.start(ParallelismConfiguration={"MaxParallelExecutionSteps": 1})
    cloud.wait(arn, "Succeeded")
    first, second = sorted(cloud.steps(arn).values(), key=lambda step: step["StartTime"])
    assert second["StartTime"] >= first["EndTime"]


def test_properties_and_joins_flow_between_steps(cloud: Cloud) -> None:
    uri = get("Steps.prepare.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri")
    channel = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}}
    path = {"Std:Join": {"On": "/", "Values": ["s3://bucket", get("Execution.PipelineExecutionId"), "models"]}}
    train = training("train", arguments={"InputDataConfig": [channel], "OutputDataConfig": {"S3OutputPath": path}})
    model = {
        "Name": "model",
        "Type": "Model",
        "Arguments": {
            "ExecutionRoleArn": ROLE,
            "PrimaryContainer": {
                "Image": "image",
                "ModelDataUrl": get("Steps.train.ModelArtifacts.S3ModelArtifacts"),
            },
        },
    }
    arn = cloud.run([model, train, processing("prepare")])
    steps = cloud.steps(arn)
    job = cloud.store.get("TrainingJob", steps["train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2])
    assert job is not None
    assert job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] == "s3://bucket/prepare"
    assert job["OutputDataConfig"]["S3OutputPath"] == f"s3://bucket/{arn.rpartition('/')[2]}/models"
    made = cloud.store.get("Model", steps["model"]["Metadata"]["Model"]["Arn"].rpartition("/")[2])
    assert made is not None
    assert made["PrimaryContainer"]["ModelDataUrl"] == job["ModelArtifacts"]["S3ModelArtifacts"]


@pytest.mark.parametrize(("auc", "taken", "not_taken"), [(0.9, "good", "bad"), (0.5, "bad", "good")])
def test_a_condition_reads_a_property_file_and_takes_one_branch(
    cloud: Cloud, auc: float, taken: str, not_taken: str
) -> None:
    cloud.objects["bucket/evaluate/report.json"] = json.dumps({"metrics": {"auc": auc}}).encode()
    file = {"PropertyFileName": "report", "OutputName": "out", "FilePath": "report.json"}
    value = {"Std:JsonGet": {"PropertyFile": get("Steps.evaluate.PropertyFiles.report"), "Path": "metrics.auc"}}
    gate = condition(
        "gate",
        [{"Type": "GreaterThanOrEqualTo", "LeftValue": value, "RightValue": get("Parameters.least")}],
        [processing("good"), processing("after", DependsOn=["good"])],
        [processing("bad")],
    )
    cloud.create(
        [processing("evaluate", PropertyFiles=[file]), gate],
        Parameters=[{"Name": "least", "Type": "Float", "DefaultValue": 0.8}],
    )
    arn = cloud.start()
    cloud.wait(arn, "Succeeded")
    steps = cloud.steps(arn)
    assert taken in steps
    assert not_taken not in steps
    assert ("after" in steps) == (taken == "good")
    assert steps["gate"]["Metadata"]["Condition"]["Outcome"] == str(taken == "good")
    assert ("ROLEpipeline", "s3:GetObject") in cloud.calls


def test_a_condition_without_its_file_fails_and_says_which(cloud: Cloud) -> None:
    file = {"PropertyFileName": "report", "OutputName": "out", "FilePath": "report.json"}
    value = {"Std:JsonGet": {"PropertyFile": get("Steps.evaluate.PropertyFiles.report"), "Path": "auc"}}
    gate = condition("gate", [{"Type": "Equals", "LeftValue": value, "RightValue": 1}], [processing("good")])
    arn = cloud.run([processing("evaluate", PropertyFiles=[file]), gate], "Failed")
    assert "s3://bucket/evaluate/report.json" in cloud.steps(arn)["gate"]["FailureReason"]


def test_a_fail_step_ends_the_execution_with_its_message(cloud: Cloud) -> None:
    message = {"Std:Join": {"On": "", "Values": ["AUC below ", get("Parameters.least")]}}
    cloud.create([fail("stop-here", message)], Parameters=[{"Name": "least", "Type": "Float", "DefaultValue": 0.8}])
    arn = cloud.start()
    assert cloud.wait(arn, "Failed")["FailureReason"] == "Step failure: One or multiple steps failed."
    step = cloud.steps(arn)["stop-here"]
    assert step["FailureReason"] == step["Metadata"]["Fail"]["ErrorMessage"] == "AUC below 0.8"


def test_a_failing_step_lets_running_ones_end_and_starts_no_more(cloud: Cloud) -> None:
    arn = cloud.run(
        [
            processing("breaks", {"fail": "AlgorithmError: exit code 1"}),
            processing("runs", {"seconds": "0.5"}),
            processing("after", DependsOn=["runs"]),
        ],
        "Failed",
    )
    steps = cloud.steps(arn)
    assert steps["breaks"]["FailureReason"] == "ClientError: AlgorithmError: exit code 1"
    assert steps["runs"]["StepStatus"] == "Succeeded"
    assert "after" not in steps


def test_a_role_without_the_permission_fails_the_step(cloud: Cloud) -> None:
    cloud.denied.add("sagemaker:CreateTrainingJob")
    arn = cloud.run([training("train")], "Failed")
    reason = cloud.steps(arn)["train"]["FailureReason"]
    assert "Failed to invoke sagemaker:CreateTrainingJob" in reason
    assert "not authorized" in reason


def test_a_role_that_does_not_trust_sagemaker_fails_the_step(cloud: Cloud) -> None:
    cloud.untrusted = True
    arn = cloud.run([training("train")], "Failed")
    assert "does not trust" in cloud.steps(arn)["train"]["FailureReason"]


def test_parameters_are_checked_and_shown(cloud: Cloud) -> None:
    parameters = [
        {"Name": "kind", "Type": "String", "DefaultValue": "a", "EnumValues": ["a", "b"]},
        {"Name": "count", "Type": "Integer"},
    ]
    cloud.create([processing("prepare", {"kind": get("Parameters.kind")})], Parameters=parameters)
    for given, said in [
        ({}, "count"),
        ({"count": "many"}, "Integer"),
        ({"count": "1", "kind": "c"}, "EnumValues"),
        ({"count": "1", "size": "2"}, "size"),
    ]:
        with pytest.raises(ClientError, match=said):
            cloud.start(PipelineParameters=[{"Name": key, "Value": value} for key, value in given.items()])
    arn = cloud.start(PipelineParameters=[{"Name": "count", "Value": "3"}])
    cloud.wait(arn, "Succeeded")
    listed = cloud.client().list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    assert {item["Name"]: item["Value"] for item in listed} == {"kind": "a", "count": "3"}


def test_a_request_token_starts_one_execution(cloud: Cloud) -> None:
    cloud.create([processing("prepare")])
    token = "t" * 32
    first = cloud.start(ClientRequestToken=token)
    assert cloud.start(ClientRequestToken=token) == first
    assert cloud.start() != first
    assert len(cloud.client().list_pipeline_executions(PipelineName="pipe")["PipelineExecutionSummaries"]) == 2


def test_events_tell_every_transition(cloud: Cloud) -> None:
    arn = cloud.run([processing("prepare")])
    end = time.monotonic() + 5
    while len(cloud.events) < 5 and time.monotonic() < end:
        time.sleep(0.02)
    seen = [
        (item["DetailType"].removeprefix("SageMaker Model Building Pipeline Execution "), item["Detail"])
        for item in cloud.events
    ]
    assert [
        (kind, detail.get("currentStepStatus") or detail["currentPipelineExecutionStatus"]) for kind, detail in seen
    ] == [
        ("Status Change", "Executing"),
        ("Step Status Change", "Starting"),
        ("Step Status Change", "Executing"),
        ("Step Status Change", "Succeeded"),
        ("Status Change", "Succeeded"),
    ]
    assert all(detail["pipelineExecutionArn"] == arn for _, detail in seen)
    assert seen[3][1]["metadata"]["processingJob"]["arn"].endswith(
        cloud.store.list("ProcessingJob")[0]["ProcessingJobName"]
    )
    assert seen[4][1]["previousPipelineExecutionStatus"] == "Executing"
    assert "executionEndTime" in seen[4][1]
