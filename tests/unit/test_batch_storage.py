"""The batch transform function's buckets, where a role that lists under a condition is told less than an owner."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from batch_transform.state import Champion, Run
from batch_transform.storage import Storage
from tests.unit.batch_cloud_kit import NOW

RUN = Run("toys", 1, "0a1b2c3d", "new", Champion("p", "m", "s3://m", "i", "c"), 1, "?", NOW)


def listed(*keys: str) -> dict[str, Any]:
    return {
        "Versions": [{"Key": key, "VersionId": "1", "ETag": '"e"', "Size": 2, "IsLatest": True} for key in keys],
        "IsTruncated": False,
    }


def test_what_is_not_listed_is_not_asked_for_and_a_refusal_is_an_error() -> None:
    client = boto3.client("s3", region_name="ap-northeast-1", aws_access_key_id="a", aws_secret_access_key="b")
    storage, key = Storage(client, "raw", "processed"), f"toys/batch/{RUN.name}/manifest.json"
    with Stubber(client) as s3:
        s3.add_response("list_object_versions", listed(f"{key}.old"), {"Bucket": "processed", "Prefix": key})
        assert storage.read(RUN, "manifest.json") is None
        s3.assert_no_pending_responses()
        s3.add_response("list_object_versions", listed(key))
        s3.add_client_error("get_object", "AccessDenied", http_status_code=403)
        with pytest.raises(ClientError, match="AccessDenied"):
            storage.read(RUN, "manifest.json")
