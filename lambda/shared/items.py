"""Tables of records with the keys `use_case` and `item`."""

from collections.abc import Mapping
from typing import Any


def beginning(table: str, use_case: str, start: str) -> dict[str, Any]:
    """Return the arguments of a query for all items of a use case whose names begin alike, as they are now."""
    return {
        "TableName": table,
        "KeyConditionExpression": "use_case = :use_case AND begins_with(#item, :start)",
        "ExpressionAttributeNames": {"#item": "item"},
        "ExpressionAttributeValues": {":use_case": {"S": use_case}, ":start": {"S": start}},
        "ConsistentRead": True,
    }


def texts(values: Mapping[str, str]) -> dict[str, Any]:
    """Return texts as DynamoDB has them."""
    return {name: {"S": value} for name, value in values.items()}
