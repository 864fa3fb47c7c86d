"""Sessions of roles that an AWS service assumes: the trust policy is checked, ministack enforces what they may do."""

import json
import time
from typing import Any

from local_cloud.platform import Credentials

_SESSION_SECONDS = 12 * 3600


def assume_as_service(role_arn: str, session_name: str, service: str, source: str = "") -> Credentials | None:
    """Return credentials of a role that an AWS service assumes; None if it is missing or does not trust the service.

    Args:
        role_arn: of the role.
        session_name: of the session.
        service: such as lambda.amazonaws.com.
        source: ARN of the resource that it acts for; empty: one of the account, it does not say which.
    """
    from ministack.services import sts

    session_arn, malformed = sts._assumed_role_arn(role_arn, session_name)
    if malformed or not trusts_service(role_arn, service, source):
        return None
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
            "SourcePrincipalArn": service,
            "SessionTags": [],
            "SessionPolicies": None,
        },
    )
    return credentials


def trusts_service(role_arn: str, service: str, source: str = "") -> bool:
    """Whether a role exists and its trust policy lets an AWS service assume it on behalf of the role's account.

    The service's request carries aws:SourceAccount, and an aws:SourceArn in that account, as AWS's does
    (IAM user guide, "the confused deputy problem"); of most services the local cloud does not say which resource it is.
    """
    from ministack.core.iam_evaluator import EvalContext, _conditions_met
    from ministack.core.responses import get_region
    from ministack.services import iam

    account = role_arn.split(":")[4]
    role = iam._roles.get_scoped(account, None, role_arn.rsplit("/", 1)[-1])
    if role is None or role["Arn"] != role_arn:
        return False
    source = source or f"arn:aws:{service.split('.', 1)[0]}:{get_region()}:{account}:resource/any"
    context = EvalContext(
        principal_arn=service, principal_type="Service", principal_account=account,
        action="sts:AssumeRole", resource_arn=role_arn, region=get_region(),
        service_context={"aws:sourceaccount": account, "aws:sourcearn": source},
    )  # fmt: skip
    effects = [
        statement["Effect"]
        for statement in _statements(role["AssumeRolePolicyDocument"])
        if _names(statement, service) and _conditions_met(statement.get("Condition", {}), context)
    ]
    return "Allow" in effects and "Deny" not in effects


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
