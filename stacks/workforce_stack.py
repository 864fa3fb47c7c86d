"""The people of an account and region who label: a stack of the account, of no environment."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from config import Workforce as Settings
from config.closed_services import GROUND_TRUTH
from constructs.workforce import Workforce


class WorkforceStage(cdk.Stage):
    """The one stack of a workforce, `workforce-<name>`."""

    def __init__(self, scope: Construct, workforce: Settings) -> None:
        super().__init__(
            scope,
            f"Workforce{workforce.name.capitalize()}",
            env=cdk.Environment(account=workforce.account, region=workforce.region),
        )
        tags = cdk.Tags.of(self)
        tags.add("ml-loop:owner", workforce.owner)
        tags.add("ml-loop:cost-center", workforce.cost_center)
        self.stack = WorkforceStack(
            self,
            "People",
            workforce=workforce,
            stack_name=f"workforce-{workforce.name}",
            termination_protection=workforce.termination_protection,
        )


class WorkforceStack(cdk.Stack):
    """The user pool and the workforce."""

    def __init__(self, scope: Construct, construct_id: str, *, workforce: Settings, **stack_props: Any) -> None:
        super().__init__(scope, construct_id, **stack_props)
        cdk.Annotations.of(self).add_warning_v2(f"ml-loop:closed-{GROUND_TRUTH.name}", GROUND_TRUTH.text)
        made = Workforce(
            self,
            "Workforce",
            name=workforce.name,
            cidrs=[str(cidr) for cidr in workforce.allowed_cidrs],
            retain=workforce.termination_protection,
        )
        # The portal's host: for people, who open it.
        cdk.CfnOutput(self, "Portal", value=made.resource.attr_sub_domain)
