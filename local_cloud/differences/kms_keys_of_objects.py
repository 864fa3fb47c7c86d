"""Reading an object under a KMS key takes kms:Decrypt, writing one kms:GenerateDataKey; ministack asks for neither.

Source: S3 user guide, "Using server-side encryption with AWS KMS keys", Permissions.
"""

from typing import Any

from local_cloud.cloudformation.service_role import Handler

_KEY = "x-amz-server-side-encryption-aws-kms-key-id"
_NOT_OBJECTS = {
    "acl",
    "tagging",
    "legal-hold",
    "retention",
    "torrent",
    "uploadId",
    "attributes",
    "restore",
    "partNumber",
}
_OK = range(200, 300)


def close() -> None:
    """Ask KMS about the caller whenever the body of an object under a customer's key is read or written."""
    from ministack import app

    app.SERVICE_HANDLERS["s3"] = _with_keys(app.SERVICE_HANDLERS["s3"])


def _with_keys(handler: Handler) -> Handler:
    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]) -> Any:
        from ministack.services import s3

        is_object = path.strip("/").count("/") > 0 and not _NOT_OBJECTS & query_params.keys()
        bucket = path.strip("/").split("/", 1)[0]
        starts_upload = method == "POST" and "uploads" in query_params
        if is_object and (method == "PUT" or starts_upload):
            resolved, error = s3._resolve_sse_write_headers(headers, bucket)
            key = "" if error else (resolved or {}).get(_KEY, "")
            if refusal := _refusal("kms:GenerateDataKey", key, bucket, headers, query_params):
                return refusal
        answer = await handler(method, path, headers, body, query_params)
        if is_object and method == "GET" and answer[0] in _OK:
            answer_headers = {name.lower(): value for name, value in answer[1].items()}
            refusal = _refusal("kms:Decrypt", answer_headers.get(_KEY, ""), bucket, headers, query_params)
            return refusal or answer
        return answer

    return handle


def _refusal(action: str, key: str, bucket: str, headers: dict[str, str], query_params: dict[str, Any]) -> Any:
    from ministack.core.iam_actions import access_denied_response, identity_denial_message
    from ministack.core.iam_evaluator import AuthError, enforce
    from ministack.core.responses import get_account_id, get_region, new_uuid
    from ministack.core.router import extract_access_key_id
    from ministack.services import kms

    record = kms._resolve_key(key) if key else None
    access_key = extract_access_key_id(headers, query_params)
    if record is None or not access_key:  # no key, or S3's own, which lets the whole account in
        return None
    context = {
        "kms:ViaService": f"s3.{get_region()}.amazonaws.com",
        "kms:CallerAccount": get_account_id(),
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}",
    }
    denied = enforce(access_key, action, "kms", get_region(), resource_arn=record["Arn"], service_context=context)
    if denied is None or isinstance(denied, AuthError):
        return None
    message = identity_denial_message(action, denied.principal_arn, record["Arn"], denied.decision == "Deny")
    return access_denied_response("s3", action, denied.principal_arn, new_uuid(), message=message, headers=headers)
