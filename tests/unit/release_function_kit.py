"""The release function on events, with AWS in memory."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from release import handler
from tests.unit.release_aws_kit import Aws
from tests.unit.test_release_handler import PACKAGE_EVENT, STACK_EVENT

ERRORS = ("AWS/Lambda", "Errors")
FAILED, SUCCEEDED = ("MlLoop", "ReleaseFailed"), ("MlLoop", "ReleaseSucceeded")


class Releases:
    """The release function with its cloud; `rang` are the metrics that were not at rest, by namespace and name."""

    def __init__(self, aws: Aws, said: Callable[[], str]) -> None:
        self.aws, self.rang = aws, set[tuple[str, str]]()
        self._said = said

    def deliver(self, event: dict[str, Any]) -> None:
        """Run the function on an event, and again when it raises, as Lambda does; then the stack's own events."""
        for _ in range(3):
            if self._runs(event):
                break
        while self.aws.status.endswith("_IN_PROGRESS"):
            self.aws.stack_ends()
            self.deliver(STACK_EVENT)

    def _runs(self, event: dict[str, Any]) -> bool:
        context = SimpleNamespace(
            function_name="release", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="1"
        )
        try:
            handler.lambda_handler(event, context)
        except Exception:
            self.rang.add(ERRORS)
            return False
        finally:
            lines = [json.loads(line) for line in self._said().splitlines() if '"_aws"' in line]
            written = [each["_aws"]["CloudWatchMetrics"][0] for each in lines]
            self.rang |= {(each["Namespace"], each["Metrics"][0]["Name"]) for each in written}
        return True

    def again(self, package: str, slot: str = "champion") -> None:
        """Mend what is wrong with a package, approve it once more and see that it serves."""
        self.aws.deployments.clear()
        self.aws.answers.clear()
        self.rang.clear()
        self.released(int(package.rpartition("/")[2]), slot)
        assert (self.aws.records()[-1], self.aws.live[slot]) == ((package, "succeeded"), package)
        assert self.rang == {SUCCEEDED}

    def released(self, version: int, slot: str = "champion") -> str:
        """Approve a version for a slot, let the function have the event, and return its ARN."""
        arn = self.aws.approve(version, slot)
        self.deliver(PACKAGE_EVENT)
        return arn


def release_function(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Releases:
    """Return the function of an environment in which nothing is released yet."""
    aws = Aws()
    monkeypatch.setattr(handler, "client", aws.client)
    monkeypatch.setenv("ML_LOOP_ENVIRONMENT", "dev")
    monkeypatch.setenv("ML_LOOP_RECORDS_TABLE", "releases")
    return Releases(aws, lambda: capsys.readouterr().out)
