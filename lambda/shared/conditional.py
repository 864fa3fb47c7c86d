"""Writes to DynamoDB that happen only under their condition."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.items import texts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def conditional(write: Callable[..., Any], **request: Any) -> bool:
    """Write, and return whether the condition held; every other refusal is raised."""
    try:
        write(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def update_open(client: "DynamoDBClient", table: str, key: Mapping[str, str], values: Mapping[str, Any]) -> bool:
    """Write attributes of a record while its `result` is `started`; False if it is over."""
    return conditional(
        client.update_item,
        TableName=table,
        Key=texts(key),
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
        ConditionExpression="#result = :open",
        ExpressionAttributeNames={"#result": "result", **{f"#{name}": name for name in values}},
        ExpressionAttributeValues={":open": {"S": "started"}, **{f":{name}": value for name, value in values.items()}},
    )
