"""Runs in DynamoDB: partition key `use_case`, sort key `item`.

`run#<number>` is a run, `serving#<variant>` what a variant serves and since when, `asked` when the schedule's time came
first and last.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.state import Asked, Run, Served
from shared.conditional import conditional, update_open
from shared.items import beginning, texts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Of the runs: more than all windows that may still be due have, of every variant.
_NEWEST = 300
_RUN, _SERVING, _ASKED = "run#", "serving#", "asked"
_TIMES = ("start", "until", "claimed_at", "finished_at")
_JSON = ("monitors", "violations", "figures", "history")
_NUMBERS = ("number", "attempt")


class Records:
    """The table of runs. A run is written on conditions only, so that each fact is written once."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def runs(self, use_case: str, most: int = _NEWEST) -> tuple[Run, ...]:
        """Return the newest runs of a use case, newest first."""
        query = beginning(self._table, use_case, _RUN)
        answer = self._client.query(**query, ScanIndexForward=False, Limit=most)
        return tuple(_run(item) for item in answer["Items"])

    def claim(self, run: Run) -> bool:
        """Write a run; False if its number is taken."""
        return conditional(
            self._client.put_item,
            TableName=self._table,
            Item=_item(run),
            ConditionExpression="attribute_not_exists(use_case)",
        )

    def update(self, run: Run, **values: Any) -> bool:
        """Write down more of an open run; False if it is over."""
        key = {"use_case": run.use_case, "item": _name(run.number)}
        kept = {name: value for name, value in _item(replace(run, **values)).items() if name in values}
        return update_open(self._client, self._table, key, kept)

    def ask(self, use_case: str, at: datetime) -> None:
        """Write down that the schedule's time has come; an earlier time than the last changes nothing."""
        conditional(
            self._client.update_item,
            TableName=self._table,
            Key=texts({"use_case": use_case, "item": _ASKED}),
            UpdateExpression="SET #first = if_not_exists(#first, :at), #last = :at",
            ConditionExpression="attribute_not_exists(#last) OR #last < :at",
            ExpressionAttributeNames={"#first": "first", "#last": "last"},
            ExpressionAttributeValues={":at": {"S": _text(at)}},
        )

    def asked(self, use_case: str) -> Asked | None:
        """Return when the schedule's time came; None: not once."""
        found = self._client.query(**beginning(self._table, use_case, _ASKED))["Items"]
        return next((Asked(_time(item["first"]["S"]), _time(item["last"]["S"])) for item in found), None)

    def served(self, use_case: str) -> dict[str, Served]:
        """Return what is known of variants that serve, or did."""
        items = self._client.query(**beginning(self._table, use_case, _SERVING))["Items"]
        found = {item["item"]["S"].removeprefix(_SERVING): item for item in items}
        return {
            name: Served(name, item["model"]["S"], item["package"]["S"], _time(item["since"]["S"]))
            for name, item in found.items()
        }

    def serve(self, use_case: str, served: Served) -> None:
        """Write down what a variant serves from now on, unless it is known."""
        conditional(
            self._client.put_item,
            TableName=self._table,
            Item=texts(
                {
                    "use_case": use_case,
                    "item": f"{_SERVING}{served.variant}",
                    "model": served.model,
                    "package": served.package,
                    "since": _text(served.since),
                }
            ),
            ConditionExpression="attribute_not_exists(#model) OR #model <> :model",
            ExpressionAttributeNames={"#model": "model"},
            ExpressionAttributeValues={":model": {"S": served.model}},
        )


def _name(number: int) -> str:
    return f"{_RUN}{number:012d}"


def _text(at: datetime) -> str:
    # Of one length, so that texts compare as times do.
    return at.isoformat(timespec="seconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _item(run: Run) -> dict[str, Any]:
    plain = {name: value for name, value in asdict(run).items() if value is not None}
    plain |= {name: _text(plain[name]) for name in _TIMES if name in plain}
    plain |= {name: json.dumps(plain[name], sort_keys=True) for name in _JSON}
    numbers = {name: {"N": str(plain.pop(name))} for name in _NUMBERS}
    return numbers | texts({**plain, "item": _name(run.number), "run": run.name})


def _run(item: Mapping[str, Any]) -> Run:
    found: dict[str, Any] = {name: next(iter(value.values())) for name, value in item.items()}
    found |= {name: _time(found[name]) for name in _TIMES if name in found}
    found |= {name: json.loads(found[name]) for name in _JSON}
    found |= {name: int(found[name]) for name in _NUMBERS}
    found["monitors"] = tuple(found["monitors"])
    return Run(**{name: value for name, value in found.items() if name not in ("item", "run")})
