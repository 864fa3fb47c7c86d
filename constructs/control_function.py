"""A function that acts on use cases, once per environment."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.asked_once import Function
from constructs.durations import hours, minutes
from constructs.findings import acknowledge
from constructs.placement import Placement

# Powertools for AWS Lambda (Python) 3, with pydantic and the X-Ray SDK, published by AWS in every region.
# https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/#lambda-layer
POWERTOOLS_LAYER = "017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-arm64:27"
_CODE = Path(__file__).parent.parent / "lambda"


@dataclass(frozen=True)
class Program:
    """What a function runs.

    Attributes:
        package: folder of `lambda/` with its handler.
        description: for people.
        settings: its environment variables.
        serialised: how it is kept from acting twice, without reserved concurrency.
        timeout_minutes: after which it is ended.
    """

    package: str
    description: str
    settings: dict[str, str]
    serialised: str
    timeout_minutes: int = 2

    @property
    def called(self) -> str:
        """What people call the function."""
        return self.package.replace("_", " ")


@dataclass(frozen=True)
class Shared:
    """What the functions of one stack have in common: made for each, it is many round trips to the CDK's JavaScript.

    Attributes:
        inside: the network to run in; None: outside, since they hold no data but a sample and call AWS's APIs only.
    """

    inside: Placement | None

    code: lambda_.Code
    layer: lambda_.ILayerVersion
    runtime: lambda_.Runtime
    architecture: lambda_.Architecture

    @classmethod
    def of(cls, stack: Construct, inside: Placement | None) -> Self:
        """Return that of a stack's functions."""
        arns = Arns.of(stack)
        layer = f"arn:{arns.partition}:lambda:{arns.region}:{POWERTOOLS_LAYER}"
        return cls(
            inside,
            lambda_.Code.from_asset(str(_CODE), exclude=["**/__pycache__", "**/*.pyc"]),
            lambda_.LayerVersion.from_layer_version_arn(stack, "Powertools", layer),
            lambda_.Runtime.PYTHON_3_12,
            lambda_.Architecture.ARM_64,
        )


class ControlFunction(Construct):
    """`lambda/<package>/handler.py`, with all that every such function has.

    It has no reserved concurrency: correctness comes from conditional writes, and a new account has too few
    executions to reserve any. Asynchronous invocations are tried three times within six hours.

    Args:
        program: what it runs.
        role: what it may do.
        key: encrypts its settings.
        log_group: where it logs.
        failures: queue for events that it could not handle; None: it is invoked by a queue alone, which has one itself.
        shared: with the other functions of its stack.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        program: Program,
        role: iam.IRole,
        key: kms.IKey,
        log_group: logs.ILogGroup,
        failures: sqs.IQueue | None,
        shared: Shared,
    ) -> None:
        super().__init__(scope, construct_id)
        inside = shared.inside
        self.function = Function(
            self,
            "Resource",
            description=program.description,
            code=shared.code,
            handler=f"{program.package}.handler.lambda_handler",
            runtime=shared.runtime,
            architecture=shared.architecture,
            layers=[shared.layer],
            memory_size=512,
            timeout=minutes(program.timeout_minutes),
            tracing=lambda_.Tracing.ACTIVE,
            role=role,
            environment=program.settings,
            environment_encryption=key,
            log_group=log_group,
            dead_letter_queue=failures,
            retry_attempts=2 if failures else None,
            max_event_age=hours(6) if failures else None,
            vpc=inside.vpc if inside else None,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED) if inside else None,
            security_groups=[inside.security_group] if inside else None,
        )
        self._acknowledge(inside, failures, program.serialised)

    def _acknowledge(self, inside: Placement | None, failures: sqs.IQueue | None, serialised: str) -> None:
        findings = {
            "NIST.800.53.R5-LambdaConcurrency": f"{serialised}; an account with the initial "
            "limit of 10 executions could not reserve any.",
            "AwsSolutions-L1": "Supported until October 2028; the jobs' image has it (docs/decisions/toolchain.md).",
        }
        if failures is None:
            findings["NIST.800.53.R5-LambdaDLQ"] = (
                "A queue invokes it, which has a dead-letter queue itself; a command waits for its answer."
            )
        if inside is None:
            findings["NIST.800.53.R5-LambdaInsideVPC"] = (
                "It calls AWS's APIs only, over TLS, and handles no records but a model's sample; the network has no "
                "endpoints for them at this setting of network.interface_endpoints."
            )
        acknowledge(self.function, findings)
