"""EventBridge delivers where a function's or queue's policy lets the rule; what it cannot deliver is a dead letter.

ministack asks no policy, runs a function once, and drops what fails. Sources: EventBridge user guide, "Using
resource-based policies", "Using dead-letter queues"; Lambda developer guide, "Asynchronous invocation".
"""

import json
import logging
from typing import Any

from local_cloud.resource_policies import key_refusal, refusal

logger = logging.getLogger("local_cloud")

_SERVICE = "events.amazonaws.com"
_ACTIONS = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage"}


def close() -> None:
    """Deliver events to functions as AWS does."""
    from ministack.services import eventbridge

    invoke = eventbridge._invoke_target

    def invoke_if_allowed(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> Any:
        arn = target.get("Arn", "")
        if reason := _refusal(arn, rule.get("Arn", "")):
            return _dead_letter(target, event, rule, view, reason)
        return invoke(target, event, rule, view)

    eventbridge._invoke_target = invoke_if_allowed
    eventbridge._dispatch_to_lambda = _dispatch_to_lambda


def _dispatch_to_lambda(arn: str, payload: str) -> None:
    from ministack.services import lambda_svc

    function, config, name = lambda_svc._get_func_record_for_ref(arn)
    record = lambda_svc._execution_record_for_config(function, config)
    logger.info("EventBridge -> function %s", name)
    # Its asynchronous settings stand on the function itself, not on what is executed.
    settings = {key: function[key] for key in ("event_invoke_config", "event_invoke_configs") if key in function}
    lambda_svc.invoke_async_with_retry({**record, **settings}, json.loads(payload))


def _refusal(arn: str, rule_arn: str) -> str:
    service = arn.split(":")[2] if arn.count(":") > 2 else ""  # noqa: PLR2004 - arn:partition:service:...
    if service not in _ACTIONS:
        return ""
    key = _key_of_queue(arn) if service == "sqs" else ""
    return refusal(_SERVICE, _ACTIONS[service], arn, rule_arn) or key_refusal(_SERVICE, key, rule_arn)


def _key_of_queue(arn: str) -> str:
    from ministack.services import sqs

    for queue in sqs._queues.values():
        if queue["attributes"].get("QueueArn") == arn:
            return str(queue["attributes"].get("KmsMasterKeyId", ""))
    return ""


def _dead_letter(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any, reason: str) -> None:
    from ministack.core.arn import parse_arn
    from ministack.services import eventbridge

    queue = (target.get("DeadLetterConfig") or {}).get("Arn", "")
    logger.warning("EventBridge could not deliver: %s", reason)
    if queue and (lost := _refusal(queue, rule.get("Arn", ""))):
        logger.warning("EventBridge lost an event: %s", lost)
    elif queue:
        seen = view or eventbridge._pattern_event_view(event)
        eventbridge._dispatch_to_sqs(parse_arn(queue), json.dumps(seen.event_with_detail()))
