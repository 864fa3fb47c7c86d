"""Add our resource types to ministack's CloudFormation."""

from local_cloud.cloudformation import (
    autoscaling_types,
    budget_types,
    dropped_properties,
    network_types,
    sagemaker_types,
)


def install() -> None:
    """Register the types; they call the local cloud's own API, so they run beside the loop that answers it."""
    from ministack.services.cloudformation import provisioners, stacks

    handlers = provisioners._RESOURCE_HANDLERS
    for name, resource in sagemaker_types.TYPES.items():
        handlers[name] = {
            "create": resource.create,
            "update": resource.update,
            "update_with_logical_id": True,
            "delete": resource.delete,
        }
        provisioners._STACK_TAG_PROPERTY[name] = ("Tags", "list")
    for name, part in {**network_types.TYPES, **autoscaling_types.TYPES, **budget_types.TYPES}.items():
        handlers[name] = {verb: getattr(part, verb) for verb in ("create", "update", "delete")}
    for name in budget_types.TYPES:
        handlers[name]["update_with_logical_id"] = True
    provisioners._STACK_TAG_PROPERTY["AWS::ApplicationAutoScaling::ScalableTarget"] = ("Tags", "list")
    dropped_properties.wrap(handlers)
    provisioners._STACK_TAG_PROPERTY["AWS::S3::Bucket"] = ("Tags", "list")
    ours = (sagemaker_types.TYPES, network_types.TYPES, autoscaling_types.TYPES, budget_types.TYPES)
    blocking = {*dropped_properties.APPLIED}.union(*ours)
    runs_on_worker_thread = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: kind in blocking or runs_on_worker_thread(kind)
