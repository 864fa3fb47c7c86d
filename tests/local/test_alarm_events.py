"""An alarm that begins to ring is heard by rules, with the time that it has itself; falling silent is another event."""

import json
from datetime import datetime
from typing import Any

from constructs.look_rule import alarm_rings
from retrain.alarms import ringing
from retrain.events import Cause
from tests.local.conftest import RunningCloud
from tests.local.endpoints_kit import until

NAME = "model-quality-of-toys"


def test_a_rule_hears_an_alarm_and_cloudwatch_says_the_same_when_asked(local_cloud: RunningCloud) -> None:
    cloudwatch, events, sqs = (local_cloud.client(name) for name in ("cloudwatch", "events", "sqs"))
    cloudwatch.put_metric_alarm(
        AlarmName=NAME, Namespace="MlLoop", MetricName="none", Statistic="Maximum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", TreatMissingData="ignore",
    )  # fmt: skip
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[NAME])["MetricAlarms"]
    queue = sqs.create_queue(QueueName="alarms")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="alarms", EventPattern=json.dumps(alarm_rings([alarm["AlarmArn"]])))
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": _policy(arn)})
    cause = '{"kind": "quality", "at": <began>, "source": <name>}'
    paths = {"began": "$.detail.state.timestamp", "name": "$.detail.alarmName"}
    transformer = {"InputPathsMap": paths, "InputTemplate": cause}
    events.put_targets(Rule="alarms", Targets=[{"Id": "q", "Arn": arn, "InputTransformer": transformer}])
    for state in ("OK", "ALARM"):
        cloudwatch.set_alarm_state(AlarmName=NAME, StateValue=state, StateReason="a test")
    [message] = until(lambda: _messages(sqs, queue), 20, "a message of the rule")
    told = Cause.model_validate_json(message["Body"])
    assert told.source == NAME
    assert ringing(cloudwatch, {"quality": (NAME,)}) == (told,)
    assert abs((told.at - datetime.now(told.at.tzinfo)).total_seconds()) < 60
    cloudwatch.set_alarm_state(AlarmName=NAME, StateValue="OK", StateReason="a test")
    assert ringing(cloudwatch, {"quality": (NAME,)}) == ()
    assert _messages(sqs, queue) == []


def _messages(sqs: Any, queue: str) -> list[Any]:
    found = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return list(found)


def _policy(arn: str) -> str:
    principal = {"Service": "events.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
