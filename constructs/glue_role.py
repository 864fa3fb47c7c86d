"""The role of a Glue job that prepares data."""

from collections.abc import Iterable, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.placement import Placement
from constructs.preparation_access import DataPlaces
from constructs.sagemaker_role import join_network
from constructs.statements import allow, document, service_of
from constructs.wildcard_findings import wildcards


class GlueRole(Construct):
    """Reads a use case's raw data, writes its prepared data, logs, and joins the private network.

    What Glue does with the role: "Step 1: Create an IAM policy for the AWS Glue service" and "Configuring VPC for your
    ETL job", in the developer guide. It tags the network interfaces that it makes.

    Args:
        places: the use case's data.
        files: ARN of the bucket and name of script, code and libraries.
        placement: where its workers are.
        log_group_arns: the groups that it writes to.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        places: DataPlaces,
        files: Iterable[tuple[str, str]],
        placement: Placement,
        log_group_arns: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        data = places.access(files, deletes=True)
        run = [
            *join_network(arns, placement),
            allow([f"ec2:Describe{things}" for things in ("RouteTables", "VpcAttribute", "VpcEndpoints")], ["*"]),
            allow(
                ["ec2:CreateTags", "ec2:DeleteTags"],
                [arns.arn("ec2", "network-interface/*")],
                {"ForAllValues:StringEquals": {"aws:TagKeys": ["aws-glue-service-resource"]}},
            ),
            allow(["glue:GetConnection"], [arns.arn("glue", "catalog"), arns.arn("glue", "connection/*")]),
            allow(["glue:GetSecurityConfiguration"], ["*"]),
            allow(["logs:AssociateKmsKey", "logs:CreateLogStream", "logs:PutLogEvents"], log_group_arns),
        ]
        self.role = iam.Role(
            self,
            "Resource",
            description=f"Runs the Glue job that prepares the data of {places.use_case}",
            assumed_by=service_of("glue.amazonaws.com", arns, "*"),
            inline_policies={"Data": document(data), "Run": document(run)},
        )
        why = (
            "The use case's own folders of buckets; network interfaces have no name before they exist, streams belong "
            "to the job's own log groups, and connections are named by CloudFormation; what EC2 describes and security "
            "configurations know no resource."
        )
        inline = {"NIST.800.53.R5-IAMNoInlinePolicy": "Inline, so that the job is created after every permission."}
        acknowledge(self.role, lambda: wildcards(self.role, [*data, *run], why, places.buckets) | inline)
