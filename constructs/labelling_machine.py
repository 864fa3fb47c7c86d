"""The state machine that makes a use case's labelling jobs, and its role."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.sagemaker_role import SAGEMAKER
from constructs.state_machine import LOG_DELIVERY, TRACE, logged_to
from constructs.statements import Statement, allow, document, pass_role, service_of
from constructs.wildcard_findings import wildcards


def labelling_machine_name(environment: str, slug: str) -> str:
    """Return the name of the machine, by which the label function may start it.

    >>> labelling_machine_name("dev", "flight-delays")
    'dev-flight-delays-label'
    """
    return f"{environment}-{slug}-label"


@dataclass(frozen=True)
class JobsOf:
    """Which jobs the machine makes: beginning of their names, who labels, and the role that they run with."""

    prefix: str
    team_arn: str
    role_arn: str


class LabellingMachine(Construct):
    """A standard state machine: logged in full, traced. It makes jobs for one team and passes one role.

    Args:
        name: physical, by which it is started.
        definition: in Amazon States Language; its texts may be CDK tokens.
        jobs: that it makes.
        log_group: takes every event.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        definition: Mapping[str, Any],
        jobs: JobsOf,
        log_group: logs.ILogGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = self._role(jobs)
        machine = stepfunctions.CfnStateMachine
        self.resource = machine(
            self,
            "Resource",
            state_machine_name=name,
            role_arn=self.role.role_arn,
            state_machine_type="STANDARD",
            definition_string=json.dumps(definition, separators=(",", ":")),
            tracing_configuration=machine.TracingConfigurationProperty(enabled=True),
            logging_configuration=logged_to(log_group),
        )

    def _role(self, jobs: JobsOf) -> iam.Role:
        arns = Arns.of(self)
        own = arns.arn("sagemaker", f"labeling-job/{jobs.prefix}*")
        # Step Functions learns of the end of jobs by an event rule of its own.
        rule = arns.arn("events", "rule/StepFunctionsGetEventsForSageMakerLabelingJobsRule")
        statements: list[Statement] = [
            allow(["sagemaker:CreateLabelingJob"], [own], {"StringEquals": {"sagemaker:WorkteamArn": jobs.team_arn}}),
            allow(["sagemaker:AddTags", "sagemaker:DescribeLabelingJob", "sagemaker:StopLabelingJob"], [own]),
            pass_role([jobs.role_arn], SAGEMAKER),
            allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule]),
            allow(LOG_DELIVERY, ["*"]),
            allow(TRACE, ["*"]),
        ]
        role = iam.Role(
            self,
            "Role",
            description=f"Makes labelling jobs {jobs.prefix}...",
            assumed_by=service_of("states.amazonaws.com", arns, "stateMachine:*"),
            inline_policies={"Run": document(statements)},
        )
        why = "Jobs are named after their objects; delivery of logs and traces know no resource."
        inline = {"NIST.800.53.R5-IAMNoInlinePolicy": "Inline, so that the machine is created after its permissions."}
        acknowledge(role, lambda: wildcards(role, statements, why) | inline)
        return role
