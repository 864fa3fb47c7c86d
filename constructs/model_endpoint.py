"""A real-time endpoint whose models are parameters of the stack."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs.conditional import exists_if
from constructs.endpoint_properties import CaptureTarget, configuration_properties, model_properties, variables
from constructs.hashed_name import hashed_name
from constructs.open_container import OpenContainer
from constructs.placement import Placement
from constructs.variant_slot import CHALLENGER, CHAMPION, SHADOW, Fleet, Name, Serverless, VariantSlot, named

# A release changes the models and nothing else: live counts and weights stay (docs/decisions/live-capacity.md). What is
# captured is not live state, so it follows the configuration. A serverless endpoint has nothing live that is its own.
_KEPT_AS_LIVE: Any = {
    "retain_all_variant_properties": True,
    "exclude_retained_variant_properties": [{"variantPropertyType": "DataCaptureConfig"}],
}


class ModelEndpoint(Construct):
    """Models, endpoint configuration and endpoint; they exist while the champion's parameter names a model package.

    Models and endpoint configurations cannot be changed, only replaced, so each has a name made of the endpoint's
    name, a hash of all its properties, and the packages' versions. CloudFormation's own names would begin with the
    logical id and could not be told apart by a policy (docs/decisions/names-of-models.md).

    Args:
        endpoint_name: name of the endpoint and of the model package group, beginning of the names of models and
            configuration.
        role: role under which the models run.
        placement: where they run, with no network besides; or that they run outside every network of ours.
        capacities: what answers in each slot; the champion's comes first. A serverless one is alone.
        volume_key: key of the machines' volumes; of a serverless endpoint's copy of the image.
        capture: recording of requests; None: none, as of a serverless endpoint.

    Attributes:
        slots: by name, those that have a capacity.
        open_models: whether the models run outside the network.
        endpoint: its `deployment_config` is the stack's, since alarms that watch the endpoint belong into it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        role: iam.IRole,
        placement: Placement | OpenContainer,
        capacities: Mapping[Name, Fleet | Serverless],
        volume_key: kms.IKey,
        capture: CaptureTarget | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.endpoint_name = endpoint_name
        self.slots = {name: VariantSlot(self, name.capitalize(), slot=name, group=endpoint_name) for name in capacities}
        self.open_models = isinstance(placement, OpenContainer)
        self.deployed = self.slots[CHAMPION].filled
        model, added = model_properties(role, placement), variables(placement)
        self.model_prefix = hashed_name(self, endpoint_name, {**model, **added})
        self._one_beside_the_champion()
        self._variants = {}
        for name, slot in self.slots.items():
            resource = slot.model(self.model_prefix, model, added)
            if isinstance(placement, OpenContainer):
                placement.excuse(resource)
            self._variants[name] = slot.variant(capacities[name], resource.attr_model_name)
        self.config = self._config(capacities, configuration_properties(volume_key, capture))
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Resource",
            endpoint_name=endpoint_name,
            endpoint_config_name=self.config.attr_endpoint_config_name,
            **(_KEPT_AS_LIVE if isinstance(capacities[CHAMPION], Fleet) else {}),
        )
        exists_if(self.endpoint, self.slots[CHAMPION].condition)

    def _config(
        self, capacities: Mapping[Name, Fleet | Serverless], properties: dict[str, Any]
    ) -> sagemaker.CfnEndpointConfig:
        fixed = {name: slot.variant(capacities[name], self.model_prefix) for name, slot in self.slots.items()}
        self.config_prefix = hashed_name(self, self.endpoint_name, {"variants": fixed, **properties})
        beside = [slot for name, slot in self.slots.items() if name != CHAMPION]
        second = (slot.only_filled(named(*slot.version), "") for slot in beside)
        # The CDK does not spell what stands in a condition as CloudFormation does.
        config = sagemaker.CfnEndpointConfig(self, "Config", production_variants=[], **properties)
        name = named(f"{self.config_prefix}-", *self.slots[CHAMPION].version, *second)
        config.add_property_override("EndpointConfigName", name)
        variants = [self.only_with(name, variant) for name, variant in self._variants.items() if name != SHADOW]
        config.add_property_override("ProductionVariants", variants)
        if SHADOW in self.slots:
            config.add_property_override("ShadowProductionVariants", self.only_with(SHADOW, [self._variants[SHADOW]]))
        exists_if(config, self.slots[CHAMPION].condition)
        return config

    def _one_beside_the_champion(self) -> None:
        empty = [self.slots[name].empty for name in (CHALLENGER, SHADOW) if name in self.slots]
        if not empty:
            return
        text = "SageMaker allows a shadow beside one variant only: a challenger or a shadow, or neither"
        assertion = cdk.CfnRuleAssertion(assert_=cdk.Fn.condition_or(*empty), assert_description=text)
        cdk.CfnRule(self, "OneBesideTheChampion", assertions=[assertion])

    def only_with(self, name: Name, value: Any) -> Any:
        """Return what is a value while a slot is filled, and else nothing; with the champion's all this exists."""
        return value if name == CHAMPION else self.slots[name].only_filled(value)
