"""Arrows of pictures come of references, policies, rules and queues, and of nothing else."""

import json

import pytest

from ops.diagram.model import Architecture
from tests.unit.diagram_kit import Json, arrows, function, may, of, role, shown, stack

PIPELINE = "arn:aws:sagemaker:ap-northeast-1:{}:pipeline/dev-{}"


def account(text: str) -> Json:
    """Return an ARN with the account left to deployment, as the CDK writes it."""
    before, after = text.split("{}", 1)
    return {"Fn::Join": ["", [before, {"Ref": "AWS::AccountId"}, after]]}


def pipeline(name: str, *steps: Json, **more: object) -> Json:
    body = json.dumps({"Steps": list(steps)})
    return of(
        "AWS::SageMaker::Pipeline", PipelineName=name, PipelineDefinition={"PipelineDefinitionBody": body}, **more
    )


def step(name: str, type_: str = "Processing", **arguments: object) -> Json:
    return {"Name": name, "Type": type_, "Arguments": arguments}


def started(*statements: Json) -> set[tuple[str, str, str]]:
    """Return the arrows of a function that has these statements, with two pipelines to start."""
    jobs = stack("batch", "flights", Jobs=pipeline("dev-flights-batch", step("Score")))
    other = stack("monitoring", "flights", Looks=pipeline("dev-flights-monitoring", step("Look")))
    control = stack("control", Ask=function(), Role=role(*statements))
    return {one for one in arrows(shown(jobs, other, control)) if one[0] == "ask"}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (PIPELINE.format("{}", "*-batch"), {"batch"}),
        (PIPELINE.format("{}", "*"), {"batch", "monitoring"}),
        (PIPELINE.format("{}", "flights-batch"), {"batch"}),
        (PIPELINE.format("{}", "other-*"), set()),
        ("arn:aws:states:ap-northeast-1:{}:stateMachine:dev-*", set()),
        ("arn:aws:sagemaker:ap-northeast-1:{}:pipeline/[d]ev-*", set()),
    ],
)
def test_a_pattern_reaches_what_it_names(pattern: str, found: set[str]) -> None:
    assert {one[2] for one in started(may("sagemaker:StartPipelineExecution", account(pattern)))} == found


def test_a_denial_takes_away_but_not_one_with_a_condition() -> None:
    allowed = may("sagemaker:StartPipelineExecution", account(PIPELINE.format("{}", "*")))
    denied = may("sagemaker:StartPipelineExecution", account(PIPELINE.format("{}", "*-batch")), "Deny")
    assert {one[2] for one in started(allowed, denied)} == {"monitoring"}
    assert {one[2] for one in started(allowed, denied | {"Condition": {"Null": {}}})} == {"batch", "monitoring"}


def test_reading_is_no_call() -> None:
    assert not started(may("sagemaker:DescribePipelineExecution", account(PIPELINE.format("{}", "*"))))


def world(rule: Json, **more: Json) -> Architecture:
    """Return an environment whose function is told of something through a queue, by its name or by reference."""
    control = stack(
        "control",
        Look=function(),
        Role=role(),
        Queue=of("AWS::SQS::Queue", QueueName="dev-looks"),
        Reads=of(
            "AWS::Lambda::EventSourceMapping",
            EventSourceArn={"Fn::GetAtt": ["Queue", "Arn"]},
            FunctionName={"Ref": "Look"},
        ),
    )
    data = stack("data", exports={"Raw": "dev-raw"}, Raw=of("AWS::S3::Bucket"))
    target = account("arn:aws:sqs:ap-northeast-1:{}:dev-looks")
    own = stack("loop", "flights", Rule=of("AWS::Events::Rule", Targets=[{"Arn": target}], **rule), **more)
    return shown(data, control, own)


def test_an_event_goes_through_a_queue_to_the_function_that_reads_it() -> None:
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [{"Fn::ImportValue": "dev-raw"}]}},
    }
    assert ("raw", "event new file", "look") in arrows(world({"EventPattern": pattern}))


def test_an_alarm_is_an_event() -> None:
    pattern = {"detail-type": ["CloudWatch Alarm State Change"], "resources": [{"Fn::GetAtt": ["Alarm", "Arn"]}]}
    found = world({"EventPattern": pattern}, Alarm=of("AWS::CloudWatch::Alarm"))
    assert ("1 alarm", "event alarm", "look") in arrows(found)


def test_a_schedule_comes_from_nowhere() -> None:
    assert not [one for one in arrows(world({"ScheduleExpression": "rate(1 hour)"})) if one[1].startswith("event")]


def test_models_are_news_by_the_name_of_their_group() -> None:
    kind = {"detail-type": ["SageMaker Model Package State Change"]}
    group = of("AWS::SageMaker::ModelPackageGroup", ModelPackageGroupName="dev-flights")
    told = world({"EventPattern": kind | {"detail": {"ModelPackageGroupName": [{"prefix": "dev-"}]}}}, Group=group)
    assert ("registry", "event package changed", "look") in arrows(told)
    other = world({"EventPattern": kind | {"detail": {"ModelPackageGroupName": ["prod-flights"]}}}, Group=group)
    assert not [one for one in arrows(other) if one[0] == "registry"]


def test_steps_of_a_training_are_in_three_workloads() -> None:
    raw = {"Fn::ImportValue": "dev-raw"}
    body = json.dumps(
        {
            "Steps": [
                step("Prepare", ProcessingInputs=[{"S3Input": {"S3Uri": "s3://<raw>/x"}}]),
                step("Train", "Training", InputDataConfig={"S3Uri": {"Get": "Steps.Prepare.Output"}}),
                step("Judge", ProcessingInputs=[{"S3Uri": {"Get": "Steps.Train.Model"}}]),
                step("Gate", "Condition", IfSteps=[step("Register", "RegisterModel", ModelPackageGroupName="dev-f")])
                | {"DependsOn": ["Judge"]},
            ]
        }
    )
    before, after = body.split("<raw>")
    definition = {"PipelineDefinitionBody": {"Fn::Join": ["", [before, raw, after]]}}
    found = shown(
        stack("data", exports={"Raw": "dev-raw"}, Raw=of("AWS::S3::Bucket")),
        stack(
            "training",
            "f",
            Pipeline=of("AWS::SageMaker::Pipeline", PipelineName="dev-f", PipelineDefinition=definition),
            Group=of("AWS::SageMaker::ModelPackageGroup", ModelPackageGroupName="dev-f"),
        ),
    )
    assert {(box.title, box.workload.name) for box in found.boxes if box.title in ("Prepare", "Train", "Judge")} == {
        ("Prepare", "PREPARE"),
        ("Train", "TRAIN"),
        ("Judge", "EVALUATE"),
    }
    assert arrows(found) == {
        ("People and programs", "data raw data", "raw"),
        ("raw", "data", "Prepare"),
        ("Prepare", "data", "Train"),
        ("Train", "data", "Judge"),
        ("Judge", "data registers", "registry"),
    }


def test_only_people_call_a_function_that_nothing_calls() -> None:
    found = shown(stack("control", Answer=function(), Role=role()))
    assert arrows(found) == {("People and programs", "call invoke", "answer")}
