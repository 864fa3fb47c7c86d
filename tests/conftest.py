"""What all tests share."""

import os

import pytest

from pipelines_src.definition.settings import PipelineSettings

# The CDK's template linter costs seconds per synthesis; the whole application is linted in tests of its own.
# It must be known before the CDK starts its JavaScript.
os.environ.setdefault("CDK_VALIDATION", "false")


@pytest.fixture
def pipeline_settings() -> PipelineSettings:
    """What a pipeline takes from an environment, as plain values."""
    account, region = "111122223333", "ap-northeast-1"
    return PipelineSettings(
        role_arn=f"arn:aws:iam::{account}:role/jobs",
        image_uri=f"354813040037.dkr.ecr.{region}.amazonaws.com/sagemaker-xgboost:3.2-0",
        code_uri="s3://assets/0123abcd.zip",
        code_file="0123abcd.zip",
        code_hash="0123abcd",
        raw_uri="s3://raw/flight_delays/",
        processed_uri="s3://processed/flight_delays",
        models_uri="s3://models/flight_delays",
        data_key=f"arn:aws:kms:{region}:{account}:key/data",
        models_key=f"arn:aws:kms:{region}:{account}:key/models",
        subnets=("subnet-1", "subnet-2"),
        security_groups=("sg-1",),
        processing_instance="ml.m5.large",
        training_instance="ml.m5.xlarge",
        endpoint_instance="ml.t2.large",
        volume_gb=30,
        model_package_group="dev-flight-delays",
        tags=(("ml-loop:environment", "dev"),),
    )
