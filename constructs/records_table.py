"""A table of what a function has done."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.asked_once import Table
from constructs.findings import acknowledge
from constructs.removal import removal_policy


class RecordsTable(Construct):
    """Items by `use_case` and a sort key.

    Args:
        sort_key: its name, and whether it is text or a number.
        key: encrypts it.
        destroy: whether the records go with the environment.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        sort_key: tuple[str, dynamodb.AttributeType],
        key: kms.IKey,
        destroy: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.table = Table(
            self,
            "Resource",
            partition_key=dynamodb.Attribute(name="use_case", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name=sort_key[0], type=sort_key[1]),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=not destroy,
            removal_policy=removal_policy(destroy=destroy),
        )
        acknowledge(
            self.table,
            {
                "NIST.800.53.R5-DynamoDBInBackupPlan": "Point-in-time recovery covers 35 days; small records, which "
                "the registry and CloudFormation's events, or the manifests of batch transforms, repeat."
            },
        )
