"""Turns in their table: written once, and read as they were written."""

from dataclasses import replace
from typing import Any

from retrain.records import Records
from retrain.state import Turn
from tests.unit.release_stub_kit import stubbed
from tests.unit.retrain_cloud_kit import NOW
from tests.unit.retrain_samples_kit import TURN


def test_labels_are_written_once_with_the_parameters() -> None:
    asked = {
        "TableName": "turns",
        "Key": {"use_case": {"S": "flight_delays"}, "item": {"S": "turn#000000000004"}},
        "UpdateExpression": "SET #labels = :labels, #parameters = :parameters",
        "ConditionExpression": "#result = :open AND #labels = :none",
        "ExpressionAttributeNames": {"#labels": "labels", "#parameters": "parameters", "#result": "result"},
        "ExpressionAttributeValues": {
            ":labels": {"S": "40 labelled"}, ":parameters": {"S": '{"a": "b"}'}, ":open": {"S": "started"},
            ":none": {"S": ""},
        },
    }  # fmt: skip
    with stubbed("dynamodb") as (client, stub):
        stub.add_response("update_item", {}, asked)
        assert Records(client, "turns").labelled(TURN, "40 labelled", {"a": "b"})


def test_a_turn_is_read_as_it_was_written_also_one_of_before_labels() -> None:
    written: dict[str, Any] = {}
    turn = replace(TURN, machine="arn:machine", labels="40 labelled", parameters={"a": "b"}, decision="promoted: good")
    with stubbed("dynamodb") as (client, stub):
        client.meta.events.register(
            "provide-client-params.dynamodb.PutItem", lambda params, **_: written.update(params["Item"])
        )
        stub.add_response("put_item", {})
        records = Records(client, "turns")
        assert records.claim(turn)
        stub.add_response("query", {"Items": [written]})
        assert records.turns("flight_delays") == (turn,)
        young = (
            "does",
            "drawn",
            "sample",
            "sampling",
            "run",
            "delivery",
            "labels",
            "machine",
            "preparation",
            "decision",
        )
        old = {name: value for name, value in written.items() if name not in young}
        stub.add_response("query", {"Items": [old]})
        plain = Turn("flight_delays", 4, (), NOW, parameters={"a": "b"})
        assert records.turns("flight_delays") == (plain,)
