"""Resources that exist under a condition of the template."""

import aws_cdk as cdk


def exists_if(resource: cdk.CfnResource, condition: str) -> None:
    """Let a resource exist only under a condition, by its logical id.

    In one round trip to the CDK's JavaScript; `cfn_options.condition` takes three.
    """
    resource.add_override("Condition", condition)
