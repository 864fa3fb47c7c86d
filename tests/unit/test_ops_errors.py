"""Whatever goes wrong between a command and AWS ends in a message and exit code 1, never in a traceback."""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from ops import target
from ops.__main__ import main

COMMANDS = {
    "upload": ["data", "upload", "dev", "flight_delays"],
    "start": ["pipeline", "start", "dev", "flight_delays"],
    "status": ["release", "status", "dev", "flight_delays"],
    "approve": ["release", "approve", "dev", "flight_delays"],
    "predict": ["predict", "dev", "flight_delays"],
}
Refusal = tuple[int, str, str]


@pytest.fixture
def refusal() -> Refusal:
    return (403, "ExpiredToken", "The security token included in the request is expired")


@pytest.fixture
def aws(refusal: Refusal) -> Iterator[str]:
    """An AWS that refuses everything: its address."""
    status, code, message = refusal

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            xml = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
            json = f'{{"__type": "{code}", "message": "{message}"}}'
            body = (json if "X-Amz-Target" in self.headers else xml).encode()
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    settings = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    files = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    for name, value in {**settings, **files, "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers the credentials it found
    monkeypatch.setattr(target, "RETRIES", Config(retries={"max_attempts": 0}))


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["ops", *arguments])
    assert main() == 1
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err + printed.out
    assert printed.err.startswith("error ")
    return " ".join(printed.err.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_expired_credentials(
    command: str, aws: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws)
    said = run(monkeypatch, capsys, *COMMANDS[command])
    assert "The credentials have expired. Log in" in said


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        ((400, "UnrecognizedClientException", "The security token is invalid."), "not known to AWS"),
        ((400, "AccessDeniedException", "no identity-based policy allows it"), "lack this permission"),
        ((400, "ResourceNotFound", "Model package group dev-flight-delays does not exist"), "docs/deploying.md says"),
        ((400, "ResourceLimitExceeded", "The limit [1] is reached."), "(ResourceLimitExceeded): The limit [1]"),
    ],
)
def test_a_refusal_says_what_and_what_to_do(
    expected: str, aws: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws)
    assert expected in run(monkeypatch, capsys, *COMMANDS["status"])


@pytest.mark.parametrize("refusal", [(400, "ValidationError", "Stack with id dev-data does not exist")])
def test_an_environment_that_is_not_deployed(
    aws: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws)
    assert "cdk deploy 'Dev/*'" in run(monkeypatch, capsys, *COMMANDS["upload"])


@pytest.mark.parametrize("command", COMMANDS)
def test_no_credentials(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "There are no usable credentials" in run(monkeypatch, capsys, *COMMANDS[command])


def test_a_profile_that_does_not_exist(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "(nobody) could not be found" in run(monkeypatch, capsys, *COMMANDS["start"])


def test_no_network(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{probe.getsockname()[1]}")
        assert "AWS does not answer" in run(monkeypatch, capsys, *COMMANDS["start"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["data", "upload", "nope", "flight_delays"], "known environments: dev, local, prod, staging"),
        (["predict", "dev", "nope"], "it has flight_delays"),
        (["release", "forget", "prod", "flight_delays"], "retention.allow_data_loss"),
        (["local", "up", "--state-dir", "/proc/nowhere"], "/proc/nowhere"),
        (["local", "env", "--state-dir", "/proc/nowhere"], "does not run"),
    ],
)
def test_wrong_arguments(
    arguments: list[str], expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert expected in run(monkeypatch, capsys, *arguments)


def test_a_use_case_without_a_module_is_told() -> None:
    with pytest.raises(target.OperationError, match=r"no pipelines_src/flight_delays/raw_dates\.py"):
        target.module("flight_delays", "raw_dates")


def test_an_address_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    monkeypatch.setattr(sys, "argv", ["ops", *COMMANDS["status"]])
    assert main() == 1
    assert "AWS_ENDPOINT_URL" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["local", "up", "--state-dir"], ["demo", "--folder"]])
def test_a_file_where_a_folder_must_be_is_named(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    monkeypatch.setattr(sys, "argv", ["ops", *command, str(path)])
    assert main() == 1
    said = capsys.readouterr().err.replace("\n", "")
    assert "notes.txt" in said
    assert "Name a" in said
    assert "Logs lie" not in said
    assert path.read_text() == "mine"
