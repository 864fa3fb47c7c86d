"""Let people in from known addresses and from the VPC only."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from constructs.arns import ROLES
from constructs.statements import Statement, deny

# What touches the content of a bucket. Its configuration is left out: CloudFormation sets it under a role of its own.
_OBJECTS = ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:ListBucket*", "s3:AbortMultipartUpload"]

Conditions = dict[str, dict[str, str | list[str]]]


def from_elsewhere(*, cidrs: Sequence[str], vpc_id: str) -> Conditions:
    """Return conditions that hold for a request from no known address, not through the VPC, and not made by AWS.

    All must hold for a refusal, which is why they are in one statement. A request through a VPC endpoint has a private
    `aws:SourceIp` or none, hence the second; the id of the VPC covers every endpoint in it, present and future. The
    third lets AWS services act on a person's behalf, as CloudFormation does.
    """
    return {
        "NotIpAddressIfExists": {"aws:SourceIp": list(cidrs)},
        "StringNotEqualsIfExists": {"aws:SourceVpc": vpc_id},
        "BoolIfExists": {"aws:ViaAWSService": "false"},
    }


def deny_people_elsewhere(*, cidrs: Sequence[str], vpc_id: str) -> Statement:
    """Return a Deny for the policies of people; roles that services take must not have it."""
    return deny("DenyFromElsewhere", ["*"], from_elsewhere(cidrs=cidrs, vpc_id=vpc_id))


def deny_objects_elsewhere(
    *, environment: str, bucket_arn: str, cidrs: Sequence[str], vpc_id: str
) -> iam.PolicyStatement:
    """Return a Deny for a bucket's policy, with the platform's own roles and AWS services left out.

    Functions are outside the VPC, and SageMaker reads models, batches and captures from networks of AWS under the
    roles of the platform: no address is known for either, and what those roles may do is narrow already.
    """
    conditions = from_elsewhere(cidrs=cidrs, vpc_id=vpc_id)
    conditions["BoolIfExists"] = {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"}
    conditions["ArnNotLikeIfExists"] = {
        "aws:PrincipalArn": [f"{ROLES}/{environment}-*", f"{ROLES}/ml-loop/{environment}/*"]
    }
    return iam.PolicyStatement(
        sid="DenyFromElsewhere",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=_OBJECTS,
        resources=[bucket_arn, f"{bucket_arn}/*"],
        conditions=conditions,
    )
