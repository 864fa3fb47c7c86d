"""Runs and what they scored in DynamoDB: partition key `use_case`, sort key `item`, `run#<number>` or `file#<name>`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from sys import intern
from typing import TYPE_CHECKING, Any

from batch_transform.events import Look
from batch_transform.state import Champion, Result, Run, Scored
from shared.conditional import conditional, update_open
from shared.items import beginning, texts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NEWEST = 10  # runs that a decision may need
_PAGE = 25  # BatchWriteItem's


class Records:
    """The table of runs. A run is written on conditions only, so that each fact is written once."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def runs(self, use_case: str) -> tuple[Run, ...]:
        """Return the newest runs of a use case, newest first."""
        answer = self._client.query(**beginning(self._table, use_case, "run#"), ScanIndexForward=False, Limit=_NEWEST)
        return tuple(_run(item) for item in answer["Items"])

    def scored(self, use_case: str) -> dict[str, Scored]:
        """Return what complete runs scored, by the file's name."""
        pages = self._client.get_paginator("query").paginate(**beginning(self._table, use_case, "file#"))
        items = (item for page in pages for item in page["Items"])
        return {
            item["item"]["S"].removeprefix("file#"): Scored(item["version"]["S"], intern(item["model_data"]["S"]))
            for item in items
        }

    def claim(self, run: Run) -> bool:
        """Write a run; False if its number is taken."""
        return conditional(
            self._client.put_item,
            TableName=self._table,
            Item=_item(run),
            ConditionExpression="attribute_not_exists(use_case)",
        )

    def started(self, run: Run, execution: str) -> None:
        """Write down the execution of an open run."""
        self._update(run, {"execution": execution})

    def close(self, run: Run, result: Result, detail: str, at: datetime) -> bool:
        """End a run; False if it is over already."""
        return self._update(run, {"result": result, "detail": detail, "finished_at": at.isoformat()})

    def wish(self, run: Run, wish: Look | None) -> bool:
        """Write down what the next run is asked to be; False if this one has ended, or has another wish, since."""
        return conditional(
            self._client.update_item,
            TableName=self._table,
            Key=texts({"use_case": run.use_case, "item": _name(run.number)}),
            UpdateExpression="SET #wish = :wish",
            ConditionExpression="#result = :result AND #wish = :known",
            ExpressionAttributeNames={"#result": "result", "#wish": "wish"},
            ExpressionAttributeValues=texts({":result": run.result, ":known": _wish(run.wish), ":wish": _wish(wish)}),
        )

    def keep(self, use_case: str, files: Iterable[tuple[str, str]], champion: Champion, run: str) -> None:
        """Write down which versions of files a complete run scored; again is the same."""
        by = {"package": champion.package, "model_data": champion.model_data, "run": run}
        puts = [{"use_case": use_case, "item": f"file#{name}", "version": version, **by} for name, version in files]
        for first in range(0, len(puts), _PAGE):
            page = puts[first : first + _PAGE]
            requests: Any = {self._table: [{"PutRequest": {"Item": texts(item)}} for item in page]}
            while requests:
                requests = self._client.batch_write_item(RequestItems=requests).get("UnprocessedItems")

    def _update(self, run: Run, values: Mapping[str, str]) -> bool:
        key = {"use_case": run.use_case, "item": _name(run.number)}
        return update_open(self._client, self._table, key, texts(values))


def _name(number: int) -> str:
    return f"run#{number:012d}"


def _wish(wish: Look | None) -> str:
    return wish.model_dump_json() if wish else ""


_TEXTS = ("use_case", "plan", "scope", "after", "upto", "trigger", "execution", "result", "detail")


def _item(run: Run) -> dict[str, Any]:
    numbers = {"number": {"N": str(run.number)}, "files": {"N": str(run.files)}}
    plain = {name: getattr(run, name) for name in _TEXTS}
    more = {"item": _name(run.number), "champion": json.dumps(asdict(run.champion)), "run": run.name}
    return numbers | texts(plain | more | {"claimed_at": run.claimed_at.isoformat(), "wish": _wish(run.wish)})


def _run(item: Mapping[str, Any]) -> Run:
    plain: dict[str, Any] = {name: item[name]["S"] for name in _TEXTS}
    run = Run(
        number=int(item["number"]["N"]),
        files=int(item["files"]["N"]),
        champion=Champion(**json.loads(item["champion"]["S"])),
        claimed_at=datetime.fromisoformat(item["claimed_at"]["S"]),
        wish=Look.model_validate_json(item["wish"]["S"]) if item["wish"]["S"] else None,
        **plain,
    )
    finished = item.get("finished_at")
    return replace(run, finished_at=datetime.fromisoformat(finished["S"])) if finished else run
