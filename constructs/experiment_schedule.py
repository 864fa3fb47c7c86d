"""What makes the experiment function look at a use case."""

import json
from collections.abc import Mapping
from typing import Any

from constructs import Construct

from constructs.look_queue import LookQueues
from constructs.look_rule import endpoint_came_to_rest, look_rule, pipeline_is_over

_TIME = "time"


class ExperimentSchedule(Construct):
    """Rules: the schedule's, and two that let what is under way go on: sums are made, weights have moved.

    The schedule's message carries the event's own time, by which a look is told from its repetition.

    Args:
        use_case: name of its folder.
        declared: terms of experiments that begin by themselves about what the loop proposes; None: people begin them.
        endpoint: its endpoint's name.
        pipeline: name of its outcomes pipeline.
        schedule: an EventBridge schedule in UTC.
        queues: of the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        use_case: str,
        declared: Mapping[str, Any] | None,
        endpoint: str,
        pipeline: str,
        schedule: str,
        queues: LookQueues,
    ) -> None:
        super().__init__(scope, construct_id)
        look = {"use_case": use_case, **({"declared": dict(declared)} if declared else {})}

        def rule(name: str, description: str, said: dict[str, Any], **when: Any) -> None:
            look_rule(self, name, use_case=use_case, description=description, queues=queues, said=said, **when)

        template = json.dumps(look)[:-1] + f', "{_TIME}": <{_TIME}>}}'
        timed = {"inputTransformer": {"inputPathsMap": {_TIME: "$.time"}, "inputTemplate": template}}
        plain = {"input": json.dumps(look)}
        rule("Schedule", "time to look at the experiment", timed, schedule_expression=schedule)
        over = pipeline_is_over(self, pipeline)
        rule("Sums", "the sums of a look are made, or will not be", plain, event_pattern=over)
        rule("Endpoint", "its endpoint came to rest", plain, event_pattern=endpoint_came_to_rest(endpoint))
