"""What becomes of data when its resource goes."""

import aws_cdk as cdk


def removal_policy(*, destroy: bool) -> cdk.RemovalPolicy:
    """Return what CloudFormation does with a resource that holds data: destroy it, or keep it.

    What a failed first deployment made is not kept either way (RetainExceptOnCreate): it is empty, and its name would
    stand in the way of the next try.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    """
    return cdk.RemovalPolicy.DESTROY if destroy else cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
