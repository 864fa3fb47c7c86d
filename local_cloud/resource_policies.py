"""Whether the policy of a resource lets an AWS service do something to it on somebody's behalf."""

_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


def refusal(service: str, action: str, arn: str, source_arn: str) -> str:
    """Return why `service` may not do `action` to a resource for `source_arn`, empty if it may.

    Args:
        service: the service's principal, such as `events.amazonaws.com`.
        action: an IAM action; the service that it belongs to keeps the resource.
        arn: the resource, which has a policy of its own: a queue, topic, function, bucket or key.
        source_arn: the rule, alarm and so on that the service works for.
    """
    from ministack.core.iam_evaluator import EvalContext, _resource_policy, evaluate_resource_policy
    from ministack.core.responses import get_account_id, get_region

    found = _resource_policy(action.split(":", maxsplit=1)[0], arn)
    if found is None:
        return f"{arn} does not exist"
    account = get_account_id()
    # SNS's default policy asks for the older key of the owner.
    keys = {"aws:sourcearn": source_arn, "aws:sourceaccount": account, "aws:sourceowner": account}
    context = EvalContext(
        principal_arn=service, principal_type="Service", principal_account=account,
        action=action, resource_arn=arn, region=get_region(),
        service_context=keys,
    )  # fmt: skip
    decision = evaluate_resource_policy(found[0], context, service=service).decision
    return "" if decision == "Allow" else f"the policy of {arn} does not let {source_arn} do {action}"


def key_refusal(service: str, key: str, source_arn: str) -> str:
    """Return why `service` may not encrypt what it sends with a queue's or topic's key, empty if it may.

    Sources: SQS developer guide, "Configuring KMS permissions for AWS services"; SNS developer guide, the same.
    """
    from ministack.services import kms

    record = kms._resolve_key(key) if key else None
    if record is None:
        return ""
    refusals = (refusal(service, action, record["Arn"], source_arn) for action in _KEY_ACTIONS)
    return next(filter(None, refusals), "")
