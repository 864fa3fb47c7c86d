"""What the functions of experiments' requests may do: the one that asks endpoints, and the one that keeps records."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.function_statements import run_function
from constructs.outcomes_role import GROUND_TRUTH
from constructs.statements import Statement, allow, document, service
from constructs.wildcard_findings import wildcards

EXPOSURES = "exposures"  # beside outcomes, below the use case's own, in the bucket of captures
_INLINE = {"NIST.800.53.R5-IAMNoInlinePolicy": "Policies of one role, read and reviewed with it."}


class AssignmentRole(Construct):
    """Asks endpoints of one environment, looks at how their requests are shared, and sends to two queues.

    It changes nothing, and reads no data.

    Args:
        environment: whose endpoints.
        events: takes exposures and outcomes; failures: takes events that the function could not handle.
        key: of the queues and of the function's settings.
        log_group: where the function logs.
        inside_network: whether it needs network interfaces.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        events: sqs.IQueue,
        failures: sqs.IQueue,
        key: kms.IKey,
        log_group: logs.ILogGroup,
        inside_network: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        ask = _endpoints(Arns.of(scope), environment)
        run = run_function(
            allow(["sqs:SendMessage"], [events.queue_arn, failures.queue_arn]),
            key=key,
            log_group=log_group,
            inside_network=inside_network,
        )
        self.role = iam.Role(
            self,
            "Resource",
            description=f"The assignment function of {environment}",
            assumed_by=service("lambda.amazonaws.com"),
            inline_policies={"Ask": document(ask), "Run": document(run)},
        )
        why = (
            "Endpoints and models of one environment, told by their names, so that a new use case needs no change "
            "here; tracing and a function's network interfaces know no resource."
        )
        acknowledge(self.role, lambda: wildcards(self.role, [*ask, *run], why) | _INLINE)


class CollectorRole(Construct):
    """Takes messages of a queue and writes objects, in the folders of exposures and outcomes alone.

    Args:
        events: the queue.
        capture: the bucket; data_key encrypts it.
        key: of the queue and of the function's settings.
        log_group: where the function logs.
        inside_network: whether it needs network interfaces.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        events: sqs.IQueue,
        capture: s3.IBucket,
        data_key: kms.IKey,
        key: kms.IKey,
        log_group: logs.ILogGroup,
        inside_network: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        folders = [f"{capture.bucket_arn}/*/{folder}/*" for folder in (EXPOSURES, GROUND_TRUTH)]
        # It can encrypt what it writes, and decrypt nothing.
        write = [allow(["s3:PutObject"], folders), allow(["kms:GenerateDataKey"], [data_key.key_arn])]
        run = run_function(
            # As Lambda's guide asks of the role of a function with a queue: "Configuring an Amazon SQS queue".
            allow(["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], [events.queue_arn]),
            key=key,
            log_group=log_group,
            inside_network=inside_network,
        )
        self.role = iam.Role(
            self,
            "Resource",
            description="The collector of exposures and outcomes",
            assumed_by=service("lambda.amazonaws.com"),
            inline_policies={"Write": document(write), "Run": document(run)},
        )
        why = (
            "Two folders of every use case, so that a new one needs no change here; tracing and a function's network "
            "interfaces know no resource."
        )
        acknowledge(self.role, lambda: wildcards(self.role, [*write, *run], why, [capture]) | _INLINE)


def _endpoints(arns: Arns, environment: str) -> list[Statement]:
    def sagemaker(resource: str) -> str:
        return arns.arn("sagemaker", f"{resource}/{environment}-*")

    return [
        allow(["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"], [sagemaker("endpoint")]),
        allow(["sagemaker:DescribeEndpointConfig"], [sagemaker("endpoint-config")]),
        allow(["sagemaker:DescribeModel"], [sagemaker("model")]),
    ]
