"""What the functions of experiments' requests may do: the one that asks endpoints, and the one that keeps records."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.captures_role import GROUND_TRUTH
from constructs.function_role import function_role
from constructs.function_statements import Running, run_function, take_messages
from constructs.statements import Statement, allow

EXPOSURES = "exposures"  # beside outcomes, below the use case's own, in the bucket of captures


class AssignmentRole(Construct):
    """Asks endpoints of one environment, looks at how their requests are shared, and sends to two queues.

    It changes nothing, and reads no data.

    Args:
        environment: whose endpoints.
        events: takes exposures and outcomes; failures: takes events that the function could not handle.
        running: how the function runs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        events: sqs.IQueue,
        failures: sqs.IQueue,
        running: Running,
    ) -> None:
        super().__init__(scope, construct_id)
        ask = _endpoints(Arns.of(scope), environment)
        run = run_function(
            running,
            allow(["sqs:SendMessage"], [events.queue_arn, failures.queue_arn]),
        )
        self.role = function_role(
            self,
            description=f"The assignment function of {environment}",
            policies={"Ask": ask, "Run": run},
            why=(
                "Endpoints and models of one environment, told by their names, so that a new use case needs no change "
                "here; tracing and a function's network interfaces know no resource."
            ),
        )


class CollectorRole(Construct):
    """Takes messages of a queue and writes objects, in the folders of exposures and outcomes alone.

    Args:
        events: the queue.
        capture: the bucket; data_key encrypts it.
        running: how the function runs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        events: sqs.IQueue,
        capture: s3.IBucket,
        data_key: kms.IKey,
        running: Running,
    ) -> None:
        super().__init__(scope, construct_id)
        folders = [f"{capture.bucket_arn}/*/{folder}/*" for folder in (EXPOSURES, GROUND_TRUTH)]
        # It can encrypt what it writes, and decrypt nothing.
        write = [allow(["s3:PutObject"], folders), allow(["kms:GenerateDataKey"], [data_key.key_arn])]
        run = run_function(
            running,
            take_messages(events),
        )
        self.role = function_role(
            self,
            description="The collector of exposures and outcomes",
            policies={"Write": write, "Run": run},
            why=(
                "Two folders of every use case, so that a new one needs no change here; tracing and a function's "
                "network interfaces know no resource."
            ),
            buckets=[capture],
        )


def _endpoints(arns: Arns, environment: str) -> list[Statement]:
    def sagemaker(resource: str) -> str:
        return arns.arn("sagemaker", f"{resource}/{environment}-*")

    return [
        allow(["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"], [sagemaker("endpoint")]),
        allow(["sagemaker:DescribeEndpointConfig"], [sagemaker("endpoint-config")]),
        allow(["sagemaker:DescribeModel"], [sagemaker("model")]),
    ]
