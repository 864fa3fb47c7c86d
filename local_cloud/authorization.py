"""What IAM says of a request to a service of ours, and how a refusal is answered."""

import json

from local_cloud.iam import Check

Answer = tuple[int, dict[str, str], bytes]
_JSON = {"Content-Type": "application/x-amz-json-1.1"}


def refusal_of(check: Check, tags: dict[str, str], access_key: str, headers: dict[str, str]) -> Answer | None:
    """Return the answer of a refusal, None where the caller may; `tags` are condition keys besides the check's."""
    from ministack import app
    from ministack.core.iam_actions import identity_denial_message
    from ministack.core.iam_evaluator import AuthError, enforce
    from ministack.core.responses import get_region, new_uuid

    denied = enforce(
        access_key, check.action, check.service, get_region(),
        resource_arn=check.resource, service_context={**tags, **check.context},
    )  # fmt: skip
    if denied is None:
        return None
    if isinstance(denied, AuthError):
        # In the protocol of SageMaker, which all services of ours have.
        failure: Answer = app._credential_failure("sagemaker", check.action, new_uuid(), denied, headers)
        return failure
    message = identity_denial_message(check.action, denied.principal_arn, check.resource, denied.decision == "Deny")
    return error_answer(400, "AccessDeniedException", message)


def error_answer(status: int, code: str, message: str) -> Answer:
    """Return an error in the shape of the JSON protocol."""
    return status, {**_JSON, "x-amzn-errortype": code}, json.dumps({"__type": code, "message": message}).encode()
