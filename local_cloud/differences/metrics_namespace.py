"""PutMetricData carries its namespace to IAM, so that a role may be held to some namespaces."""

import json


def close() -> None:
    """Add the condition key cloudwatch:namespace, from a JSON request (botocore's choice) or a query request."""
    from ministack.core import iam_actions

    tags = iam_actions.request_tag_context

    def context(service: str, iam_action: str, body: bytes, params: dict[str, object]) -> dict[str, object]:
        found: dict[str, object] = tags(service, iam_action, body, params)
        if iam_action == "cloudwatch:PutMetricData" and (namespace := _namespace(body, params)):
            found["cloudwatch:namespace"] = namespace
        return found

    iam_actions.request_tag_context = context


def _namespace(body: bytes, params: dict[str, object]) -> str:
    named = params.get("Namespace")
    if named:
        return str(named[0] if isinstance(named, list) else named)
    request = json.loads(body) if body[:1] == b"{" else {}
    return str(request.get("Namespace", ""))
