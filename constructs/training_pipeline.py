"""A SageMaker pipeline."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct


class TrainingPipeline(Construct):
    """The pipeline of one use case.

    Args:
        name: physical name, since people start it by name.
        description: for people.
        definition: the document that SageMaker runs; its texts may be CDK tokens.
        role: makes the jobs, and runs them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        definition: Mapping[str, Any],
        role: iam.IRole,
    ) -> None:
        super().__init__(scope, construct_id)
        self.pipeline = sagemaker.CfnPipeline(
            self,
            "Resource",
            pipeline_name=name,
            pipeline_display_name=name,
            pipeline_description=description,
            # In the template and not in S3, since only there tokens become values.
            pipeline_definition={"PipelineDefinitionBody": cdk.Stack.of(self).to_json_string(definition)},
            role_arn=role.role_arn,
        )
        # Its first job may start as soon as it exists: after every permission of the role.
        self.pipeline.node.add_dependency(role)
