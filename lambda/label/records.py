"""Runs and objects in DynamoDB: partition key `use_case`, sort key `item`.

`run#<number>` is a run, `object#<name>` what became of an object, `import#<digest>` a file that was taken in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from label.events import Look
from label.state import Known, Outcome, Run
from label.steps import Close
from shared.conditional import conditional, update_open
from shared.items import beginning, texts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NEWEST = 10  # runs that a decision may need
_PAGE = 25  # BatchWriteItem's
_TEXTS = ("use_case", "plan", "trigger", "imports", "chosen", "result", "detail")


class Records:
    """The table of labels. A run is written on conditions only, so that each fact is written once."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def runs(self, use_case: str) -> tuple[Run, ...]:
        """Return the newest runs of a use case, newest first."""
        answer = self._client.query(**beginning(self._table, use_case, "run#"), ScanIndexForward=False, Limit=_NEWEST)
        return tuple(_run(item) for item in answer["Items"])

    def spent(self, use_case: str, month: str) -> float:
        """Return the US dollars of all runs of a month, such as 2026-11."""
        return sum(
            float(item["usd"]["N"]) for item in self._items(use_case, "run#") if item["claimed_at"]["S"][:7] == month
        )

    def known(self, use_case: str) -> dict[str, Known]:
        """Return what became of objects, by name."""
        return {
            item["item"]["S"].removeprefix("object#"): Known(
                item["version"]["S"], item["outcome"]["S"], int(item["attempts"]["N"])
            )
            for item in self._items(use_case, "object#")
        }

    def imported(self, use_case: str) -> frozenset[str]:
        """Return the digests of files that were taken in."""
        return frozenset(item["item"]["S"].removeprefix("import#") for item in self._items(use_case, "import#"))

    def claim(self, run: Run) -> bool:
        """Write a run; False if its number is taken."""
        return conditional(
            self._client.put_item,
            TableName=self._table,
            Item=_item(run),
            ConditionExpression="attribute_not_exists(use_case)",
        )

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

    def close(self, step: Close, at: datetime) -> bool:
        """End a run; False if it is over already."""
        key = {"use_case": step.run.use_case, "item": _name(step.run.number)}
        ended = texts({"result": step.result, "detail": step.detail, "finished_at": at.isoformat()})
        return update_open(self._client, self._table, key, ended | {"usd": {"N": str(step.usd)}})

    def keep(self, run: Run, outcomes: Mapping[str, tuple[str, Outcome, int, str]]) -> None:
        """Write down what became of a run's objects, and its import; again is the same."""
        puts = [
            texts({"item": f"object#{name}", "version": version, "outcome": outcome, "reason": reason, "run": run.name})
            | {"attempts": {"N": str(attempts)}}
            for name, (version, outcome, attempts, reason) in outcomes.items()
        ]
        if run.imports:
            # The last: what is not complete is taken in again.
            puts.append(texts({"item": f"import#{run.imports}", "run": run.name}))
        for first in range(0, len(puts), _PAGE):
            page = [
                {"PutRequest": {"Item": {"use_case": {"S": run.use_case}, **put}}}
                for put in puts[first : first + _PAGE]
            ]
            requests: Any = {self._table: page}
            while requests:
                requests = self._client.batch_write_item(RequestItems=requests).get("UnprocessedItems")

    def _items(self, use_case: str, start: str) -> Iterable[Any]:
        pages = self._client.get_paginator("query").paginate(**beginning(self._table, use_case, start))
        return (item for page in pages for item in page["Items"])


def _name(number: int) -> str:
    return f"run#{number:012d}"


def _wish(wish: Look | None) -> str:
    return wish.model_dump_json() if wish else ""


def _item(run: Run) -> dict[str, Any]:
    numbers = {name: {"N": str(getattr(run, name))} for name in ("number", "objects", "usd")}
    plain = {name: getattr(run, name) for name in _TEXTS} | {"item": _name(run.number), "run": run.name}
    return numbers | texts(plain | {"claimed_at": run.claimed_at.isoformat(), "wish": _wish(run.wish)})


def _run(item: Mapping[str, Any]) -> Run:
    # Runs of before objects could be chosen do not say so.
    plain: dict[str, Any] = {name: item.get(name, {"S": ""})["S"] for name in _TEXTS}
    run = Run(
        number=int(item["number"]["N"]),
        objects=int(item["objects"]["N"]),
        usd=float(item["usd"]["N"]),
        claimed_at=datetime.fromisoformat(item["claimed_at"]["S"]),
        wish=Look.model_validate_json(item["wish"]["S"]) if item["wish"]["S"] else None,
        **plain,
    )
    finished = item.get("finished_at")
    return replace(run, finished_at=datetime.fromisoformat(finished["S"])) if finished else run
