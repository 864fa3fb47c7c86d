"""The SageMaker SDK, a client that nobody here wrote, creates, invokes, changes and removes an endpoint."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_cloud import clients
from tests.local.conftest import running
from tests.local.endpoints_kit import ECHO, IMAGE, Kit, archive


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    with running(tmp_path_factory.mktemp("sdk-endpoint")) as cloud:
        yield Kit(cloud.client, cloud.port, "sdk-endpoint")


def test_the_sdks_resources_serve(kit: Kit, tmp_path: Path) -> None:
    body = archive({"name.txt": "by the SDK", "code/inference.py": ECHO})
    kit.s3.put_object(Bucket=kit.bucket, Key="model.tar.gz", Body=body)
    script = str(Path(__file__).with_name("sdk_endpoint_client.py"))
    done = subprocess.run(
        [sys.executable, script, kit.role, IMAGE, f"s3://{kit.bucket}/model.tar.gz", str(tmp_path / "seen.json")],
        env={**clients.environment(kit.port), "HOME": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    seen: dict[str, Any] = json.loads((tmp_path / "seen.json").read_text())
    assert seen == {
        "arn": "arn:aws:sagemaker:ap-northeast-1:000000000000:endpoint/sdk-endpoint",
        "status": "InService",
        "variants": ["champion", "challenger"],
        "capture": "Started",
        "listed": ["sdk-endpoint"],
        "answer": {"model": "by the SDK", "type": "text/csv", "accept": "application/json"},
        "variant": "challenger",
        "error": ["ModelError", 500],
        "weights": [3.0, 1.0],
        "config": "sdk-config-2",
    }
    ids = [
        record["eventMetadata"].get("inferenceId") for _, record in kit.captured("captured/sdk-endpoint/challenger/")
    ]
    assert "1" in ids
