"""A function's dead letter is the event itself, sent under the function's role; ministack wraps it and asks nobody.

Source: Lambda developer guide, "Adding a dead-letter queue".
"""

import json
import logging
from typing import Any

from local_cloud import clients
from local_cloud.service_sessions import assume_as_service

logger = logging.getLogger("local_cloud")


def close() -> None:
    """Send dead letters to the queue or topic of `DeadLetterConfig` through its API."""
    from ministack.services import lambda_svc

    route = lambda_svc._route_async_failure

    def route_as_aws(target_arn: str, name: str, event: dict[str, Any], result: dict[str, Any]) -> None:
        config = lambda_svc._functions.get(name, {}).get("config", {})
        if (config.get("DeadLetterConfig") or {}).get("TargetArn") != target_arn:
            route(target_arn, name, event, result)
            return
        try:
            _send(target_arn, config, event, result)
        except Exception:
            logger.exception("The dead letter of %s could not be sent to %s", name, target_arn)

    lambda_svc._route_async_failure = route_as_aws


def _send(target_arn: str, config: dict[str, Any], event: dict[str, Any], result: dict[str, Any]) -> None:
    from ministack import app

    port = int(app._resolve_port())
    _, _, service, region, account, name = target_arn.split(":", 5)
    credentials = assume_as_service(config["Role"], config["FunctionName"], "lambda.amazonaws.com")
    if credentials is None:
        raise PermissionError(f"{config['Role']} does not trust lambda.amazonaws.com")
    client = clients.client(service, port, region, credentials)
    body = result.get("body")
    message = body.get("errorMessage", "") if isinstance(body, dict) else ""
    attributes = {
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": str(message)[:1024] or "unknown"},
    }
    if service == "sns":
        client.publish(TopicArn=target_arn, Message=json.dumps(event), MessageAttributes=attributes)
    else:
        url = f"{clients.endpoint_url(port)}/{account}/{name}"
        client.send_message(QueueUrl=url, MessageBody=json.dumps(event), MessageAttributes=attributes)
