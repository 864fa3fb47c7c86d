"""One use case's monitoring: what looks at captured requests, and alarms on what it finds.

Only where the use case has a section `monitor`.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from config import Environment, UseCase
from config.closed_services import closed_services
from config.use_case.monitor import Monitor
from config.use_case.monitor_agreement import monitor_terms, monitors_of
from config.use_case.native_monitor import BACKEND
from config.use_case.retrain import Retrain
from constructs.arns import Arns
from constructs.captures_role import MONITORING, CapturesPlaces, CapturesRole
from constructs.look_queue import LookQueues, look_queue_name
from constructs.look_terms import LookTerms
from constructs.model_monitor import ModelMonitor, MonitorBackend
from constructs.monitor_alarms import Watched
from constructs.native_monitor_looks import NativeMonitorLooks
from constructs.processing_job_monitor import ProcessingJobMonitor
from constructs.retrain_alarm_triggers import RetrainAlarmTriggers
from constructs.statements import Statement, allow, read_folder
from pipelines_src.definition.monitoring_pipeline import build_monitoring_pipeline
from stacks.loop_terms import LoopMessages

if TYPE_CHECKING:
    from stacks.control_stack import ControlStack
    from stacks.data_stack import DataStack
    from stacks.training_stack import TrainingStack

TOGETHER = "all"  # of a monitor that does not tell variants apart (lambda/monitor/native.py)
# What a model was registered with, below the folder of one execution, or of one preparation.
_REGISTERED = (
    "baseline/statistics.json", "baseline/constraints.json", "baseline/periods.json", "evaluation/model_quality.json",
    "test/test.parquet",
)  # fmt: skip


class MonitoringStack(cdk.Stack):
    """The monitoring pipeline with its role, the rules that have the monitor function look, and alarms.

    Args:
        environment: where it is deployed.
        monitor: the use case's section.
        training: gives the code that jobs run, and what its own pipeline takes from the environment.
        control: has the function, the topic of alarms, and the queue for what rules cannot deliver.

    Attributes:
        drift_alarms: they mean drift: what the champion is asked, or why it answers as it does, has changed.
        quality_alarms: they mean that the champion has got worse.
        alarms: names of all.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        use_case: UseCase,
        monitor: Monitor,
        data: "DataStack",
        training: "TrainingStack",
        control: "ControlStack",
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        endpoint = f"{environment.name}-{use_case.slug}"
        queues = LookQueues(
            Arns.of(self).arn("sqs", look_queue_name(environment.name, "monitor")), control.undelivered.queue_arn
        )
        terms = monitor_terms(use_case, monitor, environment.retention.capture_days)
        looks = LookTerms(use_case.name, endpoint, terms, monitor.schedule, queues)
        for closed in (one for one in closed_services(use_case) if one.section == "monitor"):
            cdk.Annotations.of(self).add_warning_v2(f"ml-loop:closed-{closed.name}", f"{use_case.name}: {closed.text}")
        watched = Watched(
            environment.name, use_case.slug, endpoint, monitors_of(use_case.problem, use_case.train, monitor)
        )
        backend: MonitorBackend
        if monitor.backend == BACKEND:
            watched, backend = replace(watched, variant=TOGETHER), NativeMonitorLooks(looks, watched)
        else:
            backend = self._processing_jobs(environment.name, use_case, monitor, data, training, looks)
        watching = ModelMonitor(
            self,
            "Monitor",
            watched=watched,
            backend=backend,
            topic_arn=control.alarm_topic_arn,
        )
        self.drift_alarms: tuple[cloudwatch.CfnAlarm, ...] = watching.drift_alarms
        self.quality_alarms: tuple[cloudwatch.CfnAlarm, ...] = watching.quality_alarms
        self.alarms = watching.alarms
        if use_case.retrain:
            self._turn_the_loop(environment.name, use_case, use_case.retrain, control)

    def _turn_the_loop(self, environment: str, use_case: UseCase, retrain: Retrain, control: "ControlStack") -> None:
        said = LoopMessages.of(self, environment=environment, use_case=use_case, retrain=retrain, control=control)
        alarms = {"drift": self.drift_alarms, "quality": self.quality_alarms}
        RetrainAlarmTriggers(
            self,
            "Retrain",
            use_case=use_case.name,
            terms=said.terms,
            alarms={kind: found for kind, found in alarms.items() if said.terms[f"on_{kind}"] != "nothing"},
            queues=said.queues,
        )

    def _processing_jobs(
        self,
        environment: str,
        use_case: UseCase,
        monitor: Monitor,
        data: "DataStack",
        training: "TrainingStack",
        looks: LookTerms,
    ) -> ProcessingJobMonitor:
        jobs = CapturesRole(
            self,
            "Role",
            path=f"/ml-loop/{environment}/{use_case.slug}/monitoring/",
            pipeline="monitoring",
            places=CapturesPlaces(
                use_case=use_case.name,
                folder=MONITORING,
                capture=data.capture,
                processed=data.processed,
                data_key=training.settings.data_key,
                files=tuple(training.job_files),
                more=tuple(_of_models(use_case, data, training.settings.models_key)),
                buckets=(data.models,),
            ),
            images=training.images,
            placement=training.placement,
        )
        settings = replace(training.settings, role_arn=jobs.role.role_arn)
        return ProcessingJobMonitor(
            name=f"{looks.endpoint}-monitoring",
            description=f"Watches what is asked and answered: {use_case.description}",
            definition=build_monitoring_pipeline(use_case, monitor, settings).to_definition(),
            role_arn=jobs.role.role_arn,
            policy=jobs.policy,
            looks=looks,
        )


def _of_models(use_case: UseCase, data: "DataStack", models_key: str) -> list[Statement]:
    """Allow reading models, wherever they come from, and baselines and test data, some under the key of models."""
    bucket = data.processed.bucket_arn
    names = [f"{use_case.name}/*/{name}" for name in _REGISTERED]
    return [
        allow(["s3:ListBucket"], [bucket], {"StringLike": {"s3:prefix": names}}),
        allow(["s3:GetObject"], [f"{bucket}/{name}" for name in names]),
        *read_folder(data.models.bucket_arn, use_case.name),
        allow(["kms:Decrypt"], [models_key]),
    ]
