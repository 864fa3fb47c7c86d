"""Where the models of one use case are registered, version by version."""

import aws_cdk as cdk
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct


class ModelPackageGroup(Construct):
    """A model package group.

    Args:
        name: physical name, since approvals, releases and people speak of it.
        description: for people.
        destroy: whether it goes with the environment; SageMaker deletes it only when it is empty.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, description: str, destroy: bool) -> None:
        super().__init__(scope, construct_id)
        self.resource = sagemaker.CfnModelPackageGroup(
            self, "Resource", model_package_group_name=name, model_package_group_description=description
        )
        self.resource.apply_removal_policy(cdk.RemovalPolicy.DESTROY if destroy else cdk.RemovalPolicy.RETAIN)
