"""What makes the label function look at a use case."""

import json
from typing import Any

from constructs import Construct

from constructs.label_function_role import CHOSEN
from constructs.labelling_role import TO_LABEL
from constructs.look_queue import LookQueues
from constructs.look_rule import execution_is_over, look_rule, object_has_come


class LabelTriggers(Construct):
    """Rules: a job is over, objects were chosen, an hour has passed in case an event was lost; a schedule, and new
    objects, if asked for.

    Args:
        use_case: name of its folder.
        machine_arn: of the state machine that makes the jobs; None: there are none, and who chooses objects is told so.
        schedule: an EventBridge schedule in UTC; None: none.
        labelled: name of the bucket of labels, where whoever chooses objects says so.
        bucket_name: where objects arrive; None: their arrival starts nothing.
        queues: of the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        use_case: str,
        machine_arn: str | None,
        schedule: str | None,
        labelled: str,
        bucket_name: str | None,
        queues: LookQueues,
    ) -> None:
        super().__init__(scope, construct_id)
        arrivals = bucket_name is not None

        def rule(name: str, description: str, begin: bool, **when: Any) -> None:
            said = {"input": json.dumps({"use_case": use_case, "begin": begin, "trigger": description})}
            look_rule(self, name, use_case=use_case, description=description, queues=queues, said=said, **when)

        if machine_arn:
            rule("Over", "a labelling job is over", arrivals, event_pattern=execution_is_over(machine_arn))
        rule("Hourly", "an hour has passed", arrivals, schedule_expression="rate(1 hour)")
        rule(
            "Chosen", "objects were chosen", arrivals, event_pattern=object_has_come(labelled, f"{use_case}/{CHOSEN}/")
        )
        if schedule:
            rule("Schedule", f"the schedule {schedule}", True, schedule_expression=schedule)
        if bucket_name is not None:
            new = object_has_come(bucket_name, f"{TO_LABEL}/{use_case}/")
            rule("NewObjects", "an object has come", True, event_pattern=new)
