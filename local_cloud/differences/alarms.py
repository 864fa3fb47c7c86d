"""Alarms look at their own metric, period by period, as time goes by, publish where policy and key let them, and tell
EventBridge.

ministack looks at metrics of all dimensions together, at once over all periods, only when a metric is put, lets every
alarm publish, and puts no event on the bus. Sources: CloudWatch user guide, "Evaluating an alarm", "Configuring how
CloudWatch alarms treat missing data", "Using Amazon CloudWatch alarms", "Alarm events and EventBridge", Amazon SNS
topics with server-side encryption.
"""

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import Any

from local_cloud.alarm_rules import State, decide, periods
from local_cloud.events import put_aws_event
from local_cloud.resource_policies import key_refusal, refusal
from local_cloud.settings import alarm_speed

logger = logging.getLogger("local_cloud")

_SERVICE = "cloudwatch.amazonaws.com"
_EVERY_SECONDS = 0.5


def close(loop: asyncio.AbstractEventLoop) -> None:
    """Evaluate alarms as AWS does."""
    from ministack.services import cloudwatch

    publish = cloudwatch._dispatch_alarm_actions

    def publish_where_allowed(alarm: dict[str, Any], old: str, new: str, reason: str) -> None:
        lists = ("AlarmActions", "OKActions", "InsufficientDataActions")
        allowed = {name: [arn for arn in alarm.get(name) or [] if _may_publish(arn, alarm)] for name in lists}
        publish({**alarm, **allowed}, old, new, reason)
        _tell(loop, alarm, old)

    cloudwatch._dispatch_alarm_actions = publish_where_allowed
    cloudwatch._evaluate_alarm = _evaluate


async def run() -> None:
    """Evaluate every alarm every half second, since time alone may change a state. Never ends."""
    from ministack.core.responses import request_scope
    from ministack.services import cloudwatch

    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        for account, region, name in list(cloudwatch._alarms._data):
            with request_scope(account, region):
                try:
                    if alarm := cloudwatch._alarms.get(name):
                        _evaluate(alarm)
                except Exception:
                    logger.exception("Alarm %s cannot be evaluated", name)


def _evaluate(alarm: dict[str, Any]) -> None:
    if not alarm.get("MetricName"):
        return
    values = period_values(alarm)
    state, reason = decide(alarm, values)
    if state not in {None, alarm["StateValue"]}:
        _change(alarm, state or "OK", reason)


def period_values(alarm: dict[str, Any]) -> list[float | None]:
    """Return the value of each period that an alarm evaluates, oldest first; None where it has no data."""
    from ministack.services import cloudwatch

    dimensions = {item["Name"]: item["Value"] for item in alarm.get("Dimensions") or []}
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    unit = alarm.get("Unit")
    points = [point for point in cloudwatch._metrics.get(key) or [] if not unit or point["Unit"] == unit]
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    length = int(alarm.get("Period") or 60) / alarm_speed()
    return [
        cloudwatch._stat_value(cloudwatch._calc_stats(inside), statistic, inside) if inside else None
        for inside in periods(points, length, int(alarm.get("EvaluationPeriods") or 1), time.time())
    ]


def _change(alarm: dict[str, Any], new: State, reason: str) -> None:
    from ministack.services import cloudwatch

    old = alarm["StateValue"]
    alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
    cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _tell(loop: asyncio.AbstractEventLoop, alarm: dict[str, Any], old: str) -> None:
    """Put the event of a change of state on the bus: of an alarm without actions as well."""
    alarm["StateTransitionedTimestamp"] = alarm["StateUpdatedTimestamp"]
    at = datetime.fromtimestamp(alarm["StateUpdatedTimestamp"], UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    arn = alarm["AlarmArn"]
    state = {"value": alarm["StateValue"], "reason": alarm["StateReason"], "timestamp": at}
    event = {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Resources": [arn],
        "Detail": {"alarmName": alarm["AlarmName"], "state": state, "previousState": {"value": old}},
    }
    _, _, _, region, account, _ = arn.split(":", 5)
    put_aws_event(loop, account, region, event)


def _may_publish(arn: str, alarm: dict[str, Any]) -> bool:
    from ministack.services import sns

    if not arn.startswith("arn:aws:sns:"):
        return True
    source = alarm.get("AlarmArn", "")
    topic = sns._topic_by_arn_any_scope(arn) or {}
    key = topic.get("attributes", {}).get("KmsMasterKeyId", "")
    reason = refusal(_SERVICE, "sns:Publish", arn, source) or key_refusal(_SERVICE, key, source)
    if reason:
        logger.warning("Alarm %s failed to execute its action: %s", alarm["AlarmName"], reason)
    return not reason
