"""What of a serving stack is its own where the endpoint is serverless."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from config import serverless
from constructs.model_endpoint import ModelEndpoint
from constructs.open_container import OpenContainer
from constructs.serverless_alarms import ServerlessAlarms
from constructs.variant_slot import CHAMPION, Serverless


def serverless_endpoint(
    stack: Construct, name: str, containers: serverless.Serverless, *, role: iam.IRole, key: kms.IKey, why: str
) -> ModelEndpoint:
    """Return an endpoint of one variant whose containers run outside the network; `why` that is allowed."""
    size = Serverless(containers.memory_mb, containers.maximum_concurrency, containers.provisioned_concurrency)
    return ModelEndpoint(
        stack,
        "Endpoint",
        endpoint_name=name,
        role=role,
        placement=OpenContainer(why),
        capacities={CHAMPION: size},
        volume_key=key,
        capture=None,
    )


def serverless_alarms(stack: Construct, stack_name: str, endpoint: ModelEndpoint, topic_arn: str) -> list[str]:
    """Add the alarms that serverless endpoints have besides, and return their names."""
    return ServerlessAlarms(
        stack,
        "ServerlessAlarms",
        stack_name=stack_name,
        endpoint_name=endpoint.endpoint_name,
        variant_name=CHAMPION,
        condition=endpoint.slots[CHAMPION].condition,
        topic_arn=topic_arn,
    ).names
