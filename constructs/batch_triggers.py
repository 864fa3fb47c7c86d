"""What makes the batch transform function look at a use case."""

import json
from typing import Any

from constructs import Construct

from constructs.batch_function_role import INCOMING
from constructs.look_queue import LookQueues
from constructs.look_rule import look_rule, object_has_come, pipeline_is_over


class BatchTriggers(Construct):
    """Rules: a run is over, an hour has passed in case an event was lost; a schedule, and new files, if asked for.

    Each sends the same message every time to the queue that gathers them.

    Args:
        use_case: name of its folder.
        scored: which files a run scores, `new` or `prefix`.
        pipeline: name of the batch pipeline.
        schedule: an EventBridge schedule in UTC; None: none.
        bucket_name: where files arrive; None: their arrival starts nothing.
        queues: of the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        use_case: str,
        scored: str,
        pipeline: str,
        schedule: str | None,
        bucket_name: str | None,
        queues: LookQueues,
    ) -> None:
        super().__init__(scope, construct_id)
        arrivals = bucket_name is not None

        def rule(name: str, description: str, begin: bool, **when: Any) -> None:
            # What there is to do shows when one looks; the message says only whether a run may begin.
            look = {"use_case": use_case, "scope": scored, "begin": begin, "trigger": description}
            said = {"input": json.dumps(look)}
            look_rule(self, name, use_case=use_case, description=description, queues=queues, said=said, **when)

        # Files that came during a run, or before there was a model, wait for one of these two.
        rule("Over", "a run is over", arrivals, event_pattern=pipeline_is_over(self, pipeline))
        rule("Hourly", "an hour has passed", arrivals, schedule_expression="rate(1 hour)")
        if schedule:
            rule("Schedule", f"the schedule {schedule}", True, schedule_expression=schedule)
        if bucket_name is not None:
            new = object_has_come(bucket_name, f"{INCOMING}/{use_case}/")
            rule("NewFiles", "a file has come", True, event_pattern=new)
