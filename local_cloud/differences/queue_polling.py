"""A function takes a queue's messages only if its role may: Lambda asks that when the two are connected.

ministack polls under nobody's permissions. Source: Lambda developer guide, "Creating and configuring an Amazon SQS
event source mapping"; the text is that of CreateEventSourceMapping's refusal.
"""

from typing import Any

_ACTIONS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def close() -> None:
    """Refuse the connection of a queue to a function whose role lacks a permission."""
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    create, handlers = lambda_svc._create_esm, provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
    make = handlers["create"]

    def create_if_allowed(data: dict[str, Any]) -> Any:
        if reason := _refusal(data.get("FunctionName", ""), data.get("EventSourceArn", "")):
            return lambda_svc._invalid_parameter_value(reason)
        return create(data)

    def make_if_allowed(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        if reason := _refusal(properties.get("FunctionName", ""), properties.get("EventSourceArn", "")):
            raise ValueError(reason)
        return make(logical_id, properties, stack_name)

    lambda_svc._create_esm = create_if_allowed
    handlers["create"] = make_if_allowed


def _refusal(function: str, source: str) -> str:
    from ministack.services import lambda_svc, sqs

    if ":sqs:" not in source:
        return ""
    record, config, _ = lambda_svc._get_func_record_for_ref(function)
    role = str((config or (record or {}).get("config", {})).get("Role", ""))
    for action in _ACTIONS:
        if role and not _may(role, f"sqs:{action}", source):
            return f"The function execution role does not have permissions to call {action} on SQS"
    key = next(
        (queue["attributes"].get("KmsMasterKeyId", "") for queue in sqs._queues.values()
         if queue["attributes"].get("QueueArn") == source), "",
    )  # fmt: skip
    if role and key.startswith("arn:") and not _may(role, "kms:Decrypt", key):
        return f"The function execution role does not have permissions to call Decrypt on {key}"
    return ""


def _may(role_arn: str, action: str, resource: str) -> bool:
    from ministack.core.iam_evaluator import EvalContext, _gather_role_policies, evaluate
    from ministack.core.responses import get_region

    account = role_arn.split(":")[4]
    context = EvalContext(
        principal_arn=role_arn, principal_type="AssumedRole", principal_account=account,
        action=action, resource_arn=resource, region=get_region(), service_context={},
    )  # fmt: skip
    policies = _gather_role_policies(role_arn.rsplit("/", 1)[-1], account)
    return bool(evaluate(context, policies).decision == "Allow")
