"""The state machine that prepares data outside SageMaker and then starts a pipeline, and its role."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.preparation_access import FOLDER, DataPlaces
from constructs.state_machine import LOG_DELIVERY, TRACE, logged_to
from constructs.statements import Statement, allow, document, service_of
from constructs.wildcard_findings import wildcards


class PreparationMachine(Construct):
    """A standard state machine: logged in full, traced.

    Args:
        name: physical, by which it is started.
        definition: in Amazon States Language; its texts may be CDK tokens.
        engine: what runs and watches the engine's jobs, as statements.
        places: the use case's data.
        pipeline: name of the pipeline that it starts.
        log_group: takes every event.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        definition: Mapping[str, Any],
        engine: Sequence[Statement],
        places: DataPlaces,
        pipeline: str,
        log_group: logs.ILogGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = self._role(engine, places, pipeline)
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

    def _role(self, engine: Sequence[Statement], places: DataPlaces, pipeline: str) -> iam.Role:
        arns = Arns.of(self)
        manifests = f"{places.processed.bucket_arn}/{places.use_case}/{FOLDER}/*"
        statements = [
            *engine,
            allow(["s3:GetObject"], [manifests]),
            allow(["kms:Decrypt"], [places.key.key_arn]),
            allow(["sagemaker:StartPipelineExecution"], [arns.arn("sagemaker", f"pipeline/{pipeline}")]),
            allow(LOG_DELIVERY, ["*"]),
            allow(TRACE, ["*"]),
        ]
        role = iam.Role(
            self,
            "Role",
            description=f"Prepares the data of {places.use_case} and starts its pipeline",
            assumed_by=service_of("states.amazonaws.com", arns, "stateMachine:*"),
            inline_policies={"Run": document(statements)},
        )
        why = (
            "Runs have folders and jobs names of their own; delivery of logs, traces and the description of Batch's "
            "jobs know no resource."
        )
        inline = {"NIST.800.53.R5-IAMNoInlinePolicy": "Inline, so that the machine is created after its permissions."}
        acknowledge(role, lambda: wildcards(role, statements, why, [places.processed]) | inline)
        return role


def glue_statements(job_arn: str) -> list[Statement]:
    """Allow running one Glue job to its end: "Call AWS Glue with Step Functions", run a job."""
    return [
        allow([f"glue:{verb}" for verb in ("BatchStopJobRun", "GetJobRun", "GetJobRuns", "StartJobRun")], [job_arn])
    ]


def batch_statements(arns: Arns, definition_arn: str, queue_arn: str) -> list[Statement]:
    """Allow running jobs of one definition in one queue to their end: "Run AWS Batch workloads with Step Functions".

    Step Functions learns of their end by an event rule of its own.
    """
    jobs = arns.arn("batch", "job/*")
    rule = arns.arn("events", "rule/StepFunctionsGetEventsForBatchJobsRule")
    return [
        allow(["batch:SubmitJob", "batch:TagResource"], [definition_arn, queue_arn, jobs]),
        allow(["batch:TerminateJob"], [jobs]),
        allow(["batch:DescribeJobs"], ["*"]),
        allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule]),
    ]
