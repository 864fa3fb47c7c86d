"""What runs in a model's process: formats, algorithm mode, script mode, and the HTTP around them."""

import http.client
import json
import os
import pickle
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost as xgb

from local_cloud.sagemaker.endpoints.model_server import algorithm, formats, script
from local_cloud.sagemaker.endpoints.model_server.http_server import Server
from local_cloud.sagemaker.endpoints.model_server.reply import Handler, Inquiry, Reply

ROWS = np.random.default_rng(0).random((50, 4))


@pytest.fixture(scope="module")
def booster() -> xgb.Booster:
    matrix = xgb.DMatrix(ROWS, label=ROWS[:, 0] > 0.5)
    return xgb.train({"objective": "binary:logistic", "max_depth": 2}, matrix, num_boost_round=5)


@pytest.fixture
def model_dir(tmp_path: Path, booster: xgb.Booster) -> Path:
    (tmp_path / "xgboost-model").write_bytes(bytes(booster.save_raw()))
    return tmp_path


def csv(rows: Any) -> bytes:
    return "\n".join(",".join(map(str, row)) for row in rows.tolist()).encode()


def ask(handler: Handler, body: bytes, content_type: str = "text/csv", accept: str = "*/*") -> Reply:
    return handler(Inquiry(body, {"content-type": content_type, "accept": accept}))


def test_algorithm_mode_predicts_what_the_booster_predicts(model_dir: Path, booster: xgb.Booster) -> None:
    expected = booster.predict(xgb.DMatrix(ROWS[:3])).tolist()
    handler = algorithm.handler(model_dir)
    as_csv = ask(handler, csv(ROWS[:3]) + b"\n", "text/csv; charset=utf-8")
    assert (as_csv.status, as_csv.content_type) == (200, "text/csv")
    assert as_csv.body.decode() == "".join(f"{value}\n" for value in expected)
    as_json = ask(handler, csv(ROWS[:3]), accept="application/json")
    assert json.loads(as_json.body) == {"predictions": [{"score": value} for value in expected]}
    tabs = ask(handler, csv(ROWS[:3]).replace(b",", b"\t"))
    assert tabs.body == as_csv.body
    libsvm = "\n".join(" ".join(f"{i + 1}:{v}" for i, v in enumerate(row)) for row in ROWS[:3].tolist())
    assert ask(handler, libsvm.encode(), "text/x-libsvm").body == as_csv.body


def test_an_empty_cell_is_a_missing_value(model_dir: Path, booster: xgb.Booster) -> None:
    expected = booster.predict(xgb.DMatrix(np.array([[np.nan, 0.1, np.nan, 0.3]])))
    assert float(ask(algorithm.handler(model_dir), b",0.1,,0.3").body) == pytest.approx(float(expected[0]), abs=1e-7)


@pytest.mark.parametrize("form", ["ubj", "json"])
def test_both_native_formats_are_read(tmp_path: Path, booster: xgb.Booster, form: str) -> None:
    (tmp_path / "xgboost-model").write_bytes(bytes(booster.save_raw(form)))
    expected = float(booster.predict(xgb.DMatrix(ROWS[:1]))[0])
    assert float(ask(algorithm.handler(tmp_path), csv(ROWS[:1])).body) == pytest.approx(expected)


def test_a_pickled_booster_and_an_ensemble_are_served(model_dir: Path, booster: xgb.Booster) -> None:
    matrix = xgb.DMatrix(ROWS, label=ROWS[:, 1] > 0.5)
    second = xgb.train({"objective": "binary:logistic", "max_depth": 2}, matrix, num_boost_round=5)
    (model_dir / "second").write_bytes(pickle.dumps(second))
    rows = xgb.DMatrix(ROWS[:1])
    expected = (booster.predict(rows)[0] + second.predict(rows)[0]) / 2
    assert float(ask(algorithm.handler(model_dir), csv(ROWS[:1])).body) == pytest.approx(float(expected), abs=1e-6)


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status"),
    [
        (b"", "text/csv", "*/*", 204),
        (b"1,2,three,4", "text/csv", "*/*", 415),
        (b"1,2,3,4\n1,2", "text/csv", "*/*", 415),
        (b"1,2,3,4", "text/csv; label_size=2", "*/*", 415),
        (b'{"a": 1}', "application/json", "*/*", 415),
        (b"\xff\xfe", "text/csv", "*/*", 415),
        (b"nothing here", "text/libsvm", "*/*", 415),
        (b"1,2,3,4,5,6", "text/csv", "*/*", 400),
        (b"1,2,3,4", "text/csv", "image/png", 406),
    ],
)
def test_bad_requests_get_the_status_of_the_image(
    model_dir: Path, body: bytes, content_type: str, accept: str, status: int
) -> None:
    assert ask(algorithm.handler(model_dir), body, content_type, accept).status == status


def test_the_width_of_a_row_is_checked_for_a_pickled_booster_only(model_dir: Path, booster: xgb.Booster) -> None:
    assert ask(algorithm.handler(model_dir), b"1,2").status == 200  # the rest is missing
    (model_dir / "xgboost-model").write_bytes(pickle.dumps(booster))
    answer = ask(algorithm.handler(model_dir), b"1,2")
    assert answer.status == 400
    assert b"Feature size of text/csv inference data 2 is not consistent" in answer.body
    assert ask(algorithm.handler(model_dir), b"1:0.1", "text/libsvm").status == 200


def test_voting_ensembles_take_the_majority(tmp_path: Path) -> None:
    for number, label in enumerate((0, 2, 2)):
        matrix = xgb.DMatrix(ROWS, label=np.where(np.arange(50) < 49, label, (label + 1) % 3))
        voter = xgb.train({"objective": "multi:softmax", "num_class": 3}, matrix, num_boost_round=2)
        (tmp_path / f"voter-{number}").write_bytes(pickle.dumps(voter))
    assert ask(algorithm.handler(tmp_path), csv(ROWS[:2])).body == b"2.0\n2.0\n"


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="holds no file at its top"):
        algorithm.handler(tmp_path)
    (tmp_path / "features.json").write_text("{}")
    with pytest.raises(RuntimeError, match=r"Model features\.json cannot be loaded"):
        algorithm.handler(tmp_path)


def scripted(tmp_path: Path, code: str, name: str) -> Handler:
    # A module of its own name per test, since this process keeps what it has imported.
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / f"{name}.py").write_text(code)
    return script.handler(tmp_path, f"{name}.py")


def test_transform_fn_gets_text_for_text_types_and_answers_with_its_own_type(tmp_path: Path) -> None:
    code = (
        "def model_fn(model_dir): return 'm'\n"
        "def transform_fn(model, body, content_type, accept):\n"
        "    answer = f'{model} {body!r} {content_type} {accept}'\n"
        "    return answer if content_type == 'text/plain' else (answer, 'text/x-own')\n"
    )
    handler = scripted(tmp_path, code, "transforming")
    assert ask(handler, b"1") == Reply(200, "text/x-own", b"m '1' text/csv application/json")
    # A bare text gets Flask's default type, in the image too.
    assert ask(handler, b"1", "text/plain") == Reply(
        200, "text/html; charset=utf-8", b"m b'1' text/plain application/json"
    )


def test_a_returned_application_answers_with_its_own_status(tmp_path: Path) -> None:
    code = (
        "def model_fn(model_dir): return 'm'\n"
        "def transform_fn(model, body, content_type, accept):\n"
        "    def application(environ, start_response):\n"
        "        start_response('422 Unprocessable Entity', [('Content-Type', 'text/x-own')])\n"
        "        return [b'no ', environ['PATH_INFO'].encode()]\n"
        "    return application\n"
    )
    assert ask(scripted(tmp_path, code, "responding"), b"1") == Reply(422, "text/x-own", b"no /invocations")


def test_the_defaults_of_script_mode_fit_a_booster(model_dir: Path, booster: xgb.Booster) -> None:
    code = (
        "import xgboost, pathlib\n"
        "def model_fn(model_dir):\n"
        "    return xgboost.Booster(model_file=bytearray((pathlib.Path(model_dir) / 'xgboost-model').read_bytes()))\n"
    )
    handler = scripted(model_dir, code, "defaults")
    expected = booster.predict(xgb.DMatrix(ROWS[:2])).tolist()
    answer = ask(handler, csv(ROWS[:2]), accept="application/json")
    assert (json.loads(answer.body), answer.content_type) == (expected, "application/json")
    assert ask(handler, b"{}", "application/json").status == 415
    refused = ask(handler, csv(ROWS[:2]), accept="image/png")
    assert (refused.status, json.loads(refused.body)["error"]) == (406, "UnsupportedFormatError")


def test_scripts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"SAGEMAKER_PROGRAM names none\.py, which is not in"):
        script.handler(tmp_path, "none.py")
    code = "def model_fn(d): ...\ndef transform_fn(m, b, c, a): ...\ndef input_fn(b, c): ...\n"
    with pytest.raises(RuntimeError, match="has transform_fn and input_fn"):
        scripted(tmp_path, code, "both_kinds")


def test_the_submit_directory_of_the_image_is_found_below_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    code = "def model_fn(d): return 1\ndef transform_fn(m, b, c, a): return b'found', a\n"
    (tmp_path / "elsewhere" / "submitted.py").write_text(code)
    monkeypatch.setenv("SAGEMAKER_SUBMIT_DIRECTORY", "/opt/ml/model/elsewhere")
    assert ask(script.handler(tmp_path, "submitted.py"), b"1").body == b"found"


@pytest.mark.parametrize("value", [np.array([1.5, 2.0]), [1.5, 2.0]])
def test_encoding(value: object) -> None:
    assert formats.encode(value, "text/csv") == "1.5\n2.0\n"
    assert formats.encode(value, "application/json; charset=utf-8") == "[1.5, 2.0]"
    assert formats.encode(np.array([[1, 2], [3, 4]]), "text/csv") == "1,2\n3,4\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    def handler(inquiry: Inquiry) -> Reply:
        if inquiry.body == b"fail":
            raise ValueError("asked to fail")
        return Reply(200, "text/plain", inquiry.body[:10])

    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        threading.Thread(target=Server(listener, handler, b"{}").serve_forever, daemon=True).start()
        yield path


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("model")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def test_http_keeps_the_connection_through_success_and_failure(server: str, capfd: pytest.CaptureFixture[str]) -> None:
    connection = UnixConnection(server)
    connection.request("GET", "/ping")
    connection.getresponse().read()
    first = connection.sock
    for body, status, answer in (
        (b"one", 200, b"one"),
        (b"fail", 500, b"Internal Server Error"),
        (b"x" * 5_000_000, 200, b"x" * 10),
        (b"x" * 7_000_000, 413, b"Request Entity Too Large"),
        (b"two", 200, b"two"),
    ):
        connection.request("POST", "/invocations", body)
        response = connection.getresponse()
        assert (response.status, response.read()) == (status, answer)
    connection.request("GET", "/nowhere")
    assert connection.getresponse().status == 404
    assert connection.sock is first
    assert "ValueError: asked to fail" in capfd.readouterr().err


def test_the_process_serves_on_a_port_without_seeing_the_project(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "code").mkdir()
    code = (
        "import importlib.util, os\n"
        "def model_fn(d): return [bool(importlib.util.find_spec('config')), os.environ.get('PYTHONPATH')]\n"
        "def transform_fn(m, b, c, a): return repr(m), a\n"
    )
    (tmp_path / "code" / "inference.py").write_text(code)
    root = str(Path(__file__).resolve().parents[2])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    module = "local_cloud.sagemaker.endpoints.model_server"
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--model-dir", str(tmp_path), "--port", str(port)],
        cwd=root, env={**os.environ, "SAGEMAKER_PROGRAM": "inference.py", "PYTHONPATH": root}, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert b"Serving script inference.py mode" in process.stdout.readline()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", "/invocations", b"1")
        assert connection.getresponse().read() == b"[False, None]"
    finally:
        process.terminate()
        process.wait(10)
