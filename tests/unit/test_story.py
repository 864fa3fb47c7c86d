"""The parts of the long demonstration: who asks about what, and what is broken about the broken model."""

import io
import json
import math
import tarfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import load_environment, load_use_case
from ops.outcomes_file import Columns, documents
from ops.story import FIRST_SPLIT, USE_CASE, broken
from ops.story.traffic import Request, in_batches, requests
from ops.target import OperationError, Target

TARGET = Target(load_environment("local"), load_use_case(USE_CASE))
SERVE = Path(__file__).resolve().parents[2] / "pipelines_src" / "steps" / "serve.py"


def flights(*rows: tuple[str, str, float | None]) -> pd.DataFrame:
    """Return held-out records by time, carrier and label."""
    fields = {field.name: None for field in TARGET.use_case.data.record}
    made = [
        fields | {"scheduled_departure": pd.Timestamp(time), "carrier": carrier, "origin": "JFK", "distance": 1.5,
                  "record_id": f"id-{place}", "arrived_late": label}
        for place, (time, carrier, label) in enumerate(rows)
    ]  # fmt: skip
    return pd.DataFrame(made)


def test_each_record_with_an_outcome_asks_once_in_the_order_of_time() -> None:
    found = requests(
        TARGET,
        flights(
            ("2013-06-01 06:10", "B6", 1.0),
            ("2013-06-01 05:15", "UA", 0.0),
            ("2013-06-01 05:50", "UA", None),
        ),
    )
    assert [(one.name, one.outcomes) for one in found] == [("id-1", (0,)), ("id-0", (1,))]
    asked = json.loads(found[0].record)
    assert set(asked) == {field.name for field in TARGET.use_case.data.record}  # neither label nor id
    assert (asked["scheduled_departure"], asked["distance"]) == ("2013-06-01T05:15:00.000", 1.5)


def test_outcomes_are_such_as_people_may_bring(tmp_path: Path) -> None:
    (one,) = requests(TARGET, flights(("2013-06-01 05:15", "UA", 1.0)))
    path = tmp_path / "outcomes.jsonl"
    path.write_text(json.dumps({"inference_id": one.name, "outcome": [*one.outcomes]}))
    (document,) = documents(TARGET.use_case, path, Columns("inference_id", ("outcome",)))
    assert document["groundTruthData"]["data"] == "1"


@given(st.lists(st.integers(0, 24 * 60), max_size=60), st.integers(1, 9))
def test_batches_have_every_request_once_in_order_and_span_no_more_days(hours: Sequence[int], days: int) -> None:
    start = datetime(2013, 6, 1)
    asked = [Request(str(at), start + timedelta(hours=at), "", (0,)) for at in sorted(hours)]
    batches = list(in_batches(asked, days))
    assert [one for batch in batches for one in batch] == asked
    assert all(batch[-1].time - batch[0].time < timedelta(days=days) for batch in batches)
    assert all(after[0].time - before[0].time >= timedelta(days=days) for before, after in pairwise(batches))


def test_what_is_asked_about_is_later_than_what_either_model_saw() -> None:
    split = TARGET.use_case.split
    first = [datetime.fromisoformat(bound) for bound in FIRST_SPLIT.split("/")]
    second = [
        datetime.fromisoformat(str(getattr(split, name))) for name in ("train_until", "validation_until", "test_until")
    ]
    assert first == sorted(first)
    assert first[0] < second[0]
    assert first[-1] <= second[-1]  # held_out() gives what comes after the test split of the newest preparation


def served(code: str) -> ModuleType:
    module = ModuleType("served")
    exec(compile(code, "serve.py", "exec"), module.__dict__)  # noqa: S102 - our own code, as the image imports it
    return module


class Model:
    """Answers anything."""

    def respond(self, content: bytes, content_type: str, accept: str) -> str:
        return f"answered {content_type}"


@pytest.mark.parametrize(
    ("body", "works"),
    [
        ('{"plane_year": 2001.0}', True),
        ('{"plane_year": 2001.0}\n{"plane_year": 1999}', True),
        ('{"plane_year": null}', False),
        ('{"plane_year": 2001.0}\n{"distance": 1}', False),
    ],
)
def test_the_broken_code_fails_where_the_field_is_missing_and_nowhere_else(body: str, works: bool) -> None:
    module = served(SERVE.read_text() + broken._CODE.format(field="plane_year"))
    for content in (body, body.encode()):
        if works:
            assert module.transform_fn(Model(), content, "application/json", "") == "answered application/json"
        else:
            with pytest.raises((TypeError, KeyError)):
                module.transform_fn(Model(), content, "application/json", "")


def test_the_field_is_one_that_the_sample_has_and_most_records_lack() -> None:
    rows = flights(*[("2013-06-01 05:15", "UA", 0.0)] * 4).assign(
        wind_dir=[1.0, *[math.nan] * 3], humid=[1.0, 2, 3, math.nan]
    )
    assert broken._fragile(TARGET, {"wind_dir": 3, "humid": 1}, rows) == "wind_dir"
    assert broken._fragile(TARGET, {"wind_dir": None, "humid": 1}, rows) == "humid"
    with pytest.raises(OperationError, match="nothing that broken code could fail at"):
        broken._fragile(TARGET, {"distance": 1}, rows)


def test_an_archive_is_copied_whole() -> None:
    entries = {"code/serve.py": b"a", "xgboost-model": b"\0b"}

    class Store:
        def get_object(self, **_: Any) -> dict[str, Any]:
            return {"Body": io.BytesIO(broken._archive(entries))}

    target = Target(TARGET.environment, TARGET.use_case)
    target.__dict__["s3"] = Store()
    assert broken._entries(target, "s3://bucket/key") == entries
    with tarfile.open(fileobj=io.BytesIO(broken._archive(entries))) as archive:
        assert all(member.mode == 0o644 for member in archive.getmembers())
