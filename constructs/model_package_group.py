"""Where the models of one use case are registered, version by version."""

from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs.removal import removal_policy


class ModelPackageGroup(Construct):
    """A model package group.

    Args:
        name: physical name, since approvals, releases and people speak of it.
        destroy: whether it goes with the environment; SageMaker deletes it only when it is empty.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, destroy: bool) -> None:
        super().__init__(scope, construct_id)
        # A description is create-only: one that can be edited would replace the group, which its name forbids.
        self.resource = sagemaker.CfnModelPackageGroup(self, "Resource", model_package_group_name=name)
        self.resource.apply_removal_policy(removal_policy(destroy=destroy))
