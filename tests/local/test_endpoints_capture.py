"""Data capture: content, place, sampling, and that nothing is lost on the way out."""

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.endpoints_kit import Kit, until

BOTH = [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}]
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture(scope="module")
def kit(local_cloud: Any, client: Callable[..., Any]) -> Kit:
    kit = Kit(client, local_cloud.port, "capture")
    kit.make_echo("echo")
    return kit


def endpoint_with(kit: Kit, name: str, **capture: Any) -> str:
    config = {"InitialSamplingPercentage": 100, "DestinationS3Uri": f"s3://{kit.bucket}/captured/here/", **capture}
    config.setdefault("CaptureOptions", BOTH)
    return kit.make_endpoint(name, kit.make_config(name, {"champion": ("capture-echo", 1)}, DataCaptureConfig=config))


def test_what_a_record_says_and_where_it_lies(kit: Kit) -> None:
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    types = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}
    endpoint = endpoint_with(kit, "format", CaptureContentTypeHeader=types, KmsKeyId=key)
    assert kit.sagemaker.describe_endpoint(EndpointName=endpoint)["DataCaptureConfig"] == {
        "EnableCapture": True, "CaptureStatus": "Started", "CurrentSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{kit.bucket}/captured/here/", "KmsKeyId": key,
    }  # fmt: skip
    kit.ask(endpoint, "1,2", ContentType="text/csv", InferenceId="flight-7", CustomAttributes="trace=1")
    kit.ask(endpoint, b"\x00\xff", ContentType="application/octet-stream")
    records = until(lambda: found if len(found := kit.captured(f"captured/here/{endpoint}/")) == 2 else None)
    path, first = records[0]
    place = rf"captured/here/{endpoint}/champion/\d{{4}}/\d\d/\d\d/\d\d/\d\d-\d\d-\d{{3}}-{UUID}\.jsonl"
    assert re.fullmatch(place, path)
    assert kit.s3.head_object(Bucket=kit.bucket, Key=path)["SSEKMSKeyId"].endswith(key.rpartition("/")[2])
    data, metadata = first["captureData"], first["eventMetadata"]
    assert data["endpointInput"] == {
        "observedContentType": "text/csv", "mode": "INPUT", "data": "1,2", "encoding": "CSV",
    }  # fmt: skip
    assert data["endpointOutput"]["encoding"] == "JSON"
    assert data["endpointOutput"]["mode"] == "OUTPUT"
    assert '"model": "echo"' in data["endpointOutput"]["data"]
    assert re.fullmatch(UUID, metadata["eventId"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", metadata["inferenceTime"])
    assert path.split("/")[4:8] == re.split("[-T:]", metadata["inferenceTime"])[:4]
    assert (metadata["inferenceId"], metadata["customAttributes"]) == ("flight-7", ["trace=1"])
    assert first["eventVersion"] == "0"
    other = records[1][1]
    assert base64.b64decode(other["captureData"]["endpointInput"]["data"]) == b"\x00\xff"
    assert other["captureData"]["endpointInput"]["encoding"] == "BASE64"
    assert other["eventMetadata"].keys() == {"eventId", "inferenceTime"}
    kit.delete(endpoint)


def test_the_options_and_the_share_are_honoured(kit: Kit) -> None:
    half = endpoint_with(kit, "half", InitialSamplingPercentage=50, CaptureOptions=[{"CaptureMode": "Input"}])
    none = endpoint_with(kit, "none", InitialSamplingPercentage=0)
    off = endpoint_with(kit, "off", EnableCapture=False)
    for endpoint in (half, none, off):
        for _ in range(200):
            kit.ask(endpoint)
        kit.delete(endpoint)
    captured = kit.captured(f"captured/here/{half}/")
    assert 65 < len(captured) < 135  # five standard errors around 100
    assert all(record["captureData"].keys() == {"endpointInput"} for _, record in captured)
    assert kit.captured(f"captured/here/{none}/") == []
    assert kit.captured(f"captured/here/{off}/") == []


def test_nothing_is_lost_when_an_endpoint_is_updated_and_deleted(kit: Kit) -> None:
    endpoint = endpoint_with(kit, "whole")
    for number in range(60):
        kit.ask(endpoint, InferenceId=f"before-{number}")
    kit.make_config("whole-2", {"champion": ("capture-echo", 1)}, DataCaptureConfig={
        "InitialSamplingPercentage": 100, "DestinationS3Uri": f"s3://{kit.bucket}/captured/here/",
        "CaptureOptions": BOTH,
    })  # fmt: skip
    kit.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="capture-whole-2")
    kit.settled(endpoint)
    for number in range(60):
        kit.ask(endpoint, InferenceId=f"after-{number}")
    kit.delete(endpoint)
    ids = sorted(record["eventMetadata"]["inferenceId"] for _, record in kit.captured(f"captured/here/{endpoint}/"))
    assert ids == sorted(f"{when}-{number}" for when in ("before", "after") for number in range(60))


def test_failures_are_not_captured(kit: Kit) -> None:
    endpoint = endpoint_with(kit, "failures")
    with pytest.raises(kit.runtime.exceptions.ModelError):
        kit.ask(endpoint, "fail")
    kit.ask(endpoint, "1")
    kit.delete(endpoint)
    assert len(kit.captured(f"captured/here/{endpoint}/")) == 1
