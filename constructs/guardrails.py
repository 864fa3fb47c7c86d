"""What an update of an endpoint may do to its traffic."""

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from constructs.endpoint_alarms import EndpointAlarms
from constructs.model_endpoint import ModelEndpoint
from constructs.traffic_shift import TrafficShift
from constructs.variant_slot import Name

AT_ONCE, GUARDED = "at_once", "guarded"


class Guardrails(Construct):
    """SageMaker's deployment guardrails on an endpoint, as the parameter `TrafficShift` says at each update.

    SageMaker moves traffic in parts only if the variants stay the same, so an update that adds or takes one away must
    not ask for it ("Exclusions" of deployment guardrails, developer guide).

    Args:
        endpoint: whose deployment configuration this sets.
        alarms: of its variants; those that exist take the traffic back.
        shift: how it moves.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: ModelEndpoint,
        alarms: Mapping[Name, EndpointAlarms],
        shift: TrafficShift,
    ) -> None:
        super().__init__(scope, construct_id)
        parameter = cdk.CfnParameter(
            self,
            "TrafficShift",
            default=AT_ONCE,
            allowed_values=[AT_ONCE, GUARDED],
            description=f"{GUARDED}: by alarms, and in parts, as another model comes into a slot; {AT_ONCE}: as a slot "
            "is filled or emptied, or the model before comes back. The release function sets it.",
        )
        parameter.override_logical_id("TrafficShift")
        guarded = cdk.CfnCondition(
            self, "Guarded", expression=cdk.Fn.condition_equals(parameter.value_as_string, GUARDED)
        )
        ringing = [endpoint.only_with(name, {"AlarmName": ref}) for name, each in alarms.items() for ref in each.refs]
        guarded.override_logical_id("Guarded")
        chosen = {"Fn::If": ["Guarded", shift.guarded(ringing), shift.at_once()]}
        endpoint.endpoint.add_property_override("DeploymentConfig", chosen)
