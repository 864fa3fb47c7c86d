"""Scalable targets and scaling policies as resource types of CloudFormation."""

from typing import Any

from botocore.exceptions import ClientError

from local_cloud.cloudformation.requests import Made, Properties, client, own_tags, request

_SERVICE = "application-autoscaling"
_IDENTITY = ("ResourceId", "ScalableDimension", "ServiceNamespace")
_ACTION_NAME = "ScheduledActionName"


class ScalableTarget:
    """A scalable target with its scheduled actions; `Ref` is resource id, dimension and namespace."""

    def create(self, _logical_id: str, properties: Properties, _stack_name: str) -> Made:
        """Register the target."""
        tags = {tag["Key"]: tag["Value"] for tag in own_tags(properties)}
        self._register({**properties, "Tags": tags} if tags else _without_tags(properties))
        physical_id = "|".join(properties[key] for key in _IDENTITY)
        try:
            self._put_actions(properties)
        except ClientError:
            self.delete(physical_id, properties)
            raise
        return physical_id, {"Id": physical_id}

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Made:
        """Change bounds, schedule and tags; another variant or dimension makes another target."""
        if any(old.get(key) != new.get(key) for key in _IDENTITY):
            return self.create(physical_id, new, stack_name)
        self._register(_without_tags(new))
        gone = {action[_ACTION_NAME] for action in old.get("ScheduledActions", [])}
        gone -= {action[_ACTION_NAME] for action in new.get("ScheduledActions", [])}
        for name in sorted(gone):
            client(_SERVICE).delete_scheduled_action(ScheduledActionName=name, **_identity(new))
        self._put_actions(new)
        self._retag(old, new)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """Deregister the target; one that is gone is well gone."""
        identity = dict(zip(_IDENTITY, physical_id.split("|"), strict=True))
        _unless_gone(client(_SERVICE).deregister_scalable_target, **identity)

    def _register(self, properties: Properties) -> None:
        client(_SERVICE).register_scalable_target(**request(_SERVICE, "RegisterScalableTarget", properties))

    def _put_actions(self, properties: Properties) -> None:
        for action in properties.get("ScheduledActions", []):
            arguments = request(_SERVICE, "PutScheduledAction", {**action, **_identity(properties)})
            client(_SERVICE).put_scheduled_action(**arguments)

    def _retag(self, old: Properties, new: Properties) -> None:
        had, wanted = ({tag["Key"]: tag["Value"] for tag in own_tags(each)} for each in (old, new))
        if had == wanted:
            return
        scaling = client(_SERVICE)
        found = scaling.describe_scalable_targets(
            ServiceNamespace=new["ServiceNamespace"], ResourceIds=[new["ResourceId"]]
        )["ScalableTargets"]
        arn = found[0]["ScalableTargetARN"]
        if gone := sorted(had.keys() - wanted.keys()):
            scaling.untag_resource(ResourceARN=arn, TagKeys=gone)
        if wanted:
            scaling.tag_resource(ResourceARN=arn, Tags=wanted)


class ScalingPolicy:
    """A scaling policy; `Ref` is its ARN."""

    def create(self, _logical_id: str, properties: Properties, _stack_name: str) -> Made:
        """Make the policy."""
        arguments = {**properties, **_identity(properties)}
        answer = client(_SERVICE).put_scaling_policy(**request(_SERVICE, "PutScalingPolicy", arguments))
        return answer["PolicyARN"], {"Arn": answer["PolicyARN"]}

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Made:
        """Change what it does; another name or target makes another policy, for which the old one has to go first."""
        if _identity(old) != _identity(new) or old["PolicyName"] != new["PolicyName"]:
            self.delete(physical_id, old)
        return self.create(physical_id, new, stack_name)

    def delete(self, _physical_id: str, properties: Properties) -> None:
        """Delete the policy; one that went with its target is well gone."""
        _unless_gone(
            client(_SERVICE).delete_scaling_policy, PolicyName=properties["PolicyName"], **_identity(properties)
        )


def _identity(properties: Properties) -> dict[str, Any]:
    if target := properties.get("ScalingTargetId"):
        return dict(zip(_IDENTITY, target.split("|"), strict=True))
    return {key: properties[key] for key in _IDENTITY}


def _without_tags(properties: Properties) -> Properties:
    return {key: value for key, value in properties.items() if key != "Tags"}


def _unless_gone(call: Any, **arguments: Any) -> None:
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ObjectNotFoundException":
            raise


TYPES: dict[str, ScalableTarget | ScalingPolicy] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": ScalableTarget(),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ScalingPolicy(),
}
