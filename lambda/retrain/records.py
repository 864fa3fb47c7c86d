"""Turns and causes in DynamoDB: partition key `use_case`, sort key `item`, `turn#<number>` or `cause#<time> ...`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from retrain.events import Cause
from retrain.state import Turn
from shared.conditional import conditional, update_open
from shared.items import beginning, texts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NEWEST = 100  # of either that a decision may need
_TEXTS = (
    "use_case", "does", "drawn", "sample", "sampling", "run", "delivery", "labels", "machine", "preparation",
    "execution", "package", "result", "detail", "decision",
)  # fmt: skip


class Records:
    """The table of turns. A turn is written on conditions only, so that each fact is written once."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def remember(self, use_case: str, causes: Iterable[Cause]) -> None:
        """Write causes down; again is the same."""
        for cause in causes:
            item = {"use_case": use_case, "item": f"cause#{cause.name}", "cause": cause.model_dump_json()}
            self._client.put_item(TableName=self._table, Item=texts(item))

    def causes(self, use_case: str) -> tuple[Cause, ...]:
        """Return the newest causes of a use case, oldest first."""
        found = self._newest(use_case, "cause#")
        return tuple(Cause.model_validate_json(item["cause"]["S"]) for item in reversed(found))

    def turns(self, use_case: str) -> tuple[Turn, ...]:
        """Return the newest turns of a use case, newest first."""
        return tuple(_turn(item) for item in self._newest(use_case, "turn#"))

    def claim(self, turn: Turn) -> bool:
        """Write a turn; False if its number is taken."""
        return conditional(
            self._client.put_item,
            TableName=self._table,
            Item=_item(turn),
            ConditionExpression="attribute_not_exists(use_case)",
        )

    def update(self, turn: Turn, **values: str) -> bool:
        """Write down more of an open turn; False if it is over."""
        key = {"use_case": turn.use_case, "item": _name(turn.number)}
        return update_open(self._client, self._table, key, texts(values))

    def labelled(self, turn: Turn, labels: str, parameters: Mapping[str, str]) -> bool:
        """Write down what came of an open turn's labels, and its parameters; False if that is written, or it is over.

        Once: started again with other parameters it would be another execution.
        """
        return conditional(
            self._client.update_item,
            TableName=self._table,
            Key=texts({"use_case": turn.use_case, "item": _name(turn.number)}),
            UpdateExpression="SET #labels = :labels, #parameters = :parameters",
            ConditionExpression="#result = :open AND #labels = :none",
            ExpressionAttributeNames={"#labels": "labels", "#parameters": "parameters", "#result": "result"},
            ExpressionAttributeValues=texts(
                {
                    ":labels": labels,
                    ":parameters": json.dumps(dict(parameters)),
                    ":open": "started",
                    ":none": "",
                }
            ),
        )

    def decide(self, turn: Turn, decision: str) -> bool:
        """Write down what became of a turn's model; False if that is written."""
        return conditional(
            self._client.update_item,
            TableName=self._table,
            Key=texts({"use_case": turn.use_case, "item": _name(turn.number)}),
            UpdateExpression="SET decision = :decision",
            ConditionExpression="attribute_not_exists(decision) OR decision = :none",
            ExpressionAttributeValues=texts({":decision": decision, ":none": ""}),
        )

    def _newest(self, use_case: str, start: str) -> list[dict[str, Any]]:
        query = beginning(self._table, use_case, start)
        return list(self._client.query(**query, ScanIndexForward=False, Limit=_NEWEST)["Items"])


def _name(number: int) -> str:
    return f"turn#{number:012d}"


def _item(turn: Turn) -> dict[str, Any]:
    plain = {name: getattr(turn, name) for name in _TEXTS}
    causes = json.dumps([cause.model_dump(mode="json") for cause in turn.causes])
    more = {"item": _name(turn.number), "causes": causes, "claimed_at": turn.claimed_at.isoformat()}
    more["parameters"] = json.dumps(dict(turn.parameters))
    numbers = {"number": {"N": str(turn.number)}, "attempt": {"N": str(turn.attempt)}}
    return numbers | texts(plain | more)


def _turn(item: Mapping[str, Any]) -> Turn:
    # Some attributes are younger than the first records.
    plain: dict[str, Any] = {name: item[name]["S"] for name in _TEXTS if name in item}
    turn = Turn(
        number=int(item["number"]["N"]),
        attempt=int(item["attempt"]["N"]),
        causes=tuple(Cause.model_validate(cause) for cause in json.loads(item["causes"]["S"])),
        claimed_at=datetime.fromisoformat(item["claimed_at"]["S"]),
        parameters=json.loads(item["parameters"]["S"]),
        **plain,
    )
    finished = item.get("finished_at")
    return replace(turn, finished_at=datetime.fromisoformat(finished["S"])) if finished else turn
