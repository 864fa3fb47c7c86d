"""The statuses that notebook instances of the local cloud go through, without a server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local_cloud.sagemaker import api
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.notebooks import statuses
from local_cloud.sagemaker.store import Database, Store

ROLE = "arn:aws:iam::000000000000:role/notebook"


class Clock:
    """The time by which instances change their status, put forward by tests."""

    time = 1e9

    def __call__(self) -> float:
        return self.time


class Trusting:
    """A platform whose roles all trust SageMaker."""

    def assume_role(self, role_arn: str, session_name: str) -> None:
        assert (role_arn, session_name) == (ROLE, "SageMaker")


Invoke = Callable[..., dict[str, Any]]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(statuses, "now", clock)
    return clock


@pytest.fixture
def invoke(tmp_path: Path, clock: Clock) -> Invoke:
    """Call an operation on the instance `one`, in this process."""
    store = Store(Database(tmp_path / "store.sqlite"), "000000000000", "ap-northeast-1")
    platform: Any = Trusting()

    def invoke(operation: str, **arguments: Any) -> dict[str, Any]:
        call = api.Call(store, platform, "arn:aws:iam::000000000000:root")
        return api.invoke(f"{operation}NotebookInstance", {"NotebookInstanceName": "one"} | arguments, call)

    return invoke


def test_an_instance_goes_through_its_statuses(invoke: Invoke, clock: Clock) -> None:
    def now() -> str:
        return str(invoke("Describe")["NotebookInstanceStatus"])

    made = invoke("Create", InstanceType="ml.t3.medium", RoleArn=ROLE)
    assert made == {"NotebookInstanceArn": "arn:aws:sagemaker:ap-northeast-1:000000000000:notebook-instance/one"}
    allowed = {
        "Pending": set(),
        "InService": {"Stop"},
        "Stopping": set(),
        "Stopped": {"Start", "Update", "Delete"},
        "Updating": set(),
        "Deleting": set(),
    }
    for status, step in [
        ("Pending", None),
        ("InService", "Stop"),
        ("Stopping", None),
        ("Stopped", "Update"),
        ("Updating", None),
        ("Stopped", "Start"),
        ("Pending", None),
        ("InService", "Stop"),
        ("Stopping", None),
        ("Stopped", "Delete"),
        ("Deleting", None),
    ]:
        assert now() == status
        for refused in {"Start", "Stop", "Update", "Delete"} - allowed[status]:
            with pytest.raises(SageMakerError, match=rf"Status \({status}\) not in \("):
                invoke(refused)
        if step:
            invoke(step)
        else:
            clock.time += 1
    with pytest.raises(SageMakerError, match="RecordNotFound"):
        now()
    invoke("Create", InstanceType="ml.t3.medium", RoleArn=ROLE)  # the name is free again
