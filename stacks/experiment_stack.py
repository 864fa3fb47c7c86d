"""One use case's experiments: what reduces their outcomes, and when they are looked at.

Only where the use case has a section `experiment`.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from constructs import Construct

from config import UseCase
from config.use_case.experiment import Experiment
from constructs.arns import Arns
from constructs.assignment_roles import EXPOSURES
from constructs.captures_role import EXPERIMENTS, GROUND_TRUTH, CapturesPlaces, CapturesRole
from constructs.experiment_alarms import ExperimentAlarms
from constructs.experiment_schedule import ExperimentSchedule
from constructs.look_queue import LookQueues, look_queue_name
from constructs.training_pipeline import TrainingPipeline
from pipelines_src.definition.outcomes_pipeline import build_outcomes_pipeline

if TYPE_CHECKING:
    from stacks.control_stack import ControlStack
    from stacks.data_stack import DataStack
    from stacks.training_stack import TrainingStack


class ExperimentStack(cdk.Stack):
    """The outcomes pipeline with its role, the rules that have the experiment function look, and alarms.

    Args:
        experiment: the use case's section.
        environment: its name.
        training: gives the code that jobs run, and what its own pipeline takes from the environment.
        control: has the function, the topic of alarms, and the queue for what rules cannot deliver.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        experiment: Experiment,
        environment: str,
        use_case: UseCase,
        data: "DataStack",
        training: "TrainingStack",
        control: "ControlStack",
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        endpoint = f"{environment}-{use_case.slug}"
        jobs = CapturesRole(
            self,
            "Role",
            path=f"/ml-loop/{environment}/{use_case.slug}/outcomes/",
            pipeline="outcomes",
            places=CapturesPlaces(
                use_case=use_case.name,
                folder=EXPERIMENTS,
                capture=data.capture,
                processed=data.processed,
                data_key=training.settings.data_key,
                files=tuple(training.job_files),
            ),
            images=training.images,
            placement=training.placement,
        )
        own = f"s3://{data.capture.bucket_name}/{use_case.name}"
        pipeline = TrainingPipeline(
            self,
            "Outcomes",
            name=f"{endpoint}-outcomes",
            description=f"Adds up what came of predictions: {use_case.description}",
            definition=build_outcomes_pipeline(
                use_case,
                replace(training.settings, role_arn=jobs.role.role_arn),
                captures_uri=f"{own}/{endpoint}",
                ground_truth_uri=f"{own}/{GROUND_TRUTH}",
                exposures_uri=f"{own}/{EXPOSURES}" if experiment.assignment == "sticky" else None,
            ).to_definition(),
            role_arn=jobs.role.role_arn,
        )
        # Its first job may start as soon as it exists.
        pipeline.resource.add_resource_dependency(jobs.policy)
        self._watch(experiment, environment, use_case, control)

    def _watch(self, experiment: Experiment, environment: str, use_case: UseCase, control: "ControlStack") -> None:
        endpoint = f"{environment}-{use_case.slug}"
        ExperimentSchedule(
            self,
            "Triggers",
            use_case=use_case.name,
            declared=_by_itself(experiment, use_case),
            endpoint=endpoint,
            pipeline=f"{endpoint}-outcomes",
            schedule=experiment.schedule,
            queues=LookQueues(
                Arns.of(self).arn("sqs", look_queue_name(environment, "experiment")), control.undelivered.queue_arn
            ),
        )
        self.alarms = ExperimentAlarms(
            self,
            "Alarms",
            environment=environment,
            use_case=use_case.slug,
            topic_arn=control.alarm_topic_arn,
        ).names


def _by_itself(experiment: Experiment, use_case: UseCase) -> dict[str, Any] | None:
    """Return the terms of experiments that begin by themselves; None where people begin them."""
    if use_case.retrain is None or use_case.retrain.propose != "challenger":
        return None
    return experiment.declared(use_case.problem, own_threshold=use_case.evaluate.costs is not None)
