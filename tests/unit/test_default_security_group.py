"""The custom resource that closes the default security group."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from default_security_group import handler

RULE = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}]}


class Ec2:
    """A group with rules, and what was revoked of it."""

    def __init__(self, ingress: list[Any], egress: list[Any]) -> None:
        self.group = {"IpPermissions": ingress, "IpPermissionsEgress": egress}

    def describe_security_groups(self, GroupIds: list[str]) -> dict[str, Any]:  # noqa: N803 - AWS's spelling
        assert GroupIds == ["sg-1"]
        return {"SecurityGroups": [self.group]}

    def revoke_security_group_ingress(self, GroupId: str, IpPermissions: list[Any]) -> None:  # noqa: N803
        assert IpPermissions, "AWS refuses an empty list"
        self.group["IpPermissions"] = [rule for rule in self.group["IpPermissions"] if rule not in IpPermissions]

    def revoke_security_group_egress(self, GroupId: str, IpPermissions: list[Any]) -> None:  # noqa: N803
        assert IpPermissions, "AWS refuses an empty list"
        self.group["IpPermissionsEgress"] = []


@pytest.fixture
def answers() -> Any:
    """The address that CloudFormation would give, and what came there."""
    received: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", received
    server.shutdown()
    server.server_close()


def event(url: str, kind: str) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": url,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Closed",
        "ResourceProperties": {"SecurityGroupId": "sg-1"},
    }


def test_all_rules_go_and_twice_is_no_error(answers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url, received = answers
    ec2 = Ec2([RULE], [RULE])
    monkeypatch.setattr("boto3.client", lambda _: ec2)
    for kind in ("Create", "Update"):
        handler.lambda_handler(event(url, kind), None)
    assert ec2.group == {"IpPermissions": [], "IpPermissionsEgress": []}
    assert [answer["Status"] for answer in received] == ["SUCCESS", "SUCCESS"]
    assert {answer["PhysicalResourceId"] for answer in received} == {"Closed"}


def test_deletion_touches_nothing(answers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url, received = answers
    monkeypatch.setattr("boto3.client", lambda _: pytest.fail("called AWS"))
    handler.lambda_handler(event(url, "Delete"), None)
    assert received[0]["Status"] == "SUCCESS"


def test_a_failure_is_told_and_logged(
    answers: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url, received = answers
    ec2 = Ec2([], [])
    monkeypatch.setattr(ec2, "describe_security_groups", lambda **_: {"SecurityGroups": []})
    monkeypatch.setattr("boto3.client", lambda _: ec2)
    handler.lambda_handler(event(url, "Create"), None)
    assert received[0]["Status"] == "FAILED"
    assert "ValueError" in received[0]["Reason"]
    assert "in take_rules" in capsys.readouterr().err
