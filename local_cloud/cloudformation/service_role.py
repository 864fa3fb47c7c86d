"""The role of a stack operation: `RoleARN` of the request, else the one the stack was last given, else the caller.

ministack takes the parameter and forgets it. Here the caller needs iam:PassRole for it, policies can ask for it
(`cloudformation:RoleArn`), the stack keeps it, and the SageMaker types are made under it.
"""

import contextvars
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from local_cloud.platform import Credentials
from local_cloud.sagemaker.store import Database, Store
from local_cloud.service_sessions import assume_as_service

Handler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Any]]

_SERVICE = "cloudformation.amazonaws.com"
_KIND = "StackRole"
_OPERATIONS = {
    "CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet", "ExecuteChangeSet",
    "RollbackStack", "ContinueUpdateRollback",
}  # fmt: skip
_ROLE: contextvars.ContextVar[str] = contextvars.ContextVar("stack_role", default="")
_CALLER: contextvars.ContextVar[str] = contextvars.ContextVar("stack_caller", default="")
_ASSUMED: contextvars.ContextVar[dict[str, Credentials]] = contextvars.ContextVar("stack_sessions")


def install(database: Database) -> None:
    """Let ministack's CloudFormation know the role of each operation."""
    from ministack import app
    from ministack.core import iam_actions

    app.SERVICE_HANDLERS["cloudformation"] = _with_role(app.SERVICE_HANDLERS["cloudformation"], database)
    tags = iam_actions.request_tag_context

    def with_role_key(service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        keys: dict[str, Any] = tags(service, action, body, params)
        if service == "cloudformation" and (role := first(params, "RoleARN")):
            keys["cloudformation:RoleArn"] = role
        return keys

    iam_actions.request_tag_context = with_role_key


def credentials(session_name: str) -> Credentials | None:
    """Return the credentials that the running stack operation works with; None is the root user.

    Raises:
        ValueError: the role cannot be assumed by CloudFormation.
    """
    from ministack.services import sts

    if role := _ROLE.get():
        sessions = _ASSUMED.get()
        if session_name not in sessions:
            assumed = assume_as_service(role, session_name, _SERVICE)
            if assumed is None:
                raise ValueError(f"Role {role} is invalid or cannot be assumed")
            sessions[session_name] = assumed
        return sessions[session_name]
    session = sts._sessions.get(_CALLER.get())
    return Credentials(_CALLER.get(), session["SecretAccessKey"], session["SessionToken"]) if session else None


def _with_role(handler: Handler, database: Database) -> Handler:
    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]) -> Any:
        from ministack.core.responses import get_account_id, get_region
        from ministack.core.router import extract_access_key_id

        params = {**parse_qs(body.decode(errors="replace")), **query_params}
        action = first(params, "Action")
        if action not in _OPERATIONS:
            return await handler(method, path, headers, body, query_params)
        access_key = extract_access_key_id(headers, query_params)
        role = first(params, "RoleARN")
        if role and (refusal := _may_not_pass(role, access_key, headers)):
            return refusal
        store = Store(database, get_account_id(), get_region())
        stack = stack_name(params)
        _CALLER.set(access_key)
        _ASSUMED.set({})
        _ROLE.set(role or (store.get(_KIND, stack) or {}).get("RoleARN", ""))
        answer = await handler(method, path, headers, body, query_params)
        if role and answer[0] < 400:  # noqa: PLR2004 - an error of HTTP
            store.put(_KIND, stack, {"RoleARN": role})
        elif action == "CreateStack":
            store.delete(_KIND, stack)
        return answer

    return handle


def _may_not_pass(role: str, access_key: str, headers: dict[str, str]) -> Any:
    from ministack.core.iam_actions import access_denied_response
    from ministack.core.iam_evaluator import enforce
    from ministack.core.responses import get_region, new_uuid

    context = {"iam:PassedToService": _SERVICE}
    denied = enforce(access_key, "iam:PassRole", "iam", get_region(), resource_arn=role, service_context=context)
    if denied is None:
        return None
    principal = getattr(denied, "principal_arn", "")
    message = f"User: {principal} is not authorized to perform: iam:PassRole on resource: {role}"
    return access_denied_response(
        "cloudformation", "iam:PassRole", principal, new_uuid(), message=message, headers=headers
    )


def stack_name(params: dict[str, Any]) -> str:
    """Return the name of the stack that a request is about, by whatever parameter it says so."""
    from ministack.services.cloudformation import _change_sets

    name = first(params, "StackName")
    if not name:
        name = (_change_sets.get(first(params, "ChangeSetName")) or {}).get("StackName", "")
    return name.split("/")[1] if name.startswith("arn:") else name


def first(params: dict[str, Any], name: str) -> str:
    """Return a parameter of a query request, empty if it is not there."""
    values = params.get(name) or [""]
    return str(values[0] if isinstance(values, list) else values)
