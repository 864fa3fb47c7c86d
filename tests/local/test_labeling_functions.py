"""The customer's own functions of a labeling job, invoked with the job's role; Step Functions that waits for a job."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.endpoints_kit import until
from tests.local.labeling_kit import BUCKET, LabelingKit
from tests.local.roles import allow, make_role
from tests.local.test_core_functions import make_function

PRE = """
def lambda_handler(event, context):
    assert event["version"] == "2018-10-16"
    assert ":labeling-job/" in event["labelingJobArn"]
    line = event["dataObject"]
    if line["source"] == "broken":
        raise ValueError("this one cannot be shown")
    return {"taskInput": {"taskObject": line["source"].upper(), "labels": ["cat", "dog", "owl"]},
            "isHumanAnnotationRequired": line["source"] != "known"}
"""
POST = """
import json
import boto3

def lambda_handler(event, context):
    bucket, _, key = event["payload"]["s3Uri"].removeprefix("s3://").partition("/")
    payload = json.loads(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    answer = []
    for item in payload:
        if item["dataObject"]["content"] == "left out":
            continue
        labels = [json.loads(each["annotationData"]["content"])["crowd-classifier"]["label"]
                  for each in item["annotations"]]
        content = {event["labelAttributeName"]: {"votes": sorted(labels), "of": event["labelCategories"]}}
        answer.append({"datasetObjectId": item["datasetObjectId"], "consolidatedAnnotation": {"content": content}})
    return answer
"""


class Cloud:
    """What `make_function` needs of a cloud."""

    def __init__(self, client: Callable[..., Any]) -> None:
        self.client = client


@pytest.fixture(scope="module")
def kit(start_cloud: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    with start_cloud(tmp_path_factory.mktemp("labeling-functions")) as cloud:
        yield LabelingKit(cloud.client, cloud.port)


@pytest.fixture(scope="module")
def functions(kit: LabelingKit) -> tuple[str, str]:
    cloud = Cloud(kit.client)
    logs = [allow("logs:*")]
    before = make_function(cloud, "before", PRE, logs)
    return before, make_function(cloud, "after", POST, [allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*")])


def custom(kit: LabelingKit, name: str, team: str, sources: list[str], before: str, after: str) -> dict[str, Any]:
    objects = [{"source": source, "truth": "owl"} for source in sources]
    config = {"AnnotationConsolidationLambdaArn": after}
    return kit.request(name, team, objects, PreHumanTaskLambdaArn=before, AnnotationConsolidationConfig=config)


def test_own_functions_get_and_give_what_is_documented(kit: LabelingKit, functions: tuple[str, str]) -> None:
    team = kit.team("own", "error-rate=0")
    sources = ["one", "broken", "known", "left out"]
    kit.sagemaker.create_labeling_job(**custom(kit, "own", team, sources, *functions))
    job = kit.ended("own")
    assert job["LabelingJobStatus"] == "Completed", job.get("FailureReason")
    assert job["LabelCounters"] == {
        "TotalLabeled": 1, "HumanLabeled": 1, "MachineLabeled": 0, "FailedNonRetryableError": 2, "Unlabeled": 1,
    }  # fmt: skip
    lines = kit.lines(job["LabelingJobOutput"]["OutputDatasetS3Uri"])
    assert lines[0]["species"] == {"votes": ["owl"] * 3, "of": ["cat", "dog", "owl"]}
    metadata = lines[0]["species-metadata"]
    assert (metadata["type"], metadata["job-name"]) == ("groundtruth/custom", "labeling-job/own")
    assert all(line == {"source": source, "truth": "owl"} for line, source in zip(lines[1:], sources[1:], strict=True))
    (request,) = kit.keys("out/own/annotations/consolidated-annotation/consolidation-request/iteration-1/")
    payload = json.loads(kit.read(f"s3://{BUCKET}/{request}"))
    assert [item["datasetObjectId"] for item in payload] == ["0", "3"]
    assert payload[0]["dataObject"] == {"content": "one"}


def test_without_functions_the_answers_are_the_output(kit: LabelingKit) -> None:
    team = kit.team("bare", "error-rate=0")
    page = """<crowd-form><crowd-classifier name="c" categories='["cat", "owl"]'></crowd-classifier></crowd-form>"""
    request = kit.request("bare", team, [{"source": "x", "truth": "owl"}], page=page)
    for key in ("PreHumanTaskLambdaArn", "AnnotationConsolidationConfig"):
        del request["HumanTaskConfig"][key]
    kit.sagemaker.create_labeling_job(**request)
    (line,) = kit.lines(kit.ended("bare")["LabelingJobOutput"]["OutputDatasetS3Uri"])
    assert line["species"] == {}
    answers = json.loads(kit.read(line["species-metadata"]["worker-response-ref"]))["answers"]
    assert [answer["answerContent"] for answer in answers] == [{"c": {"label": "owl"}}] * 3


def test_a_role_that_may_not_invoke_fails_the_job(kit: LabelingKit, functions: tuple[str, str]) -> None:
    role = make_role(kit.client("iam"), "labeling-no-lambda", [allow("s3:*")], {"Service": "sagemaker.amazonaws.com"})
    request = custom(kit, "no-lambda", kit.team("no-lambda", "error-rate=0"), ["one"], *functions)
    kit.sagemaker.create_labeling_job(**{**request, "RoleArn": role})
    job = kit.ended("no-lambda")
    assert job["LabelingJobStatus"] == "Failed"
    assert "none of the 1 data objects was labeled" in job["FailureReason"]
    assert "lambda:InvokeFunction" in job["FailureReason"]


def test_a_consolidation_that_fails_or_answers_nonsense_says_so(kit: LabelingKit, functions: tuple[str, str]) -> None:
    cloud, team = Cloud(kit.client), kit.team("nonsense", "error-rate=0")
    for name, source, reason in (
        ("raises", "def lambda_handler(event, context):\n    raise ValueError('no')\n", "failed"),
        ("nothing", "def lambda_handler(event, context):\n    return None\n", "allowed is a list"),
        ("unnamed", "def lambda_handler(event, context):\n    return [{'datasetObjectId': '0', "
         "'consolidatedAnnotation': {'content': {}}}]\n", "has no 'species'"),
    ):  # fmt: skip
        after = make_function(cloud, f"after-{name}", source, [allow("logs:*")])
        kit.sagemaker.create_labeling_job(**custom(kit, name, team, ["one"], functions[0], after))
        job = kit.ended(name)
        assert job["LabelingJobStatus"] == "Failed"
        assert reason in job["FailureReason"]


def machine(
    kit: LabelingKit, name: str, statements: list[Any], task: str = "sagemaker:createLabelingJob.sync", **more: Any
) -> str:
    """Make a state machine of one task: it starts the job of its input and waits for it, unless another is named."""
    role = make_role(kit.client("iam"), f"machine-{name}", statements, {"Service": "states.amazonaws.com"})
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{task}", "End": True, **more}
    definition = json.dumps({"StartAt": "Only", "States": {"Only": state}})
    made = kit.client("stepfunctions").create_state_machine(name=name, definition=definition, roleArn=role)
    return str(made["stateMachineArn"])


def executed(kit: LabelingKit, arn: str, request: dict[str, Any]) -> dict[str, Any]:
    states = kit.client("stepfunctions")
    started = states.start_execution(stateMachineArn=arn, input=json.dumps(request))["executionArn"]

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = states.describe_execution(executionArn=started)
        return found if found["status"] != "RUNNING" else None

    ended: dict[str, Any] = until(look, 60, "the end of the execution")
    return ended


def test_a_state_machine_waits_for_a_job_as_its_role(kit: LabelingKit) -> None:
    rights = [allow("sagemaker:*LabelingJob"), allow("iam:PassRole", kit.role)]
    arn = machine(kit, "waits", rights)
    objects = [{"source": "x", "truth": "cat"}]
    request = kit.request("waited", kit.team("waited", "error-rate=0"), objects)
    execution = executed(kit, arn, request)
    assert execution["status"] == "SUCCEEDED", execution
    output = json.loads(execution["output"])
    assert output["LabelingJobStatus"] == "Completed"
    assert kit.lines(output["LabelingJobOutput"]["OutputDatasetS3Uri"])[0]["species"] == 0
    again = executed(kit, arn, request)
    assert (again["status"], again["error"]) == ("FAILED", "SageMaker.ResourceInUseException")
    doomed = kit.request("doomed", kit.team("doomed"), objects)
    kit.put("doomed/in", "")
    failed = executed(kit, arn, doomed)
    assert (failed["status"], failed["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(failed["cause"])["LabelingJobStatus"] == "Failed"


def test_a_state_machine_without_the_right_is_refused(kit: LabelingKit) -> None:
    arn = machine(kit, "may-not", [allow("sagemaker:*LabelingJob")])
    request = kit.request("never", kit.team("never"), [{"source": "x"}])
    execution = executed(kit, arn, request)
    assert (execution["status"], execution["error"]) == ("FAILED", "SageMaker.AmazonSageMakerException")
    assert "iam:PassRole" in execution["cause"]


def test_a_stopped_execution_stops_its_job(kit: LabelingKit) -> None:
    arn = machine(kit, "stops", [allow("sagemaker:*LabelingJob"), allow("iam:PassRole", kit.role)])
    states, request = kit.client("stepfunctions"), kit.request("cut-off", kit.team("cut-off"), [{"source": "x"}])
    started = states.start_execution(stateMachineArn=arn, input=json.dumps(request))["executionArn"]
    listed = kit.sagemaker.list_labeling_jobs
    until(lambda: listed(NameContains="cut-off", StatusEquals="InProgress")["LabelingJobSummaryList"], 20)
    states.stop_execution(executionArn=started)
    assert kit.ended("cut-off")["LabelingJobStatus"] == "Stopped"


def test_the_output_is_encrypted_with_the_jobs_key_if_the_role_may(kit: LabelingKit) -> None:
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    team, objects = kit.team("encrypted", "error-rate=0"), [{"source": "x", "truth": "owl"}]
    output = {"S3OutputPath": f"s3://{BUCKET}/out", "KmsKeyId": key}
    refused = {**kit.request("not-encrypted", team, objects), "OutputConfig": output}
    kit.sagemaker.create_labeling_job(**refused)
    job = kit.ended("not-encrypted")
    assert job["LabelingJobStatus"] == "Failed"
    assert "kms:GenerateDataKey" in job["FailureReason"]
    rights = [allow("s3:*"), allow(["kms:GenerateDataKey", "kms:Decrypt"], key)]
    role = make_role(kit.client("iam"), "labeling-keys", rights, {"Service": "sagemaker.amazonaws.com"})
    kit.sagemaker.create_labeling_job(
        **{**kit.request("encrypted", team, objects), "OutputConfig": output, "RoleArn": role}
    )
    job = kit.ended("encrypted")
    assert job["LabelingJobStatus"] == "Completed", job.get("FailureReason")
    for name in kit.keys("out/encrypted/"):
        assert kit.s3.head_object(Bucket=BUCKET, Key=name)["SSEKMSKeyId"] == key


def test_a_state_machine_calls_the_api_as_its_role(kit: LabelingKit) -> None:
    job = "arn:aws:sagemaker:ap-northeast-1:000000000000:labeling-job/{}"
    rights = [allow("sagemaker:DescribeLabelingJob", [job.format("seen"), job.format("absent")])]
    asked = {"Parameters": {"LabelingJobName.$": "$.job"}, "ResultSelector": {"status.$": "$.LabelingJobStatus"}}
    arn = machine(kit, "sdk", rights, "aws-sdk:sagemaker:describeLabelingJob", **asked)
    kit.sagemaker.create_labeling_job(**kit.request("seen", kit.team("seen"), [{"source": "x"}]))
    until(lambda: kit.describe("seen")["LabelingJobStatus"] == "InProgress", 20)
    seen = executed(kit, arn, {"job": "seen"})
    assert json.loads(seen["output"]) == {"status": "InProgress"}
    absent = executed(kit, arn, {"job": "absent"})
    assert absent["error"] == "SageMaker.ResourceNotFoundException"
    unseen = executed(kit, arn, {"job": "other"})
    assert unseen["error"] == "SageMaker.SageMakerException"
    assert "AccessDeniedException" in unseen["cause"]


@pytest.mark.parametrize("action", ["describeNothing", "close", "getPaginator"])
def test_a_state_machine_calls_what_is_an_operation(kit: LabelingKit, action: str) -> None:
    arn = machine(kit, action, [allow("sagemaker:*")], f"aws-sdk:sagemaker:{action}")
    execution = executed(kit, arn, {})
    assert (execution["status"], execution["error"]) == ("FAILED", "States.Runtime")
    assert execution["cause"] == f"SageMaker has no operation {action}"
