"""What is uploaded of raw data."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops import data
from ops.target import Target


class Bucket:
    """As much of S3 as the upload uses."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, str]] = {}

    def head_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - S3's names
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadObject")
        return {"Metadata": self.objects[Key]}

    def upload_file(self, path: str, bucket: str, key: str, ExtraArgs: dict[str, Any]) -> None:  # noqa: N803
        self.objects[key] = ExtraArgs["Metadata"]


def test_only_what_changed_is_uploaded(monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"flights.parquet": b"one", "weather.parquet": b"two"}

    def write(folder: Path) -> None:
        for name, body in content.items():
            (folder / name).write_bytes(body)

    target, bucket = Target.of("dev", "flight_delays"), Bucket()
    target.__dict__["s3"] = bucket
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    monkeypatch.setattr(data, "module", lambda use_case, name: SimpleNamespace(write=write))
    assert dict(data.upload_raw(target)) == {"flights.parquet": True, "weather.parquet": True}
    assert dict(data.upload_raw(target)) == {"flights.parquet": False, "weather.parquet": False}
    content["weather.parquet"] = b"three"
    assert dict(data.upload_raw(target)) == {"flights.parquet": False, "weather.parquet": True}
    assert set(bucket.objects) == {"flight_delays/flights.parquet", "flight_delays/weather.parquet"}


def test_raw_files_of_the_folder_are_uploaded_where_no_code_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "pipelines_src" / "flight_delays"
    (folder / "raw" / "flights.parquet").mkdir(parents=True)
    (folder / "raw" / "flights.parquet" / "part-0.parquet").write_bytes(b"one")
    target, bucket = Target.of("dev", "flight_delays"), Bucket()
    target.__dict__["s3"] = bucket
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    assert dict(data.upload_raw(target, tmp_path)) == {"flights.parquet/part-0.parquet": True}
    assert dict(data.upload_raw(target, tmp_path)) == {"flights.parquet/part-0.parquet": False}
    assert set(bucket.objects) == {"flight_delays/flights.parquet/part-0.parquet"}
    (folder / "raw_data.py").touch()
    monkeypatch.setattr(data, "module", lambda use_case, name: SimpleNamespace(write=lambda to: None))
    assert dict(data.upload_raw(target, tmp_path)) == {}, "what raw_data.py writes goes before"
