"""One environment: the only place where stacks meet."""

import aws_cdk as cdk
from constructs import Construct

from config import Environment
from stacks.data_stack import DataStack
from stacks.network_stack import NetworkStack
from stacks.security_stack import SecurityStack


class PlatformStage(cdk.Stage):
    """All stacks of an environment, in the order network, security, data, control, use cases."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(
            scope,
            environment.name.capitalize(),
            env=cdk.Environment(account=environment.account, region=environment.region),
            # On every role, those of the CDK's custom resources too.
            permissions_boundary=cdk.PermissionsBoundary.from_name(f"{environment.name}-boundary"),
        )
        self.environment = environment
        self._tag(self, environment)
        self._platform(environment)

    def _platform(self, environment: Environment) -> None:
        retention = environment.retention
        self.network = NetworkStack(self, "Network", network=environment.network, **self._props("network"))
        self.security = SecurityStack(
            self,
            "Security",
            environment=environment.name,
            network=self.network,
            access=environment.access,
            flow_log_days=environment.network.flow_log_days,
            retention=retention,
            **self._props("security"),
        )
        self.data = DataStack(
            self,
            "Data",
            environment=environment.name,
            vpc_id=self.network.vpc.vpc_id,
            data_key=self.security.data_key,
            models_key=self.security.models_key,
            access=environment.access,
            retention=retention,
            **self._props("data"),
        )

    def _props(self, part: str) -> dict[str, object]:
        return {
            "stack_name": f"{self.environment.name}-{part}",
            "termination_protection": self.environment.termination_protection,
        }

    def _tag(self, scope: Construct, environment: Environment) -> None:
        cdk.Tags.of(scope).add("ml-loop:environment", environment.name)
        cdk.Tags.of(scope).add("ml-loop:owner", environment.owner)
        cdk.Tags.of(scope).add("ml-loop:cost-center", environment.cost_center)
