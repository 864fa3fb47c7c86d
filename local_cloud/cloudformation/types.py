"""Add our resource types to ministack's CloudFormation."""

from local_cloud.cloudformation import sagemaker_types


def install() -> None:
    """Register the types; they call the local cloud's own API, so they run beside the loop that answers it."""
    from ministack.services.cloudformation import provisioners, stacks

    blocking = set(sagemaker_types.TYPES)
    for name, resource in sagemaker_types.TYPES.items():
        provisioners._RESOURCE_HANDLERS[name] = {
            "create": resource.create,
            "update": resource.update,
            "update_with_logical_id": True,
            "delete": resource.delete,
        }
        provisioners._STACK_TAG_PROPERTY[name] = ("Tags", "list")
    runs_on_worker_thread = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: kind in blocking or runs_on_worker_thread(kind)
