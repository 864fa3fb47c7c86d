"""The SageMaker resource types, made through the SageMaker API as CloudFormation makes them."""

import json
import time
from typing import Any

from local_cloud.cloudformation import labeling_types, monitoring_types, notebook_types
from local_cloud.cloudformation.named_type import NamedType
from local_cloud.cloudformation.requests import Made, Properties, request

_ENDPOINT_SECONDS = 3600
_POLL_SECONDS = 0.25


class Endpoint(NamedType):
    """An endpoint: changed in place, and ready only when it is in service.

    An endpoint whose update failed is in service again, with what served before and a FailureReason; CloudFormation
    fails on the reason. Where SageMaker gives none (settings.SILENT_ROLLBACKS), it takes the update for done.
    """

    def replace_or_change(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Made:
        """Update the endpoint; another name makes another endpoint."""
        if old.get(self.name) != new.get(self.name) or not self.exists(physical_id):
            return self.create(logical_id, new, stack_name)
        name = self.name_of(physical_id)
        arguments = {**new, self.name: name}
        self.call("UpdateEndpoint", request("sagemaker", "UpdateEndpoint", arguments))
        self.settle(name)
        self.retag(physical_id, old, new)
        return physical_id, self.attributes(name, physical_id)

    def settle(self, name: str) -> None:
        """Wait until the endpoint is in service; ValueError with the reason if it fails."""
        deadline = time.monotonic() + _ENDPOINT_SECONDS
        while time.monotonic() < deadline:
            endpoint = self.describe(name)
            status = endpoint["EndpointStatus"]
            if status == "InService" and "FailureReason" not in endpoint:
                return
            if status in {"InService", "Failed", "UpdateRollbackFailed", "OutOfService"}:
                reason = endpoint.get("FailureReason", "no reason given")
                raise ValueError(f"Resource {endpoint['EndpointArn']} did not stabilize: {reason}")
            time.sleep(_POLL_SECONDS)
        raise ValueError(f"Endpoint {name} was not in service after {_ENDPOINT_SECONDS} s")

    def settle_gone(self, physical_id: str) -> None:
        """Wait until the endpoint no longer exists."""
        deadline = time.monotonic() + _ENDPOINT_SECONDS
        while self.exists(physical_id) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)


class Pipeline(NamedType):
    """A pipeline: everything but its name changes in place; `Ref` gives the name."""

    def physical_id(self, name: str, _arn: str) -> str:
        """Return the name."""
        return name

    def translate(self, properties: Properties) -> Properties:
        """Spell the definition as the API does."""
        definition = properties.get("PipelineDefinition", {})
        rest = {key: value for key, value in properties.items() if key != "PipelineDefinition"}
        if "PipelineDefinitionBody" in definition:
            return {**rest, "PipelineDefinition": definition["PipelineDefinitionBody"]}
        place = definition.get("PipelineDefinitionS3Location", {})
        names = {"Bucket": "Bucket", "Key": "ObjectKey", "Version": "VersionId"}
        return {**rest, "PipelineDefinitionS3Location": {names[key]: place[key] for key in names if key in place}}

    def replace_or_change(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Made:
        """Update the pipeline; another name makes another pipeline."""
        if old.get(self.name) != new.get(self.name) or not self.exists(physical_id):
            return self.create(logical_id, new, stack_name)
        arguments = {**self.translate(new), self.name: physical_id}
        self.call("UpdatePipeline", request("sagemaker", "UpdatePipeline", arguments))
        self.retag(physical_id, old, new)
        return physical_id, self.attributes(physical_id, self.arn_of(physical_id))


class ModelPackageGroup(NamedType):
    """A model package group; deletable only when empty."""

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Made:
        """Make the group and give it its policy."""
        made = super().create(logical_id, properties, stack_name)
        if policy := properties.get("ModelPackageGroupPolicy"):
            self._set_policy(self.name_of(made[0]), policy)
        return made

    def replace_or_change(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Made:
        """Only the policy changes in place."""
        fixed = ("ModelPackageGroupName", "ModelPackageGroupDescription")
        if any(old.get(key) != new.get(key) for key in fixed):
            return self.create(logical_id, new, stack_name)
        name = self.name_of(physical_id)
        if policy := new.get("ModelPackageGroupPolicy"):
            self._set_policy(name, policy)
        elif old.get("ModelPackageGroupPolicy"):
            self.call("DeleteModelPackageGroupPolicy", {self.name: name})
        self.retag(physical_id, old, new)
        return physical_id, self.attributes(name, physical_id)

    def _set_policy(self, name: str, policy: Any) -> None:
        text = policy if isinstance(policy, str) else json.dumps(policy)
        self.call("PutModelPackageGroupPolicy", {self.name: name, "ResourcePolicy": text})


TYPES: dict[str, NamedType] = {
    **labeling_types.TYPES,
    **monitoring_types.TYPES,
    **notebook_types.TYPES,
    "AWS::SageMaker::Model": NamedType("Model", "ModelName", "ModelArn"),
    "AWS::SageMaker::EndpointConfig": NamedType("EndpointConfig", "EndpointConfigName", "EndpointConfigArn"),
    "AWS::SageMaker::Endpoint": Endpoint("Endpoint", "EndpointName", "EndpointArn"),
    "AWS::SageMaker::Pipeline": Pipeline("Pipeline", "PipelineName", "PipelineArn"),
    "AWS::SageMaker::ModelPackageGroup": ModelPackageGroup(
        "ModelPackageGroup", "ModelPackageGroupName", "ModelPackageGroupArn"
    ),
}
