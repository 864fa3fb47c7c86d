"""One use case's endpoint, and the role that releases to it."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from config import Environment, UseCase
from constructs.arns import Arns
from constructs.encrypted_log_group import EncryptedLogGroup
from constructs.endpoint_alarms import EndpointAlarms
from constructs.endpoint_properties import CaptureTarget
from constructs.guardrails import Guardrails
from constructs.model_endpoint import ModelEndpoint
from constructs.model_role import ModelFiles, ModelRole
from constructs.native_monitor_role import manage_monitors
from constructs.release_alarms import ReleaseAlarms
from constructs.release_role import ReleaseRole
from constructs.scaling_statements import manage_scaling
from constructs.statements import Statement
from constructs.traffic_shift import TrafficShift
from constructs.variant_scaling import SCALED, Capacity, ScheduledCapacity, VariantScaling
from constructs.variant_slot import CHALLENGER, CHAMPION, SHADOW, Fleet, Name
from stacks.data_stack import DataStack
from stacks.native_monitor_part import native_monitors
from stacks.network_stack import NetworkStack
from stacks.security_stack import SecurityStack
from stacks.serverless_part import serverless_alarms, serverless_endpoint


class ServingStack(cdk.Stack):
    """Serves the model packages that parameters name: `ChampionModelPackage`, and beside it one of
    `ChallengerModelPackage` and `ShadowModelPackage`. Without a champion nothing is deployed. A serverless endpoint has
    the champion's parameter alone.

    The release function changes these and `TrafficShift`, nothing else; `cdk deploy` keeps their values.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        use_case: UseCase,
        network: NetworkStack,
        security: SecurityStack,
        data: DataStack,
        alarm_topic_arn: str,
        **stack_props: Any,
    ) -> None:
        # Without CDK's own parameter: a release would need permission to read the bootstrap version.
        synthesizer = cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
        super().__init__(scope, construct_id, synthesizer=synthesizer, **stack_props)
        self._environment, self._use_case, self._security = environment, use_case, security
        self._serving = environment.serves(use_case.name)
        self._name = f"{environment.name}-{use_case.slug}"
        model_role = self._model_role(network, data)
        endpoint = self._endpoint(network, data, model_role)
        alarms = self._alarms(endpoint, alarm_topic_arn)
        alarm_names = [name for each in alarms.values() for name in each.names]
        if self._serving.serverless:
            alarm_names += serverless_alarms(self, self.stack_name, endpoint, alarm_topic_arn)
        else:
            # What a shadow answers reaches nobody, so it takes no traffic back.
            answering = {name: alarms[name] for name in (CHAMPION, CHALLENGER)}
            Guardrails(self, "Guardrails", endpoint=endpoint, alarms=answering, shift=self._traffic_shift())
            self._scale(endpoint)
        monitors = native_monitors(self, environment, use_case, endpoint, network=network, security=security, data=data)
        releases = ReleaseAlarms(
            self, "Releases", environment=environment.name, use_case=use_case.slug, topic_arn=alarm_topic_arn
        )
        self.alarms = [*releases.names, *alarm_names]
        ReleaseRole(
            self,
            "ReleaseRole",
            environment=environment.name,
            endpoint=endpoint,
            model_role=model_role,
            volume_key=security.data_key,
            alarm_names=alarm_names,
            also=[*self._scaling_statements(), *(manage_monitors(Arns.of(self), monitors) if monitors else [])],
        )
        self._outputs(endpoint)

    def _model_role(self, network: NetworkStack, data: DataStack) -> iam.IRole:
        retention = self._environment.retention
        # SageMaker writes to a group of this name; it would make one without key and without end.
        log_group = EncryptedLogGroup(
            self,
            "Logs",
            name=f"/aws/sagemaker/Endpoints/{self._name}",
            key=self._security.logs_key,
            days=retention.log_days,
            destroy=retention.destroys,
        ).log_group
        keys, serverless = self._security, self._serving.serverless is not None
        capture = None if serverless else data.capture
        return ModelRole(
            self,
            "ModelRole",
            files=ModelFiles(self._use_case.name, data.models, keys.models_key, capture, keys.data_key),
            model_package_group=self._name,
            log_group_arn=log_group.log_group_arn,
            placement=None if serverless else network.jobs,
            batches=data.processed if self._use_case.batch else None,
        ).role

    def _endpoint(self, network: NetworkStack, data: DataStack, role: iam.IRole) -> ModelEndpoint:
        key = self._security.data_key
        if containers := self._serving.serverless:
            why = self._environment.network.allow_internet or ""
            return serverless_endpoint(self, self._name, containers, role=role, key=key, why=why)
        first, second = (
            Fleet(machines.instance_type, machines.instances)
            for machines in (self._serving.champion, self._serving.second)
        )
        return ModelEndpoint(
            self,
            "Endpoint",
            endpoint_name=self._name,
            role=role,
            placement=network.jobs,
            capacities={CHAMPION: first, CHALLENGER: second, SHADOW: second},
            volume_key=key,
            capture=CaptureTarget(
                data.capture.s3_url_for_object(self._use_case.name), key, self._environment.capture.sampling_percent
            ),
        )

    def _alarms(self, endpoint: ModelEndpoint, topic_arn: str) -> dict[Name, EndpointAlarms]:
        stack_name = self.stack_name
        return {
            name: EndpointAlarms(
                self,
                f"{name.capitalize()}Alarms",
                stack_name=stack_name,
                endpoint_name=self._name,
                variant_name=name,
                condition=endpoint.slots[name].condition,
                topic_arn=topic_arn,
                latency_ms=self._serving.latency_ms,
            )
            for name in endpoint.slots
        }

    def _traffic_shift(self) -> TrafficShift:
        shift, bake = self._serving.shift, self._serving.bake_minutes
        if shift is None:
            return TrafficShift.whole(bake)
        return TrafficShift(shift.type, shift.percent, shift.wait_minutes, shift.waits, bake)

    def _scale(self, endpoint: ModelEndpoint) -> None:
        if scaling := self._serving.scaling:
            capacity = Capacity(
                scaling.min,
                scaling.max,
                scaling.invocations_per_instance,
                scaling.scale_in_cooldown_seconds,
                scaling.scale_out_cooldown_seconds,
                [ScheduledCapacity(one.cron, one.time_zone, one.min, one.max) for one in scaling.schedule],
            )
            for slot in SCALED:
                VariantScaling(self, f"{slot.capitalize()}Scaling", endpoint=endpoint, slot=slot, capacity=capacity)

    def _scaling_statements(self) -> list[Statement]:
        if self._serving.scaling is None:
            return []
        tags = {"ml-loop:environment": self._environment.name, "ml-loop:use-case": self._use_case.slug}
        return manage_scaling(Arns.of(self), self._name, tags)

    def _outputs(self, endpoint: ModelEndpoint) -> None:
        # What the release function compares the live endpoint with, and whether it has scaling to hold.
        outputs = {
            "EndpointName": endpoint.endpoint.attr_endpoint_name,
            "EndpointConfigName": endpoint.config.attr_endpoint_config_name,
        }
        if self._serving.scaling:
            outputs["ScaledVariants"] = ",".join(SCALED)
        for key, value in outputs.items():
            cdk.CfnOutput(self, key, value=value).condition = endpoint.deployed
