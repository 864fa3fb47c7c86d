"""One environment: where its stacks meet. Those of a use case do in use_case_stacks.py, and nowhere else."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from config import Environment, UseCase, load_use_case
from config.labelling import jobs_in
from pipelines_src.job_code import SOURCES, Sources
from stacks.control_stack import ControlStack, Wanted
from stacks.dashboard_stack import DashboardStack
from stacks.data_stack import DataStack, Labels
from stacks.network_stack import NetworkStack
from stacks.security_stack import SecurityStack
from stacks.use_case_stacks import UseCaseStacks
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
        self.environment = environment
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
            wanted=Wanted.of(use_cases),
            **self._props("control"),
        )
        if environment.notebooks:
            self._workbench(use_cases)
        stacks = UseCaseStacks(
            stage=self,
            environment=environment,
            network=self.network,
            security=self.security,
            data=self.data,
            control=self.control,
            sources=sources,
            props=self._props,
        )
        alarms = {use_case.name: stacks.add(use_case) for use_case in use_cases}
        if environment.dashboard:
            self._dashboard(use_cases, alarms)
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

    def _dashboard(self, use_cases: list[UseCase], alarms: dict[str, list[str]]) -> None:
        DashboardStack(
            self,
            "Dashboard",
            environment=self.environment,
            use_cases=use_cases,
            own_alarms=self.control.alarms,
            alarms=alarms,
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
