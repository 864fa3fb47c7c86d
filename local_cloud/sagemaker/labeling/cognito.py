"""Who works in a team: the users of Cognito's groups, as the account sees them."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.aws_clients import of_account
from local_cloud.sagemaker.errors import validation_error


@dataclass(frozen=True)
class Person:
    """A user of a pool: `sub` is what tells one from another, `pool` where they are known."""

    name: str
    sub: str
    pool: str


def check_pool(pool: str, client_id: str, call: Call) -> None:
    """Refuse a user pool or an app client that is not there."""
    try:
        of_account(call, "cognito-idp").describe_user_pool_client(UserPoolId=pool, ClientId=client_id)
    except ClientError as error:
        raise validation_error(f"User pool {pool} with client {client_id}: {error.response['Error']['Message']}") from (
            error
        )


def check_group(pool: str, group: str, call: Call) -> None:
    """Refuse a group that is not there."""
    try:
        of_account(call, "cognito-idp").get_group(UserPoolId=pool, GroupName=group)
    except ClientError as error:
        raise validation_error(f"User group {group} of {pool}: {error.response['Error']['Message']}") from error


def people(members: list[dict[str, Any]], call: Call) -> list[Person]:
    """Return the users of a team's groups, each once, by name; what is gone by now has none."""
    client, found = of_account(call, "cognito-idp"), {}
    for member in members:
        group = member["CognitoMemberDefinition"]
        try:
            pages = client.get_paginator("list_users_in_group").paginate(
                UserPoolId=group["UserPool"], GroupName=group["UserGroup"]
            )
            users = [user for page in pages for user in page["Users"]]
        except ClientError:
            users = []
        for user in users:
            person = _person(user, group["UserPool"])
            found[person.sub] = person
    return sorted(found.values(), key=lambda person: person.name)


def _person(user: dict[str, Any], pool: str) -> Person:
    attributes = {item["Name"]: item["Value"] for item in user.get("Attributes", [])}
    # Where people log in by address, their user name is a number.
    return Person(attributes.get("email", user["Username"]), attributes.get("sub", user["Username"]), pool)
