"""Attempts at releases in DynamoDB: partition key `use_case`, sort key `number`."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from release.state import Attempt, Result
from shared.conditional import conditional

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Records:
    """The table of releases. Every write is conditional, so that each fact is written once."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def attempts(self, use_case: str) -> tuple[Attempt, ...]:
        """Return all attempts of a use case, newest first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="use_case = :use_case",
            ExpressionAttributeValues={":use_case": {"S": use_case}},
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        return tuple(_attempt(item) for page in pages for item in page["Items"])

    def claim(self, attempt: Attempt) -> bool:
        """Write an attempt; False if its number is taken."""
        return conditional(
            self._client.put_item,
            TableName=self._table,
            Item=_item(attempt),
            ConditionExpression="attribute_not_exists(use_case)",
        )

    def close(self, attempt: Attempt, result: Result, detail: str, at: datetime) -> bool:
        """End an attempt; False if it is over already."""
        ended = _item(replace(attempt, result=result, detail=detail, finished_at=at))
        names = {"#result": "result", "#detail": "detail", "#finished_at": "finished_at"}
        return conditional(
            self._client.update_item,
            TableName=self._table,
            Key={"use_case": ended["use_case"], "number": ended["number"]},
            UpdateExpression="SET #result = :result, #detail = :detail, #finished_at = :finished_at",
            ConditionExpression="#result = :started",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={
                ":started": {"S": "started"},
                **{f":{name}": ended[name] for name in names.values()},
            },
        )


_TEXTS = (
    "use_case",
    "slot",
    "package",
    "before",
    "shift",
    "kind",
    "reason",
    "trigger",
    "approved_by",
    "why",
    "result",
    "detail",
)
_TIMES = ("approved_at", "claimed_at", "finished_at")


def _item(attempt: Attempt) -> dict[str, Any]:
    item: dict[str, Any] = {"number": {"N": str(attempt.number)}}
    for name in _TEXTS:
        value = getattr(attempt, name)
        if value is not None:
            item[name] = {"S": value}
    for name in _TIMES:
        time: datetime | None = getattr(attempt, name)
        if time is not None:
            item[name] = {"S": time.isoformat()}
    return item


def _attempt(item: dict[str, Any]) -> Attempt:
    values: dict[str, Any] = {name: item[name]["S"] for name in _TEXTS if name in item}
    values.setdefault("approved_by", None)
    values |= {name: datetime.fromisoformat(item[name]["S"]) for name in _TIMES if name in item}
    return Attempt(number=int(item["number"]["N"]), **values)
