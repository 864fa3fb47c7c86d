"""A SageMaker pipeline."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct


class TrainingPipeline(Construct):
    """The pipeline of one use case.

    Args:
        name: physical name, since people start it by name.
        description: for people.
        definition: the document that SageMaker runs; its texts may be CDK tokens.
        role_arn: the role that makes the jobs, and that they run with.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        definition: Mapping[str, Any],
        role_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.resource = sagemaker.CfnPipeline(
            self,
            "Resource",
            pipeline_name=name,
            pipeline_display_name=name,
            pipeline_description=description,
            # In the template and not in S3, since only there tokens become values. What they become are names and ARNs,
            # which need no escaping in JSON.
            pipeline_definition={"PipelineDefinitionBody": json.dumps(definition, separators=(",", ":"))},
            role_arn=role_arn,
        )
