"""The notebook commands with the answers of AWS."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner

from config import load_environment
from ops import notebook
from ops.target import OperationError

NAME = {"NotebookInstanceName": "local-looking"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client: Any = boto3.client(
        "sagemaker", region_name="ap-northeast-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    monkeypatch.setattr(notebook, "client", lambda environment, service: client)
    monkeypatch.setattr(notebook, "time", SimpleNamespace(sleep=lambda seconds: None, monotonic=time.monotonic))
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def is_(aws: Stubber, *statuses: str, **more: Any) -> None:
    for status in statuses:
        answer = NAME | {
            "NotebookInstanceStatus": status,
            "InstanceType": "ml.t3.medium",
            "LastModifiedTime": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        }
        aws.add_response("describe_notebook_instance", answer | more, NAME)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(notebook.app, [*arguments, "local", "looking"], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_open_prints_the_address_and_nothing_else(aws: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    is_(aws, "InService")
    url = f"https://local-looking.notebook.ap-northeast-1.sagemaker.aws?authToken={'x' * 300}"
    aws.add_response("create_presigned_notebook_instance_url", {"AuthorizedUrl": url}, NAME)
    notebook.open_("local", "looking")
    assert capsys.readouterr().out == f"{url}\n"


def test_open_says_how_to_start_a_stopped_one(aws: Stubber) -> None:
    is_(aws, "Stopped")
    with pytest.raises(OperationError, match=r"is Stopped.*ops notebook start local looking"):
        notebook.open_("local", "looking")


def test_start_waits_until_it_runs(aws: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    is_(aws, "Stopped")
    aws.add_response("start_notebook_instance", {}, NAME)
    is_(aws, "Pending", "Pending", "InService", "InService")
    notebook.start("local", "looking")
    assert capsys.readouterr().out == "local-looking  InService\n"


def test_starting_what_runs_changes_nothing(aws: Stubber) -> None:
    is_(aws, "InService", "InService")
    notebook.start("local", "looking", wait=False)


def test_stop_waits_until_it_has_stopped(aws: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    is_(aws, "InService")
    aws.add_response("stop_notebook_instance", {}, NAME)
    is_(aws, "Stopping", "Stopped", "Stopped")
    notebook.stop("local", "looking")
    assert capsys.readouterr().out == "local-looking  Stopped\n"


def test_a_start_that_fails_says_why_and_where_to_look(aws: Stubber) -> None:
    is_(aws, "Stopped")
    aws.add_response("start_notebook_instance", {}, NAME)
    is_(aws, "Pending")
    is_(aws, "Failed", FailureReason="The lifecycle configuration took longer than 5 minutes")
    with pytest.raises(OperationError, match=r"longer than 5 minutes.*/aws/sagemaker/NotebookInstances"):
        notebook.start("local", "looking")


def test_a_start_without_end_is_given_up(aws: Stubber) -> None:
    is_(aws, "Pending")
    with pytest.raises(OperationError, match="is Pending, not InService"):
        notebook.Instance(load_environment("local"), "looking").reach("InService", timeout=-1)


def test_status_shows_state_size_and_reason(aws: Stubber) -> None:
    is_(aws, "Failed", FailureReason="no capacity")
    assert run("status").splitlines() == ["local-looking  Failed  ml.t3.medium  since 2026-01-02 03:04", "no capacity"]


def test_one_that_is_not_deployed_is_explained(aws: Stubber) -> None:
    aws.add_client_error("describe_notebook_instance", "ValidationException", "RecordNotFound")
    with pytest.raises(OperationError, match=r"no notebook instance local-looking.*cdk deploy 'Local/\*'"):
        notebook.status("local", "looking")


def test_one_that_is_not_in_the_file_is_explained() -> None:
    with pytest.raises(OperationError, match="prod has no notebook looking; it has none"):
        notebook.Instance.of("prod", "looking")
