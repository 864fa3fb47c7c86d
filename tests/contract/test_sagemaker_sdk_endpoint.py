"""The SageMaker SDK, a client that nobody here wrote, creates, invokes, changes and removes an endpoint."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract import sdk_kit
from tests.local.conftest import running
from tests.local.endpoints_kit import ECHO, IMAGE, Kit, archive


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    with running(tmp_path_factory.mktemp("sdk-endpoint")) as cloud:
        yield Kit(cloud.client, cloud.port, "sdk-endpoint")


def test_the_sdks_resources_serve(kit: Kit, tmp_path: Path) -> None:
    body = archive({"name.txt": "by the SDK", "code/inference.py": ECHO})
    kit.s3.put_object(Bucket=kit.bucket, Key="model.tar.gz", Body=body)
    artifact = f"s3://{kit.bucket}/model.tar.gz"
    seen = sdk_kit.run("sdk_endpoint_client.py", kit.port, tmp_path, kit.role, IMAGE, artifact)
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
