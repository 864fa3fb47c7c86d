"""The built-in K-means serves: the documented formats in and out, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_cloud.sagemaker.endpoints.model_server import kmeans
from local_cloud.sagemaker.endpoints.model_server.reply import Handler, Inquiry, Reply
from local_cloud.sagemaker.images import mxnet_ndarray, recordio, rows
from local_cloud.sagemaker.images.record_message import Record

CENTERS = np.array([[0, 0, 0], [10, 0, 0]], np.float32)
ROWS = np.array([[9, 0, 0], [0, 3, 4]], np.float32)
ANSWER = [{"closest_cluster": 1.0, "distance_to_cluster": 1.0}, {"closest_cluster": 0.0, "distance_to_cluster": 5.0}]
SPARSE = {"data": {"features": {"keys": [1, 2], "shape": [3], "values": [3, 4]}}}


@pytest.fixture
def handler(tmp_path: Path) -> Handler:
    (tmp_path / "model_algo-1").write_bytes(mxnet_ndarray.dump([CENTERS]))
    return kmeans.handler(tmp_path)


def ask(handler: Handler, body: bytes | str, content_type: str = "text/csv", **headers: str) -> Reply:
    content = body.encode() if isinstance(body, str) else body
    return handler(Inquiry(content, {"content-type": content_type, **headers}))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("9,0,0\n0,3,4\n", "text/csv"),
        ("9,0,0\r\n0,3,4", "text/csv;label_size=0"),
        (json.dumps({"instances": [{"features": [9, 0, 0]}, {"features": [0, 3, 4]}]}), "application/json"),
        (json.dumps({"instances": [{"data": {"features": {"values": [9, 0, 0]}}}, SPARSE]}), "application/json"),
        (f'{{"features": [9, 0, 0]}}\n{json.dumps(SPARSE)}\n', "application/jsonlines"),
        (recordio.write(ROWS), "application/x-recordio-protobuf"),
        (recordio.write(ROWS.astype(np.float64)), "application/x-recordio-protobuf"),
    ],
)
def test_every_documented_request_is_read(handler: Handler, body: bytes | str, content_type: str) -> None:
    reply = ask(handler, body, content_type)
    assert (reply.status, reply.content_type) == (200, "application/json"), reply.body
    assert json.loads(reply.body) == {"predictions": ANSWER}


def test_every_documented_answer_is_written(handler: Handler) -> None:
    def answer(accept: str) -> bytes:
        reply = ask(handler, "9,0,0\n0,3,4", accept=accept)
        assert (reply.status, reply.content_type) == (200, accept)
        return reply.body

    assert [json.loads(line) for line in answer("application/jsonlines").splitlines()] == ANSWER
    assert answer("text/csv") == b"1.0,1.0\n0.0,5.0\n"
    records = [Record.FromString(one) for one in recordio.frames(answer("application/x-recordio-protobuf"))]
    found = [{name: list(value.float32_tensor.values) for name, value in record.label.items()} for record in records]
    assert found == [{name: [value] for name, value in one.items()} for one in ANSWER]


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status", "words"),
    [
        ("1,2", "text/csv", "*/*", 400, "the rows have 2 features, the model has 3"),
        ("1,2,x", "text/csv", "*/*", 400, "without a header"),
        ("", "text/csv", "*/*", 400, "there is no row"),
        ("1,2,inf", "text/csv", "*/*", 400, "not finite"),
        ("1,2,3", "text/csv;label_size=1", "*/*", 400, "label_size=1"),
        ("{}", "application/json", "*/*", 400, "no instances"),
        ("[1", "application/json", "*/*", 400, "not JSON"),
        ('{"instances": [{"features": [1, 2, 3]}, {"features": [1]}]}', "application/json", "*/*", 400, r"[1, 3]"),
        ('{"instances": [{"features": [[1, 2, 3]]}]}', "application/json", "*/*", 400, "instance 1 has features of"),
        ('{"instances": [{"features": ["a", "b", "c"]}]}', "application/json", "*/*", 400, "instance 1"),
        ('{"features": {"values": [1], "keys": [9], "shape": [3]}}', "application/jsonlines", "*/*", 400, "line 1"),
        ("3", "application/jsonlines", "*/*", 400, "line 1 has no features"),
        ("1,2,3", "application/x-recordio-protobuf", "*/*", 400, "record"),
        ("1,2,3", "text/libsvm", "*/*", 415, "text/libsvm not supported"),
        ("1,2,3", "text/csv", "text/html", 406, "text/html not supported"),
    ],
)
def test_what_is_wrong_is_told(
    handler: Handler, body: str, content_type: str, accept: str, status: int, words: str
) -> None:
    reply = ask(handler, body, content_type, accept=accept)
    assert reply.status == status
    assert words in reply.body.decode()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "holds nothing; expected model_algo-1"),
        ({"xgboost-model": b""}, "holds xgboost-model"),
        ({"model_algo-1": b"PK"}, "cannot be loaded"),
        ({"model_algo-1": mxnet_ndarray.dump({"mean": CENTERS})}, "not a list of one array"),
    ],
)
def test_a_folder_without_centers_is_refused(tmp_path: Path, files: dict[str, Any], words: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RuntimeError, match=words):
        kmeans.handler(tmp_path)


NUMBERS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
ANYTHING = st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
TENSORS = st.fixed_dictionaries({"values": ANYTHING}, optional={"keys": ANYTHING, "shape": ANYTHING})
INSTANCES = st.fixed_dictionaries({"features": ANYTHING | TENSORS})


@given(st.lists(ANYTHING | INSTANCES | st.fixed_dictionaries({"data": ANYTHING | INSTANCES}), max_size=3))
@example([{"features": {"values": [1], "keys": [0], "shape": [10**12]}}])
@example([{"features": {"values": [1], "keys": [float("inf")], "shape": [1]}}])
def test_no_json_crashes_the_readers(instances: list[Any]) -> None:
    lines = "\n".join(json.dumps(instance) for instance in instances).encode()
    for read, content in (
        (rows.from_json, json.dumps({"instances": instances}).encode()),
        (rows.from_json, json.dumps(instances).encode()),
        (rows.from_json_lines, lines),
    ):
        try:
            found = read(content)
        except rows.RowsError:
            continue
        assert found.ndim == 2
        assert len(found) == len(instances)


@given(st.binary(max_size=60) | st.text('0123456789.,-e\n"# ', max_size=60).map(str.encode))
def test_no_csv_crashes_the_reader(content: bytes) -> None:
    try:
        found = rows.from_csv(content, 0)
    except rows.RowsError:
        return
    assert found.ndim == 2
