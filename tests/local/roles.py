"""Roles for tests of the local cloud."""

import json
from typing import Any

Statement = dict[str, Any]


def make_role(iam: Any, name: str, statements: list[Statement], principal: Any = None, condition: Any = None) -> str:
    """Make a role that anybody in the account, or a principal, may assume; return its ARN."""
    policy = {"Effect": "Allow", "Principal": principal or {"AWS": "*"}, "Action": "sts:AssumeRole"}
    if condition:
        policy["Condition"] = condition
    document = json.dumps({"Version": "2012-10-17", "Statement": policy})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    rights = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=rights)
    return str(role["Arn"])


def allow(action: Any, resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str, condition: Any) -> Statement:
    return {"Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition}
