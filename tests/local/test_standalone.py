"""The preparation outside SageMaker, on DuckDB as in a Batch container, against the local cloud's S3."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pipelines_src.steps import prepare, s3_files, standalone, use_case
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.use_case import UseCase
from tests.unit import everything_kit, labels_kit
from tests.unit.preparation_kit import for_steps

BUCKET = "standalone"


@pytest.fixture(scope="module")
def s3(client: Callable[..., Any]) -> Any:
    made = client("s3")
    made.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    return made


@pytest.fixture(autouse=True)
def on_batch(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = two_features()
    monkeypatch.setattr(s3_files, "_client", lambda: s3)
    monkeypatch.setattr(use_case, "load", lambda _: settings)
    plain = SimpleNamespace(features=lambda record: {"size": record.size, "kind": record.kind})
    monkeypatch.setattr(prepare, "transformations", lambda _: plain)


def two_features() -> UseCase:
    """The use case with little to prepare: what is made of all the rest is the same wherever the engine runs."""
    settings = for_steps(everything_kit.schema("random"), "batch")
    features = [one for one in settings.data["features"] if one["name"] in ("size", "kind")]
    data = {**settings.data, "features": features, "reduce": None}
    return replace(settings, data=data, prepare={**settings.prepare, "clean": []})


def keys(s3: Any, prefix: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return [item["Key"].removeprefix(prefix) for page in pages for item in page.get("Contents", ())]


def run(name: str, raw: str = "raw", *more: str) -> None:
    arguments = ["--use_case", "everything", "--raw", f"s3://{BUCKET}/{raw}", "--prepared", f"s3://{BUCKET}/{name}"]
    arguments += more
    standalone.main(["--JOB_ID", "j_1", *arguments, "--TempDir", "s3://x/y"])  # as Glue adds its own


def test_what_is_prepared_is_delivered_with_a_manifest_once(s3: Any, tmp_path: Path) -> None:
    everything_kit.write(tmp_path)
    for part in sorted((tmp_path / "things.parquet").iterdir()):
        s3.upload_file(str(part), BUCKET, f"raw/things.parquet/{part.name}")
    s3.put_object(Bucket=BUCKET, Key="raw/things.parquet/", Body=b"")  # what consoles make of a folder
    run("one")
    manifest = json.loads(s3.get_object(Bucket=BUCKET, Key="one/_SUCCESS")["Body"].read())
    assert sorted([*manifest["files"], "_SUCCESS"]) == keys(s3, "one/")
    assert {"train/train.csv", "test/test.parquet", "features/features.json"} <= set(manifest["files"])
    assert (
        manifest["files"]["train/train.csv"]
        == s3.head_object(Bucket=BUCKET, Key="one/train/train.csv")["ContentLength"]
    )
    s3.download_file(BUCKET, "one/test/test.parquet", str(tmp_path / "test.parquet"))
    assert len(pd.read_parquet(tmp_path / "test.parquet")) > 50
    written = s3.list_object_versions(Bucket=BUCKET, Prefix="one/")["Versions"]
    run("one")
    assert s3.list_object_versions(Bucket=BUCKET, Prefix="one/")["Versions"] == written
    with pytest.raises(StepError, match=f"s3://{BUCKET}/one: was delivered before"):
        s3_files.deliver(tmp_path, f"s3://{BUCKET}/one")


def test_labels_are_fetched_where_they_are_read_be_there_any_or_none(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = two_features()
    both = replace(settings, data={**settings.data, "label_from": "both"})
    monkeypatch.setattr(use_case, "load", lambda _: both)
    everything_kit.write(tmp_path)
    for part in sorted((tmp_path / "things.parquet").iterdir()):
        s3.upload_file(str(part), BUCKET, f"to-label/things.parquet/{part.name}")
    for name, labels in (("none", {}), ("some", {"run": [("nobody.png", "yes")]})):
        labels_kit.write(tmp_path / name, labels)
        for file in labels:
            s3.upload_file(str(tmp_path / name / f"{file}.manifest"), BUCKET, f"{name}-labels/{file}.manifest")
        run(name, "to-label", "--labels", f"s3://{BUCKET}/{name}-labels")
        report = json.loads(s3.get_object(Bucket=BUCKET, Key=f"{name}/report/preparation.json")["Body"].read())
        assert report["labels"] == {"objects": len(labels), "records": 0}


def test_a_preparation_that_fails_delivers_nothing(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="broken/things.parquet", Body=b"no parquet")
    with pytest.raises(StepError, match="is not a Parquet file"):
        run("two", "broken")
    assert keys(s3, "two/") == []


def test_a_manifest_is_missing_when_the_delivery_ends_early(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)

    class Tired:
        """S3 that goes away after one file."""

        def __getattr__(self, name: str) -> Any:
            return getattr(s3, name)

        def upload_file(self, path: str, bucket: str, key: str) -> None:
            if key.endswith("b"):
                raise s3.exceptions.ClientError({"Error": {"Code": "SlowDown", "Message": "later"}}, "PutObject")
            s3.upload_file(path, bucket, key)

    monkeypatch.setattr(s3_files, "_client", Tired)
    with pytest.raises(StepError, match=r"cannot be written: .*SlowDown"):
        s3_files.deliver(tmp_path, f"s3://{BUCKET}/three")
    assert keys(s3, "three/") == ["a"]


def test_a_delivery_that_was_cut_off_is_begun_again_and_never_mixed(s3: Any, tmp_path: Path) -> None:
    for name in ("scratch/prepared/part-0", "train/train.csv"):
        s3.put_object(Bucket=BUCKET, Key=f"four/{name}", Body=b"of the killed one")
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "train.csv").write_text("whole")
    s3_files.deliver(tmp_path, f"s3://{BUCKET}/four")
    assert s3.get_object(Bucket=BUCKET, Key="four/train/train.csv")["Body"].read() == b"whole"
    assert "_SUCCESS" in keys(s3, "four/")
    s3.put_object(Bucket=BUCKET, Key="five/train/train-00001.csv", Body=b"of one for two instances")
    with pytest.raises(StepError, match=r"five: holds train/train-00001.csv, which is not of this preparation"):
        s3_files.deliver(tmp_path, f"s3://{BUCKET}/five")
    assert keys(s3, "five/") == ["train/train-00001.csv"]


@pytest.mark.parametrize("uri", ["standalone/x", "s3://standalone", "/somewhere/x"])
def test_an_address_that_is_none_is_refused(uri: str, tmp_path: Path) -> None:
    with pytest.raises(StepError, match="allowed is s3://bucket/folder"):
        s3_files.download(uri, tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="holds no object"):
        s3_files.download(f"s3://{BUCKET}/nothing", tmp_path)
