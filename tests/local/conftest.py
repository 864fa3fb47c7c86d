"""A local cloud of the tests' own: free port, own state, gone afterwards."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local_cloud import clients
from local_cloud.platform import Credentials
from local_cloud.sagemaker import api
from tests.local.pipelines_cloud import Cloud
from tests.local.pipelines_jobs import job_operations
from tests.local.pipelines_server import serve


@dataclass
class RunningCloud:
    """A started local cloud; `process` is the server itself."""

    port: int
    state_dir: Path
    process: subprocess.Popen[bytes]

    def client(self, service: str, credentials: Credentials | None = None) -> Any:
        return clients.client(service, self.port, credentials=credentials)

    def session(self, role_arn: str) -> Credentials:
        """Assume a role as the root user, whom its trust policy must let in."""
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
        return Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])

    def log(self) -> str:
        return (self.state_dir / "server.log").read_text()


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(state_dir: Path, port: int | None = None) -> Iterator[RunningCloud]:
    port = port or unused_port()
    state_dir.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "local_cloud", "--port", str(port), "--state-dir", str(state_dir)]
    with (state_dir / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=clients.ROOT, stdout=log, stderr=log, start_new_session=True)
    cloud = RunningCloud(port, state_dir, process)
    try:
        _wait_until_ready(cloud)
        yield cloud
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(cloud: RunningCloud) -> None:
    deadline = time.monotonic() + 60
    while not (clients.status(cloud.port) or {}).get("ready"):
        if cloud.process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"The local cloud did not start:\n{cloud.log()[-3000:]}")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCloud]:
    """One local cloud for all tests of a run; tests name their resources apart."""
    with running(tmp_path_factory.mktemp("local-cloud")) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def client(local_cloud: RunningCloud) -> Callable[..., Any]:
    """Make a boto3 client: `client("s3")` as root, `client("s3", credentials)` as a role."""
    return local_cloud.client


@pytest.fixture(scope="session")
def start_cloud() -> Callable[..., Any]:
    """Start another local cloud: `with start_cloud(state_dir, port=None) as cloud`."""
    return running


@pytest.fixture
def free_port() -> int:
    return unused_port()


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Pipelines whose jobs are fakes, answered in this process."""
    for name, operation in job_operations().items():
        monkeypatch.setitem(api._OPERATIONS, name, operation)
    # Jobs and endpoints of the same process would look for what a server left behind among the fakes.
    own = [function for function in api._ON_START if "pipelines" in function.__module__]
    monkeypatch.setattr(api, "_ON_START", own)
    cloud, server = serve(tmp_path)
    yield cloud
    server.shutdown()
    server.server_close()
