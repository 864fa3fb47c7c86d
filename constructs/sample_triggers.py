"""What has the retrain function look at the labels of one use case's turns."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from constructs import Construct

from constructs.look_queue import LookQueues
from constructs.look_rule import look_rule, object_has_come, pipeline_is_over


class SampleTriggers(Construct):
    """Rules: a sample is chosen or delivered, labelling has answered; and the schedule of samples without an alarm.

    Args:
        use_case: name of its folder.
        terms: on which a cause becomes a turn; each message has them.
        pipelines: names of those that choose and deliver.
        labelled: name of the bucket of labels; chosen: the prefix in which labelling answers.
        schedule: an EventBridge schedule in UTC; None: none.
        queues: of the function.
    """

    def __init__(  # noqa: PLR0913 - what labels of a turn wait for is that much
        self,
        scope: Construct,
        construct_id: str,
        *,
        use_case: str,
        terms: Mapping[str, Any],
        pipelines: Sequence[str],
        labelled: str,
        chosen: str,
        schedule: str | None,
        queues: LookQueues,
    ) -> None:
        super().__init__(scope, construct_id)
        look = {"use_case": use_case, "terms": dict(terms)}

        def rule(name: str, description: str, said: dict[str, Any], **when: Any) -> None:
            look_rule(self, name, use_case=use_case, description=description, queues=queues, said=said, **when)

        plain = {"input": json.dumps(look)}
        for pipeline in pipelines:
            name = pipeline.rpartition("-")[2].capitalize()
            rule(name, f"{pipeline} is over", plain, event_pattern=pipeline_is_over(self, pipeline))
        rule("Answered", "labelling has answered", plain, event_pattern=object_has_come(labelled, chosen))
        if schedule:
            cause = {"kind": "sample", "at": "<time>", "source": schedule}
            template = json.dumps({**look, "causes": [cause]}).replace('"<time>"', "<time>")
            timed = {"inputTransformer": {"inputPathsMap": {"time": "$.time"}, "inputTemplate": template}}
            rule("Schedule", "it is time to label a sample", timed, schedule_expression=schedule)
