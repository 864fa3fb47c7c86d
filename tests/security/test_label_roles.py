"""What the label function, labelling jobs, the machine that makes them and the annotation function may do."""

from collections.abc import Callable
from typing import Any

import pytest

from stacks import platform_stage
from tests.labelling import environment, label, use_case
from tests.security.simulate import ACCOUNT, REGION, Cloud, Request

SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
STATES = f"arn:aws:states:{REGION}:{ACCOUNT}"
STACK, CONTROL, TRAINING = "dev-flight-delays-labeling", "dev-control", "dev-flight-delays-training"
JOB = f"{SAGEMAKER}:labeling-job/dev-flight-delays-1-0a1b2c3d"
OTHERS_JOB = f"{SAGEMAKER}:labeling-job/dev-others-1-0a1b2c3d"
MACHINE = "dev-flight-delays-label"
TEAM = f"{SAGEMAKER}:workteam/private-crowd/dev-flight-delays"
ROLES = {
    "function": (CONTROL, "LabelRole"),
    "jobs": (STACK, "Role"),
    "machine": (STACK, "MachineRole"),
    "annotation": (STACK, "AnnotationRole"),
}
RUN = "flight_delays/labelling/20261126T043000Z-000001-0a1b2c3d"
OBJECT = "to-label/flight_delays/cats/a.jpg"
KEY = {"sagemaker:OutputKmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"}

Ask = Callable[[str, list[Request]], dict[str, str]]


@pytest.fixture(scope="module")
def cloud(synthesise: Callable[..., dict[str, dict[str, Any]]]) -> Cloud:
    with pytest.MonkeyPatch.context() as patch:
        case = use_case(label(consolidation="majority"))
        reads = case.model_copy(update={"data": case.data.model_copy(update={"label_from": "both"})})
        patch.setattr(platform_stage, "load_use_case", lambda _: reads)
        return Cloud(synthesise(environment()))


@pytest.fixture(scope="module")
def at(cloud: Cloud) -> Callable[[str], str]:
    return lambda name: cloud.arn(name, STACK)


@pytest.fixture(scope="module")
def ask(cloud: Cloud) -> Ask:
    def answers(who: str, requests: list[Request]) -> dict[str, str]:
        stack, prefix = ROLES[who]
        return cloud.verdicts(stack, prefix, requests)

    return answers


def refused(answers: dict[str, str]) -> dict[str, str]:
    return {text: said for text, said in answers.items() if said != "Allowed"}


def allowed(answers: dict[str, str]) -> dict[str, str]:
    return {text: said for text, said in answers.items() if said == "Allowed"}


def test_the_function_may_do_what_a_run_takes(ask: Ask, at: Callable[[str], str]) -> None:
    raw, labelled = at("Raw"), at("Labelled")
    requests = [
        Request("s3:ListBucketVersions", raw, {"s3:prefix": "to-label/flight_delays/"}),
        Request("s3:GetObjectVersion", f"{raw}/to-label/flight_delays/a.txt"),
        Request("s3:ListBucketVersions", labelled, {"s3:prefix": f"{RUN}/request.json"}),
        Request("s3:ListBucketVersions", labelled, {"s3:prefix": "flight_delays/imports/abc.manifest"}),
        Request("s3:GetObject", f"{labelled}/flight_delays/imports/abc.manifest"),
        *(Request(f"s3:{verb}Object", f"{labelled}/{RUN}/labels.json") for verb in ("Get", "Put")),
        Request("s3:PutObject", f"{labelled}/flight_delays/labelled/20261126T043000Z-000001-0a1b2c3d.manifest"),
        Request("s3:ListBucketVersions", labelled, {"s3:prefix": "flight_delays/chosen/"}),
        Request("s3:GetObject", f"{labelled}/flight_delays/chosen/turn-1.jsonl"),
        Request("s3:PutObject", f"{labelled}/flight_delays/chosen/turn-1.json"),
        *(Request(f"kms:{action}", at("KeysData")) for action in ("Decrypt", "GenerateDataKey")),
        Request("states:StartExecution", f"{STATES}:stateMachine:{MACHINE}"),
        Request("states:DescribeExecution", f"{STATES}:execution:{MACHINE}:20261126T043000Z-000001-0a1b2c3d"),
        Request("sagemaker:DescribeLabelingJob", JOB),
        Request("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/ml-loop/dev/flight-delays/label"),
        *(
            Request(f"dynamodb:{action}", at("Labels"))
            for action in ("Query", "PutItem", "UpdateItem", "BatchWriteItem")
        ),
        *(
            Request(f"sqs:{action}", at("LabelLooks"))
            for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
        ),
        Request("kms:Decrypt", at("KeysControl")),
    ]
    assert refused(ask("function", requests)) == {}


def test_the_function_makes_no_job_and_deletes_nothing(ask: Ask, at: Callable[[str], str], cloud: Cloud) -> None:
    raw, labelled = at("Raw"), at("Labelled")
    requests = [
        Request("sagemaker:CreateLabelingJob", JOB, KEY | {"sagemaker:WorkteamArn": TEAM}),
        Request("sagemaker:StopLabelingJob", JOB),
        Request("iam:PassRole", cloud.role(STACK, "Role"), {"iam:PassedToService": "sagemaker.amazonaws.com"}),
        Request("states:StartExecution", f"{STATES}:stateMachine:dev-flight-delays-preparation"),
        Request("states:StartExecution", f"{STATES}:stateMachine:prod-flight-delays-label"),
        Request("sagemaker:DescribeLabelingJob", JOB.replace("/dev-", "/prod-")),
        Request("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/ml-loop/prod/flight-delays/label"),
        Request("ssm:PutParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/ml-loop/dev/flight-delays/label"),
        *(Request(f"s3:{verb}Object", f"{raw}/{OBJECT}") for verb in ("Put", "Delete")),
        Request("s3:GetObjectVersion", f"{raw}/flight_delays/flights.csv"),
        Request("s3:ListBucketVersions", raw, {"s3:prefix": "flight_delays/"}),
        Request("s3:DeleteObject", f"{labelled}/{RUN}/labels.json"),
        Request("s3:PutObject", f"{labelled}/flight_delays/imports/abc.manifest"),
        Request("s3:PutObject", f"{labelled}/flight_delays/chosen/turn-1.jsonl"),
        Request("dynamodb:DeleteItem", at("Labels")),
        Request("dynamodb:PutItem", at("Releases")),
        Request("kms:Decrypt", at("KeysModels")),
    ]
    assert allowed(ask("function", requests)) == {}


def test_the_machine_makes_jobs_of_one_use_case_for_one_team(ask: Ask, cloud: Cloud) -> None:
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/StepFunctionsGetEventsForSageMakerLabelingJobsRule"
    to_sagemaker = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    good = [
        Request("sagemaker:CreateLabelingJob", JOB, KEY | {"sagemaker:WorkteamArn": TEAM}),
        *(Request(f"sagemaker:{verb}", JOB) for verb in ("DescribeLabelingJob", "StopLabelingJob", "AddTags")),
        Request("iam:PassRole", cloud.role(STACK, "Role"), to_sagemaker),
        *(Request(f"events:{verb}", rule) for verb in ("PutRule", "PutTargets", "DescribeRule")),
    ]
    assert refused(ask("machine", good)) == {}
    other_team = TEAM.replace("private-crowd/dev-flight-delays", "public-crowd/default")
    bad = [
        Request("sagemaker:CreateLabelingJob", JOB, KEY | {"sagemaker:WorkteamArn": other_team}),
        # The boundary wants labels under a key of ours.
        Request("sagemaker:CreateLabelingJob", JOB, {"sagemaker:WorkteamArn": TEAM}),
        Request("sagemaker:CreateLabelingJob", OTHERS_JOB, KEY | {"sagemaker:WorkteamArn": TEAM}),
        Request("sagemaker:StopLabelingJob", OTHERS_JOB),
        Request("iam:PassRole", cloud.role(CONTROL, "ReleaseRole"), to_sagemaker),
        Request("iam:PassRole", cloud.role(STACK, "Role"), {"iam:PassedToService": "lambda.amazonaws.com"}),
        Request("events:PutRule", rule.replace("LabelingJobs", "TrainingJobs")),
        Request("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/dev-flight-delays-1"),
    ]
    assert allowed(ask("machine", bad)) == {}


def test_jobs_show_objects_of_one_use_case_and_write_their_own_folder(ask: Ask, at: Callable[[str], str]) -> None:
    raw, labelled = at("Raw"), at("Labelled")
    built_in = f"arn:aws:lambda:{REGION}:477331159723:function:PRE-ImageMultiClass"
    logs = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/LabelingJobs"
    good = [
        Request("s3:GetObject", f"{raw}/{OBJECT}"),
        Request("s3:GetObject", f"{labelled}/{RUN}/input.manifest"),
        Request("s3:PutObject", f"{labelled}/{RUN}/output/job/manifests/output/output.manifest"),
        Request("lambda:InvokeFunction", built_in),
        Request("lambda:InvokeFunction", at("Annotation")),
        *(Request(f"kms:{action}", at("KeysData")) for action in ("Decrypt", "GenerateDataKey")),
        Request("logs:PutLogEvents", f"{logs}:log-stream:dev-flight-delays-1"),
        Request("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "/aws/sagemaker/LabelingJobs"}),
    ]
    assert refused(ask("jobs", good)) == {}
    bad = [
        Request("s3:GetObject", f"{raw}/to-label/others/a.jpg"),
        Request("s3:GetObject", f"{raw}/flight_delays/flights.csv"),
        Request("s3:PutObject", f"{raw}/{OBJECT}"),
        Request("s3:PutObject", f"{labelled}/flight_delays/labelled/run.manifest"),
        Request("s3:DeleteObject", f"{labelled}/{RUN}/input.manifest"),
        Request("s3:GetObject", f"{labelled}/others/labelling/run/input.manifest"),
        Request("lambda:InvokeFunction", built_in.replace("PRE-ImageMultiClass", "ACS-ImageMultiClass")),
        Request("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:dev-control-Release"),
        Request("sagemaker:CreateLabelingJob", JOB, KEY | {"sagemaker:WorkteamArn": TEAM}),
        Request("kms:CreateGrant", at("KeysData")),
        Request("ec2:CreateNetworkInterface", f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/x"),
    ]
    assert allowed(ask("jobs", bad)) == {}


def test_the_annotation_function_reads_answers_and_nothing_else(ask: Ask, at: Callable[[str], str]) -> None:
    labelled = at("Labelled")
    answers = (
        f"{labelled}/{RUN}/output/job/annotations/consolidated-annotation/consolidation-request/iteration-1/a.json"
    )
    assert refused(ask("annotation", [Request("s3:GetObject", answers), Request("kms:Decrypt", at("KeysData"))])) == {}
    bad = [
        Request("s3:PutObject", answers),
        Request("s3:GetObject", answers.replace("flight_delays", "others")),
        Request("s3:GetObject", f"{labelled}/flight_delays/labelled/run.manifest"),
        Request("s3:GetObject", f"{at('Raw')}/{OBJECT}"),
        Request("dynamodb:Query", at("Labels")),
        Request("kms:Encrypt", at("KeysData")),
    ]
    assert allowed(ask("annotation", bad)) == {}


def test_jobs_of_training_read_the_labelled_set_of_their_use_case_and_no_more(
    cloud: Cloud, at: Callable[[str], str]
) -> None:
    labelled = at("Labelled")
    good = [
        Request("s3:ListBucket", labelled, {"s3:prefix": "flight_delays/labelled/"}),
        Request("s3:GetObject", f"{labelled}/flight_delays/labelled/20261126T043000Z-000001-0a1b2c3d.manifest"),
    ]
    assert refused(cloud.verdicts(TRAINING, "JobRole", good)) == {}
    bad = [
        Request("s3:PutObject", f"{labelled}/flight_delays/labelled/run.manifest"),
        Request("s3:ListBucket", labelled, {"s3:prefix": "others/labelled/"}),
        Request("s3:GetObject", f"{labelled}/others/labelled/run.manifest"),
        Request("s3:GetObject", f"{labelled}/{RUN}/labels.json"),
        Request("s3:GetObject", f"{labelled}/flight_delays/imports/abc.manifest"),
    ]
    assert allowed(cloud.verdicts(TRAINING, "JobRole", bad)) == {}
