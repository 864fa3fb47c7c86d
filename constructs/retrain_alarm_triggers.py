"""What has the retrain function hear alarms of the monitor."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from constructs.look_queue import LookQueues
from constructs.look_rule import alarm_rings, look_rule

_BEGAN, _NAME = "began", "name"  # of the event, in the template


class RetrainAlarmTriggers(Construct):
    """A rule for each meaning of alarms, and an hourly one: events come at least once, but no promise says soon.

    The hourly message names the alarms, and the function asks CloudWatch whether they ring. An alarm that rang in an
    event and one that is found ringing are one cause, since both have its name and the time at which it began.

    Args:
        use_case: name of its folder.
        terms: on which a cause becomes a turn; each message has them.
        alarms: of the monitor, by what they mean: `drift` or `quality`.
        queues: of the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        use_case: str,
        terms: Mapping[str, Any],
        alarms: Mapping[str, Sequence[cloudwatch.CfnAlarm]],
        queues: LookQueues,
    ) -> None:
        super().__init__(scope, construct_id)
        look = {"use_case": use_case, "terms": dict(terms)}
        heard = {kind: found for kind, found in alarms.items() if found}
        for kind, found in heard.items():
            cause = {"kind": kind, "at": f"<{_BEGAN}>", "source": f"<{_NAME}>"}
            # EventBridge puts quotes around a text itself.
            template = json.dumps({**look, "causes": [cause]})
            for name in (_BEGAN, _NAME):
                template = template.replace(f'"<{name}>"', f"<{name}>")
            paths = {_BEGAN: "$.detail.state.timestamp", _NAME: "$.detail.alarmName"}
            look_rule(
                self,
                kind.capitalize(),
                use_case=use_case,
                description=f"an alarm on {kind} rings",
                queues=queues,
                said={"inputTransformer": {"inputPathsMap": paths, "inputTemplate": template}},
                event_pattern=alarm_rings([alarm.attr_arn for alarm in found]),
            )
        if heard:
            names = {kind: [alarm.ref for alarm in found] for kind, found in heard.items()}
            look_rule(
                self,
                "Ringing",
                use_case=use_case,
                description="an hour has passed; do alarms ring?",
                queues=queues,
                said={"input": json.dumps({**look, "alarms": names})},
                schedule_expression="rate(1 hour)",
            )
