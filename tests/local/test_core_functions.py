"""Lambda functions of the local cloud: the project's packages, the function's own role, retries and dead letters."""

import io
import json
import time
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import RunningCloud
from tests.local.endpoints_kit import until
from tests.local.roles import Statement, allow, make_role

POWERTOOLS = "arn:aws:lambda:ap-northeast-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-arm64:27"
SOURCE = """
import boto3
from aws_lambda_powertools import Logger
from pydantic import BaseModel

class Event(BaseModel):
    bucket: str

def lambda_handler(event, context):
    who = boto3.client("sts").get_caller_identity()["Arn"]
    try:
        boto3.client("s3").list_objects_v2(Bucket=Event(**event).bucket)
    except Exception as error:
        return {"who": who, "error": str(error)}
    return {"who": who}
"""
FAILING = "def lambda_handler(event, context):\n    raise ValueError('it never works')\n"


def code(source: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.py", source)
    return file.getvalue()


def make_function(cloud: Any, name: str, source: str, statements: list[Statement], **more: Any) -> str:
    role = make_role(cloud.client("iam"), name, statements, {"Service": "lambda.amazonaws.com"})
    function = cloud.client("lambda").create_function(
        FunctionName=name, Runtime="python3.12", Handler="index.lambda_handler", Role=role, Timeout=30,
        Code={"ZipFile": code(source)}, Layers=[POWERTOOLS], **more,
    )  # fmt: skip
    return str(function["FunctionArn"])


@pytest.fixture(scope="module")
def queue(client: Any) -> tuple[str, str]:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, arn


def test_a_function_has_the_layers_packages_and_its_own_role(local_cloud: RunningCloud) -> None:
    s3 = local_cloud.client("s3")
    for bucket in ("functions-own", "functions-other"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    make_function(local_cloud, "fn-reads", SOURCE, [allow("s3:ListBucket", "arn:aws:s3:::functions-own")])

    def invoke(bucket: str) -> Any:
        payload = json.dumps({"bucket": bucket})
        answer = local_cloud.client("lambda").invoke(FunctionName="fn-reads", Payload=payload)
        return json.loads(answer["Payload"].read())

    assert invoke("functions-own") == {"who": "arn:aws:sts::000000000000:assumed-role/fn-reads/fn-reads"}
    assert "not authorized to perform: s3:ListBucket" in invoke("functions-other")["error"]


def test_what_fails_every_time_becomes_a_dead_letter(local_cloud: RunningCloud, queue: tuple[str, str]) -> None:
    url, queue_arn = queue
    events = local_cloud.client("events")
    function = make_function(
        local_cloud,
        "fn-fails",
        FAILING,
        [allow("sqs:SendMessage", queue_arn)],
        DeadLetterConfig={"TargetArn": queue_arn},
    )
    rule = events.put_rule(Name="fails", EventPattern=json.dumps({"source": ["tests"]}))["RuleArn"]
    local_cloud.client("lambda").add_permission(
        FunctionName="fn-fails", StatementId="rule", Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com", SourceArn=rule,
    )  # fmt: skip
    events.put_targets(Rule="fails", Targets=[{"Id": "function", "Arn": function}])
    events.put_events(Entries=[{"Source": "tests", "DetailType": "any", "Detail": json.dumps({"number": 7})}])
    sqs = local_cloud.client("sqs")
    deadline = time.monotonic() + 40
    while not (found := sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages")):
        assert time.monotonic() < deadline, "no dead letter"
    assert json.loads(found[0]["Body"])["detail"] == {"number": 7}
    sqs.purge_queue(QueueUrl=url)


def test_what_may_not_be_delivered_becomes_a_dead_letter(local_cloud: RunningCloud, queue: tuple[str, str]) -> None:
    url, queue_arn = queue
    events, sqs = local_cloud.client("events"), local_cloud.client("sqs")
    function = make_function(local_cloud, "fn-closed", FAILING, [allow("s3:GetObject")])
    rule = events.put_rule(Name="closed", EventPattern=json.dumps({"source": ["closed"]}))["RuleArn"]
    statement = {
        **allow("sqs:SendMessage", queue_arn, Condition={"ArnEquals": {"aws:SourceArn": rule}}),
        "Principal": {"Service": "events.amazonaws.com"},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    target = {"Id": "function", "Arn": function, "DeadLetterConfig": {"Arn": queue_arn}}
    events.put_targets(Rule="closed", Targets=[target])
    events.put_events(Entries=[{"Source": "closed", "DetailType": "any", "Detail": "{}"}])
    found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert json.loads(found[0]["Body"])["source"] == "closed"


def test_an_alarm_tells_its_topic(local_cloud: RunningCloud, queue: tuple[str, str]) -> None:
    cloudwatch, sns, sqs = (local_cloud.client(name) for name in ("cloudwatch", "sns", "sqs"))
    url = sqs.create_queue(QueueName="alarms")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    policy = {**allow("sqs:SendMessage", arn), "Principal": {"Service": "sns.amazonaws.com"}}
    sqs.set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": policy})}
    )
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    cloudwatch.put_metric_alarm(
        AlarmName="too-many", Namespace="Tests", MetricName="Errors", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topic],
    )  # fmt: skip
    cloudwatch.put_metric_data(Namespace="Tests", MetricData=[{"MetricName": "Errors", "Value": 3}])
    deadline = time.monotonic() + 40
    while not (found := sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages")):
        assert time.monotonic() < deadline, "the alarm told nobody"
        cloudwatch.describe_alarms(AlarmNames=["too-many"])
    assert json.loads(json.loads(found[0]["Body"])["Message"])["NewStateValue"] == "ALARM"


def test_a_queue_invokes_a_function_only_if_its_role_may_and_keeps_what_it_fails_at(local_cloud: RunningCloud) -> None:
    sqs, functions = local_cloud.client("sqs"), local_cloud.client("lambda")
    url = sqs.create_queue(QueueName="looks", Attributes={"VisibilityTimeout": "180"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    # Reports every message of the batch but "good" as failed.
    source = (
        "def lambda_handler(event, context):\n"
        "    bad = [m['messageId'] for m in event['Records'] if m['body'] != 'good']\n"
        "    return {'batchItemFailures': [{'itemIdentifier': i} for i in bad]}\n"
    )
    make_function(local_cloud, "without", source, [allow("sqs:GetQueueAttributes", arn)])
    connect = {"EventSourceArn": arn, "BatchSize": 10, "FunctionResponseTypes": ["ReportBatchItemFailures"]}
    with pytest.raises(ClientError, match="does not have permissions to call ReceiveMessage on SQS"):
        functions.create_event_source_mapping(FunctionName="without", **connect)
    actions = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    make_function(local_cloud, "with", source, [allow(action, arn) for action in actions])
    functions.create_event_source_mapping(FunctionName="with", **connect)
    for body in ("good", "bad"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def left() -> list[str]:
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return [attributes[name] for name in names]

    until(lambda: left() == ["0", "1"], 60, "the end of the function")
