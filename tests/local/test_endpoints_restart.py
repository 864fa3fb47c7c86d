"""Endpoints that outlive the local cloud: they come back, and no process of theirs is left behind."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.local.endpoints_kit import ECHO, Kit, until


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_endpoints_come_back_and_no_process_outlives_the_cloud(
    start_cloud: Callable[..., Any], tmp_path: Path, end: signal.Signals
) -> None:
    capture = {
        "InitialSamplingPercentage": 100, "DestinationS3Uri": "s3://again-bucket/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }  # fmt: skip
    with start_cloud(tmp_path / "state") as cloud:
        kit = Kit(cloud.client, cloud.port, "again")
        config = kit.make_config("c", {"champion": (kit.make_echo("one"), 1)}, DataCaptureConfig=capture)
        endpoint = kit.make_endpoint("e", config)
        kit.ask(endpoint, InferenceId="before")
        if end == signal.SIGKILL:  # what a killed cloud has not written yet is lost
            until(lambda: kit.captured("captured/"))
            time.sleep(2)  # so that the bucket's content is on disk too
        pids = model_processes(tmp_path / "state")
        assert len(pids) == 1
        cloud.process.send_signal(end)
        cloud.process.wait(60)
        until(lambda: not model_processes(tmp_path / "state"), what="the end of the model's process")
    with start_cloud(tmp_path / "state") as cloud:
        described = until(
            lambda: (
                found
                if (found := cloud.client("sagemaker").describe_endpoint(EndpointName=endpoint))["EndpointStatus"]
                == "InService"
                else None
            )
        )
        assert described["ProductionVariants"][0]["VariantName"] == "champion"
        runtime = cloud.client("sagemaker-runtime")
        answer = json.loads(
            runtime.invoke_endpoint(EndpointName=endpoint, Body=b"1", InferenceId="after")["Body"].read()
        )
        assert answer["model"] == "one"
        kit.s3 = cloud.client("s3")
        ids = until(lambda: found if len(found := captured_ids(kit)) == 2 else None, what="both captured records")
        assert ids == ["after", "before"]


def test_an_update_goes_on_after_a_kill(start_cloud: Callable[..., Any], tmp_path: Path) -> None:
    slow = ECHO.replace("    return (path", "    time.sleep(5)\n    return (path")
    assert slow != ECHO
    with start_cloud(tmp_path / "state") as cloud:
        kit = Kit(cloud.client, cloud.port, "resume")
        endpoint = kit.make_endpoint("e", kit.make_config("one", {"champion": (kit.make_echo("one"), 1)}))
        config = kit.make_config("two", {"champion": (kit.make_echo("two", slow), 1)})
        kit.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
        until(lambda: len(model_processes(tmp_path / "state")) == 2, what="the second model's process")
        assert kit.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointStatus"] == "Updating"
        cloud.process.kill()
        cloud.process.wait()
    with start_cloud(tmp_path / "state") as cloud:
        kit.sagemaker, kit.runtime = cloud.client("sagemaker"), cloud.client("sagemaker-runtime")
        until(lambda: kit.settled(endpoint)["EndpointConfigName"] == config, what="the end of the update")
        assert kit.ask(endpoint)[0]["model"] == "two"


def captured_ids(kit: Kit) -> list[str]:
    return sorted(record["eventMetadata"]["inferenceId"] for _, record in kit.captured("captured/"))


def model_processes(state_dir: Path) -> list[int]:
    """Return the processes that serve a model of this state, found by their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if b"model_server" in command and str(state_dir).encode() in command:
                found.append(int(folder.name))
    return found
