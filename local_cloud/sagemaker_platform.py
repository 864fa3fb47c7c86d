"""What ministack gives the local SageMaker: credentials of roles, and events."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from local_cloud.clients import endpoint_url
from local_cloud.platform import Credentials
from local_cloud.sagemaker.errors import validation_error

_SERVICE = "sagemaker.amazonaws.com"
_SESSION_SECONDS = 12 * 3600


class MinistackPlatform:
    """The `Platform` of the running local cloud; `loop` is the one that serves requests."""

    def __init__(self, port: int, state_dir: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._endpoint_url = endpoint_url(port)
        self._state_dir = state_dir
        self._loop = loop

    @property
    def endpoint_url(self) -> str:
        """Where the AWS API answers."""
        return self._endpoint_url

    @property
    def state_dir(self) -> Path:
        """Folder for what must survive a restart."""
        return self._state_dir

    def assume_role(self, role_arn: str, session_name: str) -> Credentials:
        """Assume a role as SageMaker does; ValidationException if it is missing or does not trust the service."""
        from ministack.services import sts

        session_arn, malformed = sts._assumed_role_arn(role_arn, session_name)
        if malformed or not trusts_service(role_arn, _SERVICE):
            raise validation_error(
                f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
                f"'{_SERVICE}' to assume the role."
            )
        credentials = Credentials(
            access_key_id=sts._gen_session_access_key(),
            secret_access_key=sts._gen_secret(),
            session_token=sts._gen_session_token(),
        )
        now = time.time()
        sts.register_session(
            credentials.access_key_id,
            {
                "Arn": session_arn,
                "UserId": f"{sts._role_id(role_arn)}:{session_name}",
                "SecretAccessKey": credentials.secret_access_key,
                "SessionToken": credentials.session_token,
                "Expiration": now + _SESSION_SECONDS,
                "IssuedAt": now,
                "AccountId": role_arn.split(":")[4],
                "PrincipalType": "AssumedRole",
                "SourcePrincipalArn": _SERVICE,
                "SessionTags": [],
                "SessionPolicies": None,
            },
        )
        return credentials

    def put_event(self, account: str, region: str, event: dict[str, Any]) -> None:
        """Put an event of source aws.sagemaker on the default bus; its rules run after the caller goes on."""
        put_aws_event(self._loop, account, region, {"Source": "aws.sagemaker", **event})


def trusts_service(role_arn: str, service: str) -> bool:
    """Whether a role exists and its trust policy lets an AWS service assume it on behalf of the role's account.

    The service's request carries aws:SourceAccount, and an aws:SourceArn in that account, as AWS's does
    (IAM user guide, "the confused deputy problem").
    """
    from ministack.core.iam_evaluator import EvalContext, _conditions_met
    from ministack.core.responses import get_region
    from ministack.services import iam

    account = role_arn.split(":")[4]
    role = iam._roles.get_scoped(account, None, role_arn.rsplit("/", 1)[-1])
    if role is None or role["Arn"] != role_arn:
        return False
    source = f"arn:aws:{service.split('.', 1)[0]}:{get_region()}:{account}:resource/any"
    context = EvalContext(
        principal_arn=service, principal_type="Service", principal_account=account,
        action="sts:AssumeRole", resource_arn=role_arn, region=get_region(),
        service_context={"aws:sourceaccount": account, "aws:sourcearn": source},
    )  # fmt: skip
    allowed = False
    for statement in _statements(role["AssumeRolePolicyDocument"]):
        if not _names(statement, service) or not _conditions_met(statement.get("Condition", {}), context):
            continue
        if statement["Effect"] == "Deny":
            return False
        allowed = True
    return allowed


def put_aws_event(loop: asyncio.AbstractEventLoop, account: str, region: str, event: dict[str, Any]) -> None:
    """Put an event of an AWS service on the default bus, from any thread, without waiting for its targets."""
    from ministack.core.responses import request_scope
    from ministack.services import eventbridge

    entry = {**event, "Detail": json.dumps(event["Detail"])}

    def put() -> None:
        with request_scope(account, region):
            eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)

    loop.call_soon_threadsafe(put)


def _statements(document: str | dict[str, Any]) -> list[dict[str, Any]]:
    parsed = json.loads(document) if isinstance(document, str) else document
    statements = parsed.get("Statement", [])
    return [statements] if isinstance(statements, dict) else statements


def _names(statement: dict[str, Any], service: str) -> bool:
    def listed(value: Any) -> list[Any]:
        return value if isinstance(value, list) else [value]

    principal = statement.get("Principal", {})
    services = ["*"] if principal == "*" else listed(principal.get("Service", []))
    actions = [str(action).lower() for action in listed(statement.get("Action", []))]
    return (service in services or "*" in services) and bool({"sts:assumerole", "sts:*", "*"} & set(actions))
