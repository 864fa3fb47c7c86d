"""On which terms a use case's loop turns, and where its messages go: the same from whichever stack they come."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from constructs import Construct

from config import UseCase
from config.use_case.retrain import Retrain
from constructs.arns import Arns
from constructs.look_queue import LookQueues, look_queue_name
from constructs.preparation_access import preparation_machine_name

if TYPE_CHECKING:
    from stacks.control_stack import ControlStack


@dataclass(frozen=True)
class LoopMessages:
    """What rules send of a use case to the retrain function.

    Attributes:
        terms: as lambda/retrain/events.py has them.
        machine_arn: of the state machine that prepares the data, None where the pipeline does.
        queues: of the function.
    """

    terms: dict[str, Any]
    machine_arn: str | None
    queues: LookQueues

    @classmethod
    def of(
        cls, scope: Construct, *, environment: str, use_case: UseCase, retrain: Retrain, control: "ControlStack"
    ) -> "LoopMessages":
        """Return them for rules in a scope; `retrain` is the use case's section."""
        arns = Arns.of(scope)
        machine = (
            arns.arn("states", f"stateMachine:{preparation_machine_name(environment, use_case.slug)}")
            if use_case.prepare.before_the_pipeline
            else None
        )
        looks = arns.arn("sqs", look_queue_name(environment, "retrain"))
        terms = retrain.terms(use_case.train, use_case.label) | ({"machine": machine} if machine else {})
        return cls(terms, machine, LookQueues(looks, control.undelivered.queue_arn))
