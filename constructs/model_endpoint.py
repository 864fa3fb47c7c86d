"""A real-time endpoint whose model is a parameter of the stack."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs.placement import Placement

CHAMPION = "champion"


@dataclass(frozen=True)
class Fleet:
    """The machines of a variant: SageMaker instance type, how many, and the key of their volumes."""

    instance_type: str
    instances: int
    volume_key: kms.IKey


@dataclass(frozen=True)
class CaptureTarget:
    """Where requests and answers are recorded; `sampling_percent` is the share that is."""

    s3_uri: str
    key: kms.IKey
    sampling_percent: int


class ModelEndpoint(Construct):
    """Model, endpoint configuration and endpoint; they exist while the parameter names a model package.

    Models and endpoint configurations cannot be changed, only replaced, so each has a name made of the endpoint's
    name, a hash of all its properties, and the package's version. CloudFormation's own names would begin with the
    logical id and could not be told apart by a policy (docs/decisions/names-of-models.md).

    Args:
        endpoint_name: name of the endpoint, and beginning of the names of model and configuration.
        champion: parameter with the ARN of a model package, or empty.
        role: role under which the model runs.
        placement: where it runs; it has no network besides.
        fleet: machines of the champion.
        capture: recording of requests.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        champion: cdk.CfnParameter,
        role: iam.IRole,
        placement: Placement,
        fleet: Fleet,
        capture: CaptureTarget,
    ) -> None:
        super().__init__(scope, construct_id)
        self.endpoint_name = endpoint_name
        package = champion.value_as_string
        version = _version(package)
        self.deployed = cdk.CfnCondition(
            self, "Deployed", expression=cdk.Fn.condition_not(cdk.Fn.condition_equals(package, ""))
        )
        model = _model_properties(role, placement)
        self.model_prefix = self._prefix(model)
        self.model = sagemaker.CfnModel(
            self,
            "Model",
            model_name=f"{self.model_prefix}-{version}",
            primary_container={"modelPackageName": package},
            **model,
        )
        self.model.node.add_dependency(role)
        configuration = _configuration_properties(fleet, capture, self.model_prefix)
        self.config_prefix = self._prefix(configuration)
        variant = {**configuration.pop("variant"), "modelName": self.model.attr_model_name}
        self.config = sagemaker.CfnEndpointConfig(
            self,
            "Config",
            endpoint_config_name=f"{self.config_prefix}-{version}",
            production_variants=[variant],
            **configuration,
        )
        # A release changes the model and nothing else: live counts and weights stay (docs/decisions/live-capacity.md).
        # What is captured is not live state, so it follows the configuration.
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Resource",
            endpoint_name=endpoint_name,
            endpoint_config_name=self.config.attr_endpoint_config_name,
            retain_all_variant_properties=True,
            exclude_retained_variant_properties=[{"variantPropertyType": "DataCaptureConfig"}],
        )
        for resource in (self.model, self.config, self.endpoint):
            resource.cfn_options.condition = self.deployed

    def _prefix(self, properties: Mapping[str, Any]) -> str:
        text = json.dumps(cdk.Stack.of(self).resolve(properties), sort_keys=True)
        return f"{self.endpoint_name}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def _model_properties(role: iam.IRole, placement: Placement) -> dict[str, Any]:
    return {
        "execution_role_arn": role.role_arn,
        "enable_network_isolation": True,
        "vpc_config": {
            "securityGroupIds": [placement.security_group_id],
            "subnets": placement.subnet_ids,
        },
    }


def _configuration_properties(fleet: Fleet, capture: CaptureTarget, model_prefix: str) -> dict[str, Any]:
    return {
        "variant": {
            "variantName": CHAMPION,
            "modelName": model_prefix,
            "instanceType": fleet.instance_type,
            "initialInstanceCount": fleet.instances,
            "initialVariantWeight": 1,
        },
        "kms_key_id": fleet.volume_key.key_arn,
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


def _version(package: str) -> str:
    # arn:aws:sagemaker:region:account:model-package/group/version. The slashes keep Fn::Select valid when it is empty.
    return cdk.Fn.select(2, cdk.Fn.split("/", f"{package}//"))
