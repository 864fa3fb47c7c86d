"""Experiments in DynamoDB: partition key `use_case`, sort key `item`.

`experiment#<number>` is the experiment, `look#<experiment>#<number>` each look, `stretch#<experiment>#<number>` each
closed stretch of constant weights; the attribute `record` is JSON of what `trial.py` has.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from experiment.trial import Look, Stretch, Trial
from shared.items import beginning

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Built when one is needed: a function that starts may not need any.
_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
_Kind = TypeVar("_Kind", Trial, Look, Stretch)
_LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


class Records:
    """The table of experiments.

    Every change of an experiment counts its version up, on the condition that it is the one that was read, in one
    transaction with what belongs to it: a record never says half of what happened.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def newest(self, use_case: str) -> Trial | None:
        """Return the newest experiment of a use case; None if there never was one."""
        return next(self.trials(use_case, 1), None)

    def trials(self, use_case: str, count: int) -> Iterator[Trial]:
        """Yield the newest experiments, newest first."""
        query = beginning(self._table, use_case, "experiment#")
        for item in self._client.query(**query, ScanIndexForward=False, Limit=count)["Items"]:
            yield _read(Trial, item["record"]["S"])

    def looks(self, trial: Trial) -> tuple[Look, ...]:
        """Return the looks of an experiment, the oldest first."""
        start = f"look#{_number(trial.number)}#"
        return tuple(_read(Look, text) for text in self._all(trial.use_case, start))

    def stretches(self, trial: Trial) -> tuple[Stretch, ...]:
        """Return its closed stretches, the oldest first."""
        start = f"stretch#{_number(trial.number)}#"
        return tuple(_read(Stretch, text) for text in self._all(trial.use_case, start))

    def begin(self, trial: Trial) -> bool:
        """Write a new experiment; False if its number is taken."""
        return self._write([self._put(trial.use_case, _key(trial), _trial(trial), "attribute_not_exists(use_case)")])

    def advance(self, trial: Trial, looks: tuple[Look, ...] = (), stretch: Stretch | None = None) -> bool:
        """Write an experiment's next version, and what belongs to it; False if another was written since."""
        items = [(f"look#{_number(trial.number)}#{_number(each.number)}", _text(each)) for each in looks]
        if stretch:
            items.append((f"stretch#{_number(trial.number)}#{_number(stretch.number)}", _text(stretch)))
        following = replace(trial, version=trial.version + 1)
        mine = self._put(trial.use_case, _key(trial), _trial(following), "#version = :version")
        mine["Put"]["ExpressionAttributeNames"] = {"#version": "version"}
        mine["Put"]["ExpressionAttributeValues"] = {":version": {"N": str(trial.version)}}
        return self._write([mine, *(self._put(trial.use_case, name, {"record": {"S": text}}) for name, text in items)])

    def _write(self, puts: list[Any]) -> bool:
        try:
            self._client.transact_write_items(TransactItems=puts)
        except ClientError as error:
            reasons: Any = {**error.response}.get("CancellationReasons", [])
            codes = {reason.get("Code") for reason in reasons} - {"None"}
            if error.response["Error"]["Code"] == "TransactionCanceledException" and codes and codes <= _LOST:
                return False
            raise
        return True

    def _put(self, use_case: str, item: str, values: dict[str, Any], condition: str = "") -> dict[str, Any]:
        keys = {"use_case": {"S": use_case}, "item": {"S": item}}
        put: dict[str, Any] = {"TableName": self._table, "Item": keys | values}
        return {"Put": put | ({"ConditionExpression": condition} if condition else {})}

    def _all(self, use_case: str, start: str) -> Iterator[str]:
        pages = self._client.get_paginator("query").paginate(**beginning(self._table, use_case, start))
        return (item["record"]["S"] for page in pages for item in page["Items"])


def _read(kind: type[_Kind], text: str) -> _Kind:
    found: _Kind = _adapter(kind).validate_json(text)
    return found


def _text(value: Trial | Look | Stretch) -> str:
    return _adapter(type(value)).dump_json(value).decode()


def _number(number: int) -> str:
    return f"{number:06d}"


def _key(trial: Trial) -> str:
    return f"experiment#{_number(trial.number)}"


def _trial(trial: Trial) -> dict[str, Any]:
    # Result and version stand for themselves: one is for people in the console, the other is the condition.
    return {
        "record": {"S": _text(trial)},
        "result": {"S": trial.result},
        "version": {"N": str(trial.version)},
    }
