"""What SageMaker asks about an endpoint's variants that are registered for scaling, and how that ends."""

from local_cloud.autoscaling.api import ACTION, POLICY, TARGET, Call, of_target, variant_of
from local_cloud.iam import Check
from local_cloud.sagemaker import aws_clients
from local_cloud.sagemaker.store import Document

LINKED_SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
NOT_DEREGISTERED = (
    "An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity used to "
    "invoke DeleteEndpoint does not have application-autoscaling:DeregisterScalableTarget permission to deregister the "
    "scalable target."
)


def targets(endpoint: str, call: Call) -> dict[str, Document]:
    """Return the targets of an endpoint by variant."""
    found = [(variant_of(one["ResourceId"]), one) for one in call.store.list(TARGET)]
    return {variant: one for (name, variant), one in found if name == endpoint}


def by_arn(arn: str, call: Call) -> Document | None:
    """Return the target of an ARN, None if there is none."""
    return next((one for one in call.store.list(TARGET) if one["ScalableTargetARN"] == arn), None)


def linked_role(call: Call) -> str:
    """Return the ARN of the service-linked role that changes instances."""
    return (
        f"arn:aws:iam::{call.store.account}:role/aws-service-role/{LINKED_SERVICE}/"
        "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    )


def forget(resource_id: str, call: Call) -> None:
    """Delete a target with its policies, their alarms, and its scheduled actions."""
    for policy in of_target(POLICY, resource_id, call):
        forget_policy(policy, call)
    for action in of_target(ACTION, resource_id, call):
        call.store.delete(ACTION, action["_Key"])
    call.store.delete(TARGET, resource_id)


def forget_policy(policy: Document, call: Call) -> None:
    """Delete a policy and its alarms."""
    names = [alarm["AlarmName"] for alarm in policy["Alarms"]]
    aws_clients.of_account(call, "cloudwatch").delete_alarms(AlarmNames=names)
    call.store.delete(POLICY, policy["_Key"])


def checks_of_deletion(endpoint: str, call: Call) -> list[Check]:
    """Return what must be allowed to whoever deletes an endpoint: that its targets are deregistered."""
    return [
        Check("application-autoscaling:DeregisterScalableTarget", one["ScalableTargetARN"], keys_of(one))
        for one in targets(endpoint, call).values()
    ]


def keys_of(target: Document) -> dict[str, str]:
    """Return the condition keys that a target gives a request about it."""
    tags = {f"aws:ResourceTag/{tag['Key']}": str(tag["Value"]) for tag in target["Tags"]}
    return {
        **tags,
        "application-autoscaling:service-namespace": target["ServiceNamespace"],
        "application-autoscaling:scalable-dimension": target["ScalableDimension"],
    }
