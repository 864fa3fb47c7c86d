"""The checkpoint folder of a job and its place in S3, with a transfer that only remembers."""

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from local_cloud.sagemaker.jobs import checkpoints
from local_cloud.sagemaker.jobs.failure import JobFailureError
from local_cloud.sagemaker.jobs.s3 import Transfer

REQUEST: dict[str, Any] = {"CheckpointConfig": {"S3Uri": "s3://bucket/place/"}, "OutputDataConfig": {"KmsKeyId": "key"}}


class Remembered:
    """Stands for Transfer: what lies in S3, and whether an upload is seen by a file beside."""

    def __init__(self, **there: str) -> None:
        self.there = {f"s3://bucket/place/{name}": text for name, text in there.items()}
        self.uploads: list[str] = []
        self.marked: list[bool] = []

    def download(self, source: Any, folder: Path) -> None:
        for uri, text in self.there.items():
            (folder / uri.removeprefix(source.uri)).write_text(text)

    def upload(self, path: Path, uri: str, kms_key: str | None) -> None:
        assert kms_key == "key"
        self.marked.append(path.with_name(f"{path.name}.sagemaker-uploading").exists())
        self.uploads.append(uri)
        self.there[uri] = path.read_text()

    def delete(self, uri: str) -> None:
        del self.there[uri]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "ml").mkdir()
    return tmp_path / "ml/checkpoints"


def follow(transfer: Remembered, folder: Path) -> Any:
    return checkpoints.follow(REQUEST, folder, transfer)  # type: ignore[arg-type]  # it stands for a Transfer


def test_what_is_new_goes_up_and_what_is_gone_goes_too(tmp_path: Path, place: Path) -> None:
    transfer = Remembered(old="1", older="0")
    follower = follow(transfer, tmp_path)
    assert (place / "old").read_text() == "1"
    (place / "new").write_text("2")
    (place / "half.sagemaker-ignore").write_text("?")
    (place / "older").unlink()
    follower.finish()
    assert transfer.there == {"s3://bucket/place/old": "1", "s3://bucket/place/new": "2"}
    assert transfer.uploads == ["s3://bucket/place/new"]  # what was downloaded is not sent back
    assert transfer.marked == [True]
    assert (place / "new.sagemaker-uploaded").exists()


def test_a_folder_that_goes_away_with_its_job_deletes_nothing(tmp_path: Path, place: Path) -> None:
    transfer = Remembered(old="1")
    follower = follow(transfer, tmp_path)
    follower.abandon()
    shutil.rmtree(place)
    time.sleep(1.2)  # longer than the follower's own pause
    assert transfer.there == {"s3://bucket/place/old": "1"}


def test_what_the_job_moves_during_an_upload_goes_up_as_it_was_or_not_yet(tmp_path: Path) -> None:
    sent: list[bytes] = []

    class Slow:
        """S3's client, slower than the job."""

        def upload_fileobj(self, file: Any, *_: Any, **__: Any) -> None:
            (tmp_path / "beside").write_text("the next checkpoint, which is longer")
            (tmp_path / "beside").replace(tmp_path / "step")
            sent.append(file.read())

    transfer = Transfer(Slow(), "role")
    (tmp_path / "step").write_text("whole")
    transfer.upload(tmp_path / "step", "s3://bucket/step")
    assert sent == [b"whole"]
    with pytest.raises(FileNotFoundError):  # which a follower takes for what it is
        transfer.upload(tmp_path / "gone", "s3://bucket/gone")


def test_a_local_path_outside_opt_ml_fails_the_job(tmp_path: Path) -> None:
    config = {**REQUEST["CheckpointConfig"], "LocalPath": "/srv/checkpoints"}
    with pytest.raises(JobFailureError, match="not below /opt/ml"):
        checkpoints.follow({**REQUEST, "CheckpointConfig": config}, tmp_path, Remembered())  # type: ignore[arg-type]
