"""One environment: the only place where stacks meet."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from config import Environment, UseCase, load_use_case
from config.environment_agreement import require_agreement
from config.labelling import jobs_in
from config.use_case.batch import BatchTransform
from config.use_case.experiment import Experiment
from config.use_case.monitor import Monitor
from config.use_case.retrain import Retrain
from pipelines_src.job_code import SOURCES, Sources
from stacks.batch_stack import BatchStack
from stacks.control_stack import ControlStack, Wanted
from stacks.dashboard_stack import DashboardStack
from stacks.data_stack import DataStack, Labels
from stacks.experiment_stack import ExperimentStack
from stacks.loop_stack import LoopStack
from stacks.monitoring_stack import MonitoringStack
from stacks.network_stack import NetworkStack
from stacks.security_stack import SecurityStack
from stacks.serving_stack import ServingStack
from stacks.training_stack import TrainingStack
from stacks.workbench_stack import WorkbenchStack


class PlatformStage(cdk.Stage):
    """All stacks of an environment, in the order network, security, data, control, workbench, use cases, dashboard.

    Args:
        environment: what is deployed.
        sources: code of the use cases' jobs; environments can share it.

    Raises:
        ConfigError: a use case's file is wrong.
    """

    def __init__(self, scope: Construct, environment: Environment, *, sources: Sources = SOURCES) -> None:
        super().__init__(
            scope,
            environment.name.capitalize(),
            env=cdk.Environment(account=environment.account, region=environment.region),
            # On every role, those of the CDK's custom resources too.
            permissions_boundary=cdk.PermissionsBoundary.from_name(f"{environment.name}-boundary"),
        )
        self.environment, self._sources = environment, sources
        self._tag()
        self.network = self._network()
        self.security = SecurityStack(
            self,
            "Security",
            environment=environment.name,
            network=self.network,
            access=environment.access,
            retention=environment.retention,
            flow_log_days=environment.network.flow_log_days,
            open_models=environment.opens_models,
            **self._props("security"),
        )
        use_cases = [load_use_case(name) for name in environment.use_cases]
        self._labels = _labels(environment, use_cases)
        self.data = self._data()
        self.control = ControlStack(
            self,
            "Control",
            environment=environment,
            network=self.network,
            security=self.security,
            data=self.data,
            wanted=Wanted(
                scores_files=any(use_case.batch is not None for use_case in use_cases),
                labels=self._labels != "none",
                turns=any(use_case.retrain is not None for use_case in use_cases),
                samples=any(use_case.retrain is not None and use_case.retrain.sample for use_case in use_cases),
                watches=any(use_case.monitor is not None for use_case in use_cases),
                schedules=any(one.monitor and one.monitor.backend == "model_monitor" for one in use_cases),
                assignments={one.name: one.experiment.assignment for one in use_cases if one.experiment},
            ),
            **self._props("control"),
        )
        if environment.notebooks:
            self._workbench(use_cases)
        self._alarms: dict[str, list[str]] = {}
        for use_case in use_cases:
            self._use_case(use_case)
        if environment.dashboard:
            self._dashboard(use_cases)
        self._finish()

    def _network(self) -> NetworkStack:
        network = self.environment.network
        extra: set[str] = {service for notebook in self.environment.notebooks for service in notebook.services}
        # The release function, which runs inside the network there, holds scaling.
        if network.interface_endpoints == "full" and self.environment.scales:
            extra.add("application-autoscaling")
        return NetworkStack(self, "Network", network=network, extra_endpoints=sorted(extra), **self._props("network"))

    def _data(self) -> DataStack:
        return DataStack(
            self,
            "Data",
            environment=self.environment.name,
            vpc_id=self.network.vpc.vpc_id,
            keys=(self.security.data_key, self.security.models_key),
            access=self.environment.access,
            retention=self.environment.retention,
            labels=self._labels,
            **self._props("data"),
        )

    def _workbench(self, use_cases: list[UseCase]) -> None:
        WorkbenchStack(
            self,
            "Workbench",
            environment=self.environment.name,
            notebooks=self.environment.notebooks,
            slugs={use_case.name: use_case.slug for use_case in use_cases},
            network=self.network,
            security=self.security,
            data=self.data,
            **self._props("workbench"),
        )

    def _use_case(self, use_case: UseCase) -> None:
        require_agreement(self.environment, use_case)
        name = "".join(word.capitalize() for word in use_case.name.split("_"))
        platform: Any = {
            "environment": self.environment,
            "use_case": use_case,
            "network": self.network,
            "security": self.security,
            "data": self.data,
        }
        training = TrainingStack(
            self,
            f"{name}Training",
            sources=self._sources,
            **platform,
            **self._props(f"{use_case.slug}-training"),
        )
        serving = ServingStack(
            self,
            f"{name}Serving",
            alarm_topic_arn=self.control.alarm_topic_arn,
            **platform,
            **self._props(f"{use_case.slug}-serving"),
        )
        # The model package group comes first, and goes last: what serves is one of its versions.
        serving.add_stack_dependency(training)
        stacks: list[cdk.Stack] = [training, serving]
        if use_case.prepare.before_the_pipeline:
            from stacks.preparation_stack import PreparationStack  # Glue and Step Functions: few need them

            preparation = PreparationStack(
                self,
                f"{name}Preparation",
                sources=self._sources,
                **platform,
                **self._props(f"{use_case.slug}-preparation"),
            )
            # It starts the pipeline by name.
            preparation.add_stack_dependency(training)
            stacks.append(preparation)
        if use_case.batch:
            stacks.append(self._batch(name, use_case, use_case.batch, training, serving))
        if use_case.experiment:
            stacks.append(self._experiment(name, use_case, use_case.experiment, training))
        if use_case.monitor:
            stacks.append(self._monitoring(name, use_case, use_case.monitor, training, serving))
        if use_case.retrain:
            stacks.append(self._loop(name, use_case, use_case.retrain, training))
        if use_case.label:
            stacks.append(self._label(name, use_case, platform))
        for stack in stacks:
            cdk.Tags.of(stack).add("ml-loop:use-case", use_case.slug)
        # Those of training and preparation have none.
        self._alarms[use_case.name] = [name for stack in stacks for name in getattr(stack, "alarms", ())]

    def _loop(self, name: str, use_case: UseCase, retrain: Retrain, training: TrainingStack) -> LoopStack:
        stack = LoopStack(
            self,
            f"{name}Loop",
            environment=self.environment.name,
            use_case=use_case,
            retrain=retrain,
            data=self.data,
            training=training,
            control=self.control,
            **self._props(f"{use_case.slug}-loop"),
        )
        # The pipeline is started by name, and its rules send to a queue by name.
        for before in (training, self.control):
            stack.add_stack_dependency(before)
        return stack

    def _monitoring(
        self,
        name: str,
        use_case: UseCase,
        monitor: Monitor,
        training: TrainingStack,
        serving: ServingStack,
    ) -> MonitoringStack:
        stack = MonitoringStack(
            self,
            f"{name}Monitoring",
            environment=self.environment,
            use_case=use_case,
            monitor=monitor,
            data=self.data,
            training=training,
            control=self.control,
            **self._props(f"{use_case.slug}-monitoring"),
        )
        # Its jobs run the code that training brought, it watches what serves, and its rules send to a queue by name.
        for before in (training, serving, self.control):
            stack.add_stack_dependency(before)
        return stack

    def _batch(
        self,
        name: str,
        use_case: UseCase,
        batch: BatchTransform,
        training: TrainingStack,
        serving: ServingStack,
    ) -> BatchStack:
        stack = BatchStack(
            self,
            f"{name}Batch",
            batch=batch,
            environment=self.environment.name,
            use_case=use_case,
            data=self.data,
            training=training,
            control=self.control,
            **self._props(f"{use_case.slug}-batch"),
        )
        # Its jobs run the code that training brought, its transform jobs under the role of the model that serves, and
        # its rules send to a queue by name.
        for before in (training, serving, self.control):
            stack.add_stack_dependency(before)
        return stack

    def _experiment(
        self, name: str, use_case: UseCase, experiment: Experiment, training: TrainingStack
    ) -> ExperimentStack:
        stack = ExperimentStack(
            self,
            f"{name}Experiment",
            experiment=experiment,
            environment=self.environment.name,
            use_case=use_case,
            data=self.data,
            training=training,
            control=self.control,
            **self._props(f"{use_case.slug}-experiment"),
        )
        # Its jobs run the code that training brought, and its rules send to a queue by name.
        for before in (training, self.control):
            stack.add_stack_dependency(before)
        return stack

    def _label(self, name: str, use_case: UseCase, platform: dict[str, Any]) -> cdk.Stack:
        from stacks.labeling_stack import LabelingStack  # Step Functions and Cognito: few need them

        stack = LabelingStack(
            self,
            f"{name}Labeling",
            control=self.control,
            **platform,
            **self._props(f"{use_case.slug}-labeling"),
        )
        # Its rules send to a queue by name.
        stack.add_stack_dependency(self.control)
        return stack

    def _dashboard(self, use_cases: list[UseCase]) -> None:
        DashboardStack(
            self,
            "Dashboard",
            environment=self.environment,
            use_cases=use_cases,
            own_alarms=self.control.alarms,
            alarms=self._alarms,
            **self._props("dashboard"),
        )

    def _finish(self) -> None:
        stacks = [child for child in self.node.children if isinstance(child, cdk.Stack)]
        for stack in stacks:
            # The CDK writes down every dependency, those too that a reference implies; cfn-lint warns of each.
            stack.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})
            # Roles carry the boundary by its name, which orders nothing: its stack comes first.
            if stack not in (self.network, self.security):
                stack.add_stack_dependency(self.security)

    def _props(self, part: str) -> dict[str, Any]:
        return {
            "stack_name": f"{self.environment.name}-{part}",
            "termination_protection": self.environment.termination_protection,
        }

    def _tag(self) -> None:
        tags = cdk.Tags.of(self)
        tags.add("ml-loop:environment", self.environment.name)
        tags.add("ml-loop:owner", self.environment.owner)
        tags.add("ml-loop:cost-center", self.environment.cost_center)


def _labels(environment: Environment, use_cases: list[UseCase]) -> Labels:
    labels = [jobs_in(environment, use_case.label) for use_case in use_cases if use_case.label]
    if any(label.workers and label.task.kind_of_objects == "image" for label in labels):
        return "shown"
    return "kept" if labels else "none"
