"""What the monitor function writes down, as requests to DynamoDB, and reads back."""

from dataclasses import replace

from monitor.records import Records
from monitor.state import Served
from tests.unit.monitor_client_kit import NOW, PACKAGE, RUN
from tests.unit.release_stub_kit import stubbed


def test_a_run_comes_back_as_it_was_written() -> None:
    ended = replace(
        RUN, result="succeeded", violations={"data_quality": 2}, figures={"captured_records": 5.0}, finished_at=NOW,
        report="s3://p/report.json", history=True, attempt=2,
    )  # fmt: skip
    with stubbed("dynamodb") as (client, stub):
        table, written = Records(client, "runs"), []
        client.meta.events.register("provide-client-params.dynamodb.*", lambda params, **_: written.append(params))
        for run in (RUN, ended):
            stub.add_response("put_item", {})
            assert table.claim(run)
            assert written[-1]["ConditionExpression"] == "attribute_not_exists(use_case)"
            stub.add_response("query", {"Items": [written[-1]["Item"]]})
            assert table.runs("toys_1") == (run,)
        stub.add_client_error("put_item", "ConditionalCheckFailedException")
        assert not table.claim(RUN)
        stub.add_response("update_item", {})
        assert table.update(RUN, result="succeeded", violations={"bias": 1}, finished_at=NOW)
        values = written[-1]["ExpressionAttributeValues"]
        assert values[":open"] == {"S": "started"}
        assert set(values) == {":open", ":result", ":violations", ":finished_at"}
        assert written[-1]["Key"] == {"use_case": {"S": "toys_1"}, "item": {"S": "run#000000000007"}}


def test_the_schedules_time_only_moves_on_and_a_variants_model_is_written_once() -> None:
    served = Served("champion", "m1", PACKAGE, NOW)
    with stubbed("dynamodb") as (client, stub):
        table, written = Records(client, "runs"), []
        client.meta.events.register("provide-client-params.dynamodb.*", lambda params, **_: written.append(params))
        stub.add_client_error("update_item", "ConditionalCheckFailedException")
        table.ask("toys_1", NOW)  # an earlier time than the last
        assert written[-1]["ConditionExpression"] == "attribute_not_exists(#last) OR #last < :at"
        time = {"S": "2026-11-28T03:00:00+00:00"}
        stub.add_response("query", {"Items": [{"item": {"S": "asked"}, "first": time, "last": time}]})
        asked = table.asked("toys_1")
        assert asked
        assert (asked.first, asked.last) == (NOW, NOW)
        stub.add_response("query", {"Items": []})
        assert table.asked("toys_1") is None
        stub.add_response("put_item", {})
        table.serve("toys_1", served)
        assert written[-1]["ConditionExpression"] == "attribute_not_exists(#model) OR #model <> :model"
        stub.add_response("query", {"Items": [written[-1]["Item"]]})
        assert table.served("toys_1") == {"champion": served}
