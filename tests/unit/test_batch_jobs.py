"""The two jobs around batch transform: every record ends as a result or as an error, once, whatever the file holds."""

import csv
import gzip
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xgboost
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines_src.steps import csv_text
from pipelines_src.steps.batch import split
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.kmeans_model import KMeans
from pipelines_src.steps.scoring import Scorer
from pipelines_src.steps.script_model import ScriptModel
from tests.unit.batch_kit import JSON_LINES, PROBLEMS, Run, document, use_case

AT = "2024-05-01T06:30:00"
GOOD = [{"at": AT, "size": float(size), "kind": "a"} for size in range(40)]


def lines(*documents: Any) -> bytes:
    return "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in documents).encode()


def encode(record: Any) -> list[float]:
    return [math.nan if record[1] is None else record[1]]


def booster(objective: str, **more: Any) -> xgboost.Booster:
    rows = np.arange(60, dtype="float32").reshape(-1, 1)
    label = (rows[:, 0] // 20) if more else (rows[:, 0] > 30).astype("float32")
    return xgboost.train({"objective": objective, "nthread": 1, **more}, xgboost.DMatrix(rows, label), 4)


def scorer(problem: str) -> Scorer:
    models: dict[str, Any] = {
        "binary_classification": lambda: booster("binary:logistic"),
        "multiclass_classification": lambda: booster("multi:softprob", num_class=3),
        "regression": lambda: booster("reg:squarederror"),
        "clustering": lambda: KMeans(np.array([[0.0], [30.0]], "float32")),
    }
    return Scorer(use_case(problem), encode, models[problem]())


@pytest.mark.parametrize("problem", PROBLEMS)
def test_predictions_are_the_endpoints_and_stand_beside_their_records(problem: str, tmp_path: Path) -> None:
    named = [{**record, "number": f"n{place}"} for place, record in enumerate(GOOD)]
    table = pd.DataFrame(GOOD).assign(at=pd.Timestamp(AT), record_id=range(len(GOOD)))
    run = Run(
        tmp_path,
        {
            "a.jsonl": lines(*named),
            "day=1/b.csv": pd.DataFrame(named).to_csv(index=False).encode(),
            "c.csv.gz": gzip.compress(pd.DataFrame(GOOD).to_csv(index=False).encode()),
            "d.parquet": table.to_parquet(index=False),
        },
        document(problem),
    )
    assert run.split()["scored"] == 4 * len(GOOD)
    model = scorer(problem)
    run.transform(model)
    report = run.collect()
    assert (report["scored"], report["errors"]) == (4 * len(GOOD), 0)
    answer = model.respond(lines(*GOOD), JSON_LINES, JSON_LINES)
    assert isinstance(answer, tuple)
    expected = [json.loads(line) for line in answer[0].splitlines()]
    for file, ids in {"a.jsonl": "number", "day=1/b.csv": "number", "c.csv.gz": None, "d.parquet": "record_id"}.items():
        found = run.results(file)
        assert [line["row"] for line in found] == list(range(1, len(GOOD) + 1))
        assert [line["record"] for line in found] == GOOD
        assert [line["prediction"] for line in found] == expected
        wanted = {"number": [f"n{n}" for n in range(40)], "record_id": list(range(40)), None: [None] * 40}[ids]
        assert [line.get("id") for line in found] == wanted


def far_times() -> bytes:
    """Return Parquet with a time after the year 9999, which Python does not have."""
    written = io.BytesIO()
    at = pa.array([1_714_554_000_000_000, 253_402_300_800_000_000, 1_714_554_000_000_001], pa.timestamp("us"))
    pq.write_table(pa.table({"at": at}), written)
    return written.getvalue()


def test_parquet_is_read_as_the_raw_table_that_is_made_of_it(tmp_path: Path) -> None:
    at = pd.Series(pd.to_datetime(["2024-05-01T08:30+02:00"]))
    table = pd.DataFrame({"at": at, "size": [True], "kind": [False], "y": [1], "number": ["n1"]})
    run = Run(tmp_path, {"a.parquet": table.to_parquet(index=False)})
    assert run.split()["errors"] == 0
    run.transform(scorer("binary_classification"))
    run.collect()
    [result] = run.results("a.parquet")
    assert (result["id"], result["record"]) == ("n1", {"at": AT, "size": 1, "kind": "false"})


BAD = {
    "a.jsonl": lines(
        GOOD[0], "", '{"at": ', {"at": AT, "size": "3"}, {"size": 1}, [1], {"at": AT, "colour": "red"}, GOOD[1],
        '{"at": "2024-05-01", "size": NaN}', '{"at": "2024-05-01", "size": 1e400}',
    ),
    "b.csv": f"at,size\n{AT},1\n{AT}\n{AT},seven\n{AT},1_000\n".encode() + b"2024-01-01,\xff\n" + b",3\n",
    "c.csv": b"at,at\n1,2\n",
    "d.txt": b"anything",
    "e.parquet": b"not parquet",
    "f.jsonl.gz": gzip.compress(lines(*GOOD))[:-20],
    "g.jsonl": b"",
    "h.jsonl": b"\xef\xbb\xbf" + lines(GOOD[0]) + b'{"at": "\xff"}\n',
    "i.csv": f'at,kind\n{AT},x\n{AT},"said "hi""\n{AT},{"y" * (2**24 + 1)}\n{AT},z\n{AT},"open\n{AT},w\n'.encode(),
    "j.parquet": far_times(),
    "k.csv": f"at;size\n{AT};1,5\n".encode(),
    "l.csv": f"at,y\n{AT},1\n".encode(),
}  # fmt: skip


def test_bad_records_go_to_the_error_file_with_their_place_and_reason(tmp_path: Path) -> None:
    run = Run(tmp_path, BAD)
    counts = run.split()
    run.transform(scorer("binary_classification"))
    report = run.collect()
    errors = run.errors()
    assert report["errors"] == len(errors) == sum(report["reasons"].values()) == counts["errors"]
    of_a = {error["row"]: error for error in errors if error["file"] == "a.jsonl"}
    assert sorted(of_a) == [2, 3, 4, 5, 6, 9]
    assert of_a[2]["record"] == '{"at": '
    assert of_a[3]["reason"] == "record 3: size: found '3'; it must be a number, without quotes."
    assert of_a[4]["reason"].startswith("record 4: at: is missing")
    assert (of_a[6]["record"], of_a[9]["record"]) == ({"at": AT, "colour": "red"}, {"at": "2024-05-01", "size": None})
    assert [line["row"] for line in run.results("a.jsonl")] == [1, 7, 8]
    assert [error["row"] for error in errors if error["file"] == "b.csv"] == [2, 3, 4, 5, 6]
    assert report["reasons"]["size must be a number, without quotes"] == 4
    unreadable = {file["file"]: file["unreadable"] for file in report["files"] if file["unreadable"]}
    assert sorted(unreadable) == ["c.csv", "d.txt", "e.parquet", "f.jsonl.gz", "k.csv"]
    assert unreadable["k.csv"].startswith("its columns are separated by semicolons: a file to score has commas")
    # The label, which a file that knows what happened has.
    assert [line["record"] for line in run.results("l.csv")] == [{"at": AT}]
    assert "known are .json, .jsonl" in unreadable["d.txt"]
    assert next(file for file in report["files"] if file["file"] == "g.jsonl")["scored"] == 0
    assert [error["row"] for error in errors if error["file"] == "h.jsonl"] == [2]
    of_i = {error["row"]: error for error in errors if error["file"] == "i.csv"}
    assert [line["row"] for line in run.results("i.csv")] == [1, 4, 6]
    assert (sorted(of_i), of_i[2]["record"]) == ([2, 3, 5], f'{AT},"said "hi""')
    assert "is not CSV: ',' expected after" in of_i[2]["reason"]
    assert "larger than field limit" in of_i[3]["reason"]
    assert len(of_i[3]["record"]) < 20_000
    assert of_i[5]["record"] == f'{AT},"open'
    assert [line["row"] for line in run.results("j.parquet")] == [1, 3]
    assert [error["row"] for error in errors if error["file"] == "j.parquet"] == [2]


def test_what_the_model_cannot_answer_costs_its_own_record(tmp_path: Path) -> None:
    def predict(rows: Any, _: Any) -> Any:
        if (rows > 38).any():
            raise ValueError("too large")
        return np.where(rows[:, 0] == 7, np.nan, 0.5)

    model = ScriptModel("train.py", 0, None, predict)
    run = Run(tmp_path, {"a.jsonl": lines(*GOOD)})
    run.split()
    run.transform(Scorer(use_case(), encode, model))
    report = run.collect()
    assert (report["scored"], report["errors"]) == (38, 2)
    assert [(error["row"], error["reason"]) for error in run.errors()] == [
        (8, 'the model gave no number: {"probability": NaN}'),
        (40, "ValueError: too large"),
    ]


def test_a_model_that_answers_nothing_fails_the_run(tmp_path: Path) -> None:
    def predict(rows: Any, _: Any) -> Any:
        raise ValueError("no such file")

    run = Run(tmp_path, {"a.jsonl": lines(*GOOD)})
    run.split()
    run.transform(Scorer(use_case(), encode, ScriptModel("train.py", 0, None, predict)))
    with pytest.raises(StepError, match="could score none of 40 records: the model: ValueError: no such file"):
        run.collect()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda out: out[:-1], "40 records were sent and 39 came back"),
        (lambda out: [*out, out[0]], "record 1 came back twice"),
        # Of a part too many, which a split left that was cut off, when the file was longer.
        (lambda out: [*out, out[-1].replace('"row": 40', '"row": 41')], "40 records were sent and 41 came back"),
        (lambda out: [json.dumps({"probability": 0.5})], "gave a line without"),
        (lambda out: [out[0].replace("a.jsonl", "z.jsonl")], "'z.jsonl', which was not sent"),
    ],
)
def test_records_that_are_lost_or_doubled_fail_the_run(change: Any, said: str, tmp_path: Path) -> None:
    run = Run(tmp_path, {"a.jsonl": lines(*GOOD)})
    run.split()
    run.transform(scorer("regression"))
    (part,) = run.collecting.input("transformed").glob("*")
    part.write_text("\n".join(change(part.read_text().splitlines())))
    with pytest.raises(StepError, match=said):
        run.collect()
    assert not (run.collecting.output("report") / "report.json").exists()


def test_large_inputs_are_shared_out_and_long_records_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "PART_BYTES", 500)
    monkeypatch.setattr(split, "LONGEST", 400)
    run = Run(tmp_path, {"a.jsonl": lines({**GOOD[0], "kind": "x" * 400}, *GOOD)})
    assert run.split()["errors"] == 1
    assert len(run.parts()) > 5
    run.transform(scorer("binary_classification"))
    assert run.collect()["scored"] == 40
    assert "is longer than 400 bytes" in run.errors()[0]["reason"]


def test_a_package_that_is_none_is_refused(tmp_path: Path) -> None:
    run = Run(tmp_path, {"a.jsonl": lines(*GOOD)})
    (run.splitting.input("model") / "model.tar.gz").write_bytes(b"zip?")
    with pytest.raises(StepError, match="is no package of a model"):
        run.split()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["a", '"open', '"b c"', '"a ""word"""']), max_size=12))
def test_a_quote_that_nobody_closes_costs_its_own_record(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    file = "".join(f"{line}\n" for line in ["at,kind", *(f"{AT},{cell}" for cell in cells)])
    run = Run(tmp_path_factory.mktemp("quotes"), {"a.csv": file.encode()})
    never_closed = [place for place, cell in enumerate(cells, 1) if cell == '"open']
    counts = run.split()
    assert (counts["scored"], counts["errors"]) == (len(cells) - len(never_closed), len(never_closed))
    run.transform(scorer("binary_classification"))
    run.collect()
    assert [error["row"] for error in run.errors()] == never_closed


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.fixed_dictionaries({"at": st.just(AT), "kind": CELLS | st.just('a,"b"\nc')}), max_size=5), st.booleans()
)
def test_csv_and_json_lines_of_the_same_records_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, str]], quoted: bool
) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["at", "kind"], quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writeheader()
    writer.writerows(records)
    run = Run(tmp_path_factory.mktemp("same"), {"a.csv": text.getvalue().encode(), "a.jsonl": lines(*records)})
    run.split()
    sent = [json.loads(line) for path in run.parts() for line in path.read_text().splitlines()]
    found = {name: [line["record"] for line in sent if line["file"] == name] for name in ("a.csv", "a.jsonl")}
    assert found["a.jsonl"] == records
    # CSV has no text of no characters, and blanks around one say nothing.
    assert found["a.csv"] == [{**record, "kind": csv_text.value(record["kind"], False)} for record in records]
