"""Instances of a variant that follow its requests and the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as autoscaling
from constructs import Construct

from constructs.conditional import exists_if
from constructs.model_endpoint import ModelEndpoint
from constructs.variant_slot import CHALLENGER, CHAMPION, Name

# No shadow: SageMaker changes the capacity of production variants only (UpdateEndpointWeightsAndCapacities).
SCALED: tuple[Name, ...] = (CHAMPION, CHALLENGER)
NAMESPACE, DIMENSION = "sagemaker", "sagemaker:variant:DesiredInstanceCount"
_METRIC = "SageMakerVariantInvocationsPerInstance"


@dataclass(frozen=True)
class ScheduledCapacity:
    """Least and most instances from a time on; `cron` as Application Auto Scaling has it, on the clock of a zone."""

    cron: str
    time_zone: str
    least: int
    most: int


@dataclass(frozen=True)
class Capacity:
    """Least and most instances, requests a minute that each is to have, seconds between changes, other bounds."""

    least: int
    most: int
    invocations: int
    scale_in_seconds: int
    scale_out_seconds: int
    schedule: Sequence[ScheduledCapacity] = ()


class VariantScaling(Construct):
    """A scalable target and its policy; they exist while their slot is filled, and go before the endpoint does.

    Nothing says here whether scaling is suspended: that is the release function's, and would be reset by an update.
    Application Auto Scaling works under its service-linked role, which it makes itself when it is first needed.

    Args:
        endpoint: whose variant it is.
        slot: the variant, champion or challenger.
        capacity: how many instances.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, endpoint: ModelEndpoint, slot: Name, capacity: Capacity
    ) -> None:
        super().__init__(scope, construct_id)
        condition = self._condition(endpoint, slot)
        target = autoscaling.CfnScalableTarget(
            self,
            "Resource",
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=f"endpoint/{endpoint.endpoint_name}/variant/{slot}",
            min_capacity=capacity.least,
            max_capacity=capacity.most,
            scheduled_actions=[_action(at, one) for at, one in enumerate(capacity.schedule)] or None,
        )
        target.add_resource_dependency(endpoint.endpoint)
        policy = autoscaling.CfnScalingPolicy(
            self,
            "Policy",
            policy_name=f"{endpoint.endpoint_name}-{slot}-invocations",
            policy_type="TargetTrackingScaling",
            scaling_target_id=target.ref,
            target_tracking_scaling_policy_configuration={
                "predefinedMetricSpecification": {"predefinedMetricType": _METRIC},
                "targetValue": capacity.invocations,
                "scaleInCooldown": capacity.scale_in_seconds,
                "scaleOutCooldown": capacity.scale_out_seconds,
            },
        )
        for resource in (target, policy):
            exists_if(resource, condition)

    def _condition(self, endpoint: ModelEndpoint, slot: Name) -> str:
        champion, own = endpoint.slots[CHAMPION], endpoint.slots[slot]
        if own is champion:
            return champion.condition
        there = cdk.Fn.condition_not(cdk.Fn.condition_or(champion.empty, own.empty))  # no endpoint without a champion
        condition = cdk.CfnCondition(self, "Exists", expression=there)
        condition.override_logical_id(f"{slot.capitalize()}Scales")
        return f"{slot.capitalize()}Scales"


def _action(at: int, one: ScheduledCapacity) -> dict[str, Any]:
    return {
        "scheduledActionName": f"bounds-{at + 1}",
        "schedule": one.cron,
        "timezone": one.time_zone,
        "scalableTargetAction": {"minCapacity": one.least, "maxCapacity": one.most},
    }
