"""When and how captured requests are looked at, as the rules that ask for it say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from constructs.look_queue import LookQueues
from constructs.look_rule import look_rule


@dataclass(frozen=True)
class LookTerms:
    """When captures are looked at, and on what terms.

    Attributes:
        use_case: name of its folder.
        endpoint: the endpoint's name.
        terms: what the monitor function is told (lambda/monitor/events.py).
        schedule: when windows that have ended are looked at, an EventBridge schedule in UTC.
        queues: of the function.
    """

    use_case: str
    endpoint: str
    terms: Mapping[str, Any]
    schedule: str
    queues: LookQueues

    def rule(self, scope: Construct, name: str, description: str, *, begin: bool = False, **when: Any) -> None:
        """Make a rule that has the monitor function look; `begin`: the schedule's time has come."""
        look = {"use_case": self.use_case, "terms": dict(self.terms), **({"begin": True} if begin else {})}
        said = {"input": json.dumps(look)}
        look_rule(scope, name, use_case=self.use_case, description=description, queues=self.queues, said=said, **when)
