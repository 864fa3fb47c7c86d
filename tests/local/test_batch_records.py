"""The batch transform function's records in a table: what is kept of a run, and on which conditions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from batch_transform.events import Look
from batch_transform.records import Records
from batch_transform.state import Champion, Run

TABLE = "batch-records"
CHAMPION = Champion("package/1", "model", "s3://m/model.tar.gz", "image", "code")
RUN = Run("toys", 1, "0a1b2c3d", "all", CHAMPION, 2, "?", datetime(2026, 1, 1, tzinfo=UTC), after="a", upto="c")


def test_a_wish_is_kept_at_an_open_run_if_nobody_wrote_another_since(client: Callable[..., Any]) -> None:
    keys = ("use_case", "item")
    client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": k, "KeyType": t} for k, t in zip(keys, ("HASH", "RANGE"), strict=True)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    records, new = Records(client("dynamodb"), TABLE), Look(use_case="toys", begin=True)
    assert records.claim(RUN)
    assert not records.claim(RUN)
    assert records.runs("toys") == (RUN,)

    assert records.wish(RUN, new)
    assert not records.wish(RUN, replace_scope(new)), "another was there by then"
    (run,) = records.runs("toys")
    assert run == replace(RUN, wish=new)
    assert records.wish(run, replace_scope(new))

    (run,) = records.runs("toys")
    assert records.close(run, "succeeded", "done", RUN.claimed_at)
    assert not records.wish(run, None), "it is over"
    (run,) = records.runs("toys")
    assert (run.wish, run.result) == (replace_scope(new), "succeeded")
    assert records.wish(run, None)
    assert records.runs("toys")[0].wish is None


def replace_scope(look: Look) -> Look:
    return look.model_copy(update={"scope": "all"})
