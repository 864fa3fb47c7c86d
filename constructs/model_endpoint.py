"""A real-time endpoint whose models are parameters of the stack."""

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

from constructs.conditional import exists_if
from constructs.placement import Placement
from constructs.variant_slot import CHALLENGER, CHAMPION, SHADOW, SLOTS, Fleet, Name, VariantSlot, named


@dataclass(frozen=True)
class CaptureTarget:
    """Where requests and answers are recorded; `sampling_percent` is the share that is."""

    s3_uri: str
    key: kms.IKey
    sampling_percent: int


class ModelEndpoint(Construct):
    """Models, endpoint configuration and endpoint; they exist while the champion's parameter names a model package.

    Models and endpoint configurations cannot be changed, only replaced, so each has a name made of the endpoint's
    name, a hash of all its properties, and the packages' versions. CloudFormation's own names would begin with the
    logical id and could not be told apart by a policy (docs/decisions/names-of-models.md).

    Args:
        endpoint_name: name of the endpoint and of the model package group, beginning of the names of models and
            configuration.
        role: role under which the models run.
        placement: where they run; they have no network besides.
        fleets: machines of each slot.
        volume_key: key of the machines' volumes.
        capture: recording of requests.

    Attributes:
        slots: champion, challenger and shadow.
        endpoint: its `deployment_config` is the stack's, since alarms that watch the endpoint belong into it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        role: iam.IRole,
        placement: Placement,
        fleets: Mapping[Name, Fleet],
        volume_key: kms.IKey,
        capture: CaptureTarget,
    ) -> None:
        super().__init__(scope, construct_id)
        self.endpoint_name = endpoint_name
        self.slots = {name: VariantSlot(self, name.capitalize(), slot=name, group=endpoint_name) for name in SLOTS}
        self.deployed = self.slots[CHAMPION].filled
        model = _model_properties(role, placement)
        self.model_prefix = self._prefix(model)
        self._one_beside_the_champion()
        self._variants = {}
        for name, slot in self.slots.items():
            resource = slot.model(self.model_prefix, model)
            self._variants[name] = slot.variant(fleets[name], resource.attr_model_name)
        self.config = self._config(fleets, _configuration_properties(volume_key, capture))
        # A release changes the models and nothing else: live counts and weights stay (docs/decisions/live-capacity.md).
        # What is captured is not live state, so it follows the configuration.
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Resource",
            endpoint_name=endpoint_name,
            endpoint_config_name=self.config.attr_endpoint_config_name,
            retain_all_variant_properties=True,
            exclude_retained_variant_properties=[{"variantPropertyType": "DataCaptureConfig"}],
        )
        exists_if(self.endpoint, self.slots[CHAMPION].condition)

    def _config(self, fleets: Mapping[Name, Fleet], properties: dict[str, Any]) -> sagemaker.CfnEndpointConfig:
        fixed = {name: slot.variant(fleets[name], self.model_prefix) for name, slot in self.slots.items()}
        self.config_prefix = self._prefix({"variants": fixed, **properties})
        second = (self.slots[name].only_filled(named(*self.slots[name].version), "") for name in SLOTS[1:])
        # The CDK does not spell what stands in a condition as CloudFormation does.
        config = sagemaker.CfnEndpointConfig(self, "Config", production_variants=[], **properties)
        name = named(f"{self.config_prefix}-", *self.slots[CHAMPION].version, *second)
        config.add_property_override("EndpointConfigName", name)
        challenger = self.only_with(CHALLENGER, self._variants[CHALLENGER])
        config.add_property_override("ProductionVariants", [self._variants[CHAMPION], challenger])
        config.add_property_override("ShadowProductionVariants", self.only_with(SHADOW, [self._variants[SHADOW]]))
        exists_if(config, self.slots[CHAMPION].condition)
        return config

    def _one_beside_the_champion(self) -> None:
        empty = [self.slots[name].empty for name in (CHALLENGER, SHADOW)]
        text = "SageMaker allows a shadow beside one variant only: a challenger or a shadow, or neither"
        assertion = cdk.CfnRuleAssertion(assert_=cdk.Fn.condition_or(*empty), assert_description=text)
        cdk.CfnRule(self, "OneBesideTheChampion", assertions=[assertion])

    def only_with(self, name: Name, value: Any) -> Any:
        """Return what is a value while a slot is filled, and else nothing; with the champion's all this exists."""
        return value if name == CHAMPION else self.slots[name].only_filled(value)

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


def _configuration_properties(volume_key: kms.IKey, capture: CaptureTarget) -> dict[str, Any]:
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
