"""Whether the policy of a resource lets an AWS service do something to it on somebody's behalf."""


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
