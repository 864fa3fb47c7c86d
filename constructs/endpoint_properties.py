"""What models and configuration of an endpoint say, whatever their slots are."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from constructs.open_container import VARIABLES, OpenContainer
from constructs.placement import Placement


@dataclass(frozen=True)
class CaptureTarget:
    """Where requests and answers are recorded; `sampling_percent` is the share that is."""

    s3_uri: str
    key: kms.IKey
    sampling_percent: int


def model_properties(role: iam.IRole, placement: Placement | OpenContainer) -> dict[str, Any]:
    """Return how a model runs, spelled as the CDK does."""
    if isinstance(placement, OpenContainer):
        return {"execution_role_arn": role.role_arn}
    return {
        "execution_role_arn": role.role_arn,
        "enable_network_isolation": True,
        "vpc_config": {
            "securityGroupIds": [placement.security_group_id],
            "subnets": placement.subnet_ids,
        },
    }


def variables(placement: Placement | OpenContainer) -> dict[str, str]:
    """Return what a container's environment gets besides what its package says."""
    return VARIABLES if isinstance(placement, OpenContainer) else {}


def configuration_properties(volume_key: kms.IKey, capture: CaptureTarget | None) -> dict[str, Any]:
    """Return what an endpoint configuration says beside its variants, spelled as the CDK does."""
    if capture is None:
        return {"kms_key_id": volume_key.key_arn}
    return {
        "kms_key_id": volume_key.key_arn,
        "data_capture_config": {
            "enableCapture": True,
            "initialSamplingPercentage": capture.sampling_percent,
            "destinationS3Uri": capture.s3_uri,
            "kmsKeyId": capture.key.key_arn,
            "captureOptions": [{"captureMode": "Input"}, {"captureMode": "Output"}],
            # Recorded as text; anything else would be recorded as base64.
            "captureContentTypeHeader": {"csvContentTypes": ["text/csv"], "jsonContentTypes": ["application/json"]},
        },
    }
