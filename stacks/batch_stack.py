"""One use case's batch transform: its pipeline, and what starts it; only where the use case has a section `batch`."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from constructs import Construct

from config import UseCase
from config.images import XGBOOST_REPOSITORY, xgboost_account
from config.use_case.batch import BatchTransform
from constructs.arns import Arns
from constructs.batch_alarms import BatchAlarms
from constructs.batch_transform_role import BatchPlaces, BatchTransformRole
from constructs.batch_triggers import BatchTriggers
from constructs.look_queue import LookQueues, look_queue_name
from constructs.training_pipeline import TrainingPipeline
from pipelines_src.definition.batch_pipeline import build_batch_pipeline

if TYPE_CHECKING:
    from stacks.control_stack import ControlStack
    from stacks.data_stack import DataStack
    from stacks.training_stack import TrainingStack


class BatchStack(cdk.Stack):
    """The batch pipeline with its role, the rules that ask for runs, and an alarm.

    Args:
        environment: its name.
        batch: when files are scored, and on what.
        training: gives the code that jobs run, and what its own pipeline takes from the environment.
        control: tells people, and keeps what rules cannot deliver; it has the function that starts runs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        use_case: UseCase,
        batch: BatchTransform,
        data: "DataStack",
        training: "TrainingStack",
        control: "ControlStack",
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        name = f"{environment}-{use_case.slug}-batch"
        jobs = self._role(environment, use_case, data, training)
        settings = replace(training.settings, role_arn=jobs.role.role_arn)
        pipeline = TrainingPipeline(
            self,
            "Pipeline",
            name=name,
            description=f"Scores files: {use_case.description}",
            definition=build_batch_pipeline(use_case, batch, settings).to_definition(),
            role_arn=settings.role_arn,
        )
        # Its first job may start as soon as it exists.
        pipeline.resource.add_resource_dependency(jobs.policy)
        BatchTriggers(
            self,
            "Triggers",
            use_case=use_case.name,
            scored=batch.scope,
            pipeline=name,
            schedule=batch.schedule,
            bucket_name=data.raw.bucket_name if batch.on_new_files else None,
            queues=LookQueues(
                Arns.of(self).arn("sqs", look_queue_name(environment, "batch")), control.undelivered.queue_arn
            ),
        )
        self.alarms = BatchAlarms(
            self,
            "Alarms",
            environment=environment,
            use_case=use_case.slug,
            topic_arn=control.alarm_topic_arn,
        ).names

    def _role(
        self, environment: str, use_case: UseCase, data: "DataStack", training: "TrainingStack"
    ) -> BatchTransformRole:
        account = xgboost_account(self.region)
        return BatchTransformRole(
            self,
            "Role",
            path=f"/ml-loop/{environment}/{use_case.slug}/batch/",
            places=BatchPlaces(
                use_case=use_case.name,
                raw=data.raw,
                processed=data.processed,
                models=data.models,
                data_key=training.settings.data_key,
                models_key=training.settings.models_key,
                files=tuple(training.job_files),
            ),
            image_arn=f"arn:{self.partition}:ecr:{self.region}:{account}:repository/{XGBOOST_REPOSITORY}",
            placement=training.placement,
        )
