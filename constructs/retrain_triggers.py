"""What has the retrain function look at one use case."""

import json
from collections.abc import Mapping
from typing import Any

from constructs import Construct

from constructs.look_queue import LookQueues
from constructs.look_rule import execution_is_over, look_rule, pipeline_is_over


class RetrainTriggers(Construct):
    """Rules for the schedule, for the end of a run or of its preparation, and for each hour: what waits may begin then.

    Args:
        use_case: name of its folder.
        terms: on which a cause becomes a turn; each message has them.
        pipeline: name of the training pipeline.
        schedule: an EventBridge schedule in UTC; None: none.
        machine_arn: of the state machine that prepares the data and starts the pipeline; None: none does.
        queues: of the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        use_case: str,
        terms: Mapping[str, Any],
        pipeline: str,
        schedule: str | None,
        machine_arn: str | None,
        queues: LookQueues,
    ) -> None:
        super().__init__(scope, construct_id)
        look = {"use_case": use_case, "terms": dict(terms)}

        def rule(name: str, description: str, said: dict[str, Any], **when: Any) -> None:
            look_rule(self, name, use_case=use_case, description=description, queues=queues, said=said, **when)

        plain = {"input": json.dumps(look)}
        rule("Over", "a training is over", plain, event_pattern=pipeline_is_over(self, pipeline))
        if machine_arn:
            # One that fails starts no pipeline, of which the end would be heard.
            rule("Prepared", "a preparation is over", plain, event_pattern=execution_is_over(machine_arn))
        rule("Hourly", "an hour has passed", plain, schedule_expression="rate(1 hour)")
        if schedule:
            cause = {"kind": "schedule", "at": "<time>", "source": schedule}
            template = json.dumps({**look, "causes": [cause]}).replace('"<time>"', "<time>")
            timed = {"inputTransformer": {"inputPathsMap": {"time": "$.time"}, "inputTemplate": template}}
            rule("Schedule", "it is time to train again", timed, schedule_expression=schedule)
