"""Properties that ministack's own resource types drop: what the template says is set through the service's API."""

from collections.abc import Callable
from typing import Any

from local_cloud.cloudformation import bucket_properties
from local_cloud.cloudformation.requests import Made, Properties, as_root

Apply = Callable[[str, Properties, Properties], None]


def _role(name: str, properties: Properties, old: Properties) -> None:
    iam = as_root("iam")
    if boundary := properties.get("PermissionsBoundary"):
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    elif old.get("PermissionsBoundary"):
        iam.delete_role_permissions_boundary(RoleName=name)


def _topic(arn: str, properties: Properties, old: Properties) -> None:
    key = properties.get("KmsMasterKeyId", "")
    if key or old.get("KmsMasterKeyId"):
        as_root("sns").set_topic_attributes(TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue=key)


def _function(name: str, properties: Properties, old: Properties) -> None:
    # An empty value takes the setting away again.
    changes: dict[str, Any] = {}
    if "DeadLetterConfig" in properties or "DeadLetterConfig" in old:
        changes["DeadLetterConfig"] = properties.get("DeadLetterConfig", {"TargetArn": ""})
    if "KmsKeyArn" in properties or "KmsKeyArn" in old:
        changes["KMSKeyArn"] = properties.get("KmsKeyArn", "")
    if "VpcConfig" in properties or "VpcConfig" in old:
        vpc = properties.get("VpcConfig", {})
        changes["VpcConfig"] = {key: vpc.get(key, []) for key in ("SubnetIds", "SecurityGroupIds")}
    if changes:
        as_root("lambda").update_function_configuration(FunctionName=name, **changes)


APPLIED: dict[str, Apply] = {
    "AWS::IAM::Role": _role,
    "AWS::Lambda::Function": _function,
    "AWS::S3::Bucket": bucket_properties.apply,
    "AWS::SNS::Topic": _topic,
}


def wrap(handlers: dict[str, dict[str, Any]]) -> None:
    """Let ministack make these types, then set what it left out."""
    for kind, apply in APPLIED.items():
        handlers[kind] = _wrapped(handlers[kind], apply)
    handlers["AWS::S3::Bucket"]["delete"] = bucket_properties.delete


def _wrapped(handler: dict[str, Any], apply: Apply) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, stack_name: str) -> Made:
        made: Made = handler["create"](logical_id, properties, stack_name)
        apply(made[0], properties, {})
        return made

    def update(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Made:
        made: Made = handler["update"](physical_id, old, new, *rest)
        apply(made[0], new, old if made[0] == physical_id else {})
        return made

    return {**handler, "create": create, "update": update}
