"""What watches, and is removed."""

from collections.abc import Iterator

from ops.assembly.model import Resource, Stack
from ops.review.model import Action, Class, Compared, Found, Severity
from ops.review.monitoring_weakened.watched import watches
from ops.review.values import at, listed, references, shown

_HIGH, _MEDIUM = Severity.HIGH, Severity.MEDIUM
_DRIFT = "drift of the model is no longer looked for by it"
_WATCHERS: dict[str, tuple[str, Severity]] = {
    "AWS::CloudWatch::Alarm": ("", _HIGH),  # said below, with what it watches
    "AWS::CloudWatch::CompositeAlarm": ("nobody hears of what it put together", _HIGH),
    "AWS::CloudWatch::AnomalyDetector": ("the usual band of its metric is no longer learnt", _MEDIUM),
    "AWS::CloudWatch::Dashboard": ("who is on call no longer sees its figures in one place", _MEDIUM),
    "AWS::Logs::MetricFilter": ("its metric gets no more values, and alarms on it fall silent", _HIGH),
    "AWS::Logs::SubscriptionFilter": ("logs no longer reach who reads them elsewhere", _MEDIUM),
    "AWS::SNS::Subscription": ("alarms that go to its topic no longer reach this subscriber", _HIGH),
    "AWS::EC2::FlowLog": ("nobody can tell afterwards who talked to whom in the network", _HIGH),
    "AWS::CloudTrail::Trail": ("calls to AWS are no longer recorded by it", _HIGH),
    "AWS::Config::ConfigurationRecorder": ("changes of resources are no longer recorded", _HIGH),
    "AWS::GuardDuty::Detector": ("threats are no longer looked for", _HIGH),
    "AWS::Synthetics::Canary": ("nobody tries from outside whether it works", _MEDIUM),
    "AWS::Budgets::Budget": ("nobody hears when it costs more than planned", _MEDIUM),
    "AWS::CE::AnomalySubscription": ("nobody hears of unusual costs", _MEDIUM),
    "AWS::SageMaker::MonitoringSchedule": (_DRIFT, _HIGH),
    "AWS::SageMaker::DataQualityJobDefinition": (_DRIFT, _HIGH),
    "AWS::SageMaker::ModelQualityJobDefinition": (_DRIFT, _HIGH),
    "AWS::SageMaker::ModelBiasJobDefinition": (_DRIFT, _HIGH),
    "AWS::SageMaker::ModelExplainabilityJobDefinition": (_DRIFT, _HIGH),
}


def found(compared: Compared) -> Iterator[Found]:
    """Yield what nobody watches any more, unless something else in the stack watches the same."""
    before = compared.before
    if before is None or compared.action is not Action.REMOVE or before.type not in _WATCHERS:
        return
    why, severity = _WATCHERS[before.type]
    if before.type == "AWS::CloudWatch::Alarm":
        if _watched_still(before, compared.head):
            return
        why = f"nobody hears when {watches(before)}"
        severity = severity if listed(at(before, "AlarmActions")) else _MEDIUM
    if before.type == "AWS::SNS::Subscription" and not _tells_alarms(before, compared.base):
        return
    yield Found(Class.MONITORING_WEAKENED, severity, f"{before.logical_id} is removed: {why}")


def _watched_still(alarm: Resource, head: Stack) -> bool:
    own = _without_name(alarm)
    return any(one.type == alarm.type and _without_name(one) == own for one in head.template.resources.values())


def _without_name(alarm: Resource) -> dict[str, object]:
    return {
        name: value for name, value in alarm.properties.items() if name not in ("AlarmName", "AlarmDescription", "Tags")
    }


def _tells_alarms(subscription: Resource, stack: Stack) -> bool:
    topics = set(references(at(subscription, "TopicArn")))
    alarms = (one for one in stack.template.resources.values() if one.type.startswith("AWS::CloudWatch::"))
    actions = {shown(name) for one in alarms for name in references(at(one, "AlarmActions"))}
    return bool(topics & actions)
