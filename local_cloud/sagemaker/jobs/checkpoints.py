"""Checkpoints: a folder of the job that is kept the same as a place in S3 while the job runs.

As AWS documents: what lies in S3 is there when the job starts, what the job writes goes to S3, what it deletes is
deleted there; all instances share the one place. While SageMaker uploads a file there is `<file>.sagemaker-uploading`
beside it and afterwards `<file>.sagemaker-uploaded`; a file that ends with `.sagemaker-ignore` stays where it is.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.jobs import surroundings
from local_cloud.sagemaker.jobs.failure import JobFailureError
from local_cloud.sagemaker.jobs.follower import Follower
from local_cloud.sagemaker.jobs.s3 import Source, Transfer, split

_DEFAULT_PATH = "/opt/ml/checkpoints"
_UPLOADING, _UPLOADED, _IGNORED = ".sagemaker-uploading", ".sagemaker-uploaded", ".sagemaker-ignore"


def configuration(request: dict[str, Any], folder: Path) -> dict[str, str] | None:
    """Return checkpointconfig.json of a training job; None if it has no checkpoints."""
    config = request.get("CheckpointConfig")
    if not config:
        return None
    return {**config, "LocalPath": surroundings.in_folder(config.get("LocalPath", _DEFAULT_PATH), folder)}


def follow(request: dict[str, Any], folder: Path, transfer: Transfer) -> Follower | None:
    """Bring earlier checkpoints and keep S3 like the folder from now on; None if the job has no checkpoints.

    Raises:
        JobFailureError: the place is no S3 URI, or the local path is not below /opt/ml.
    """
    config = request.get("CheckpointConfig")
    if not config:
        return None
    split(config["S3Uri"])
    local = surroundings.local(config.get("LocalPath", _DEFAULT_PATH), folder)
    local.mkdir(parents=True, exist_ok=True)
    with suppress(JobFailureError):  # the first run finds none
        transfer.download(Source(config["S3Uri"].rstrip("/") + "/"), local)
    return _Checkpoints(transfer, local, config["S3Uri"], request["OutputDataConfig"].get("KmsKeyId"), known=True)


class _Checkpoints(Follower):
    def _sweep(self) -> None:
        super()._sweep()
        for path in [path for path in self._seen if not path.exists()]:
            self._transfer.delete(self._place(path))
            del self._seen[path]
            for ending in (_UPLOADING, _UPLOADED):
                _beside(path, ending).unlink(missing_ok=True)

    def _is_wanted(self, path: Path) -> bool:
        return path.suffix not in {_UPLOADING, _UPLOADED, _IGNORED}

    def _upload(self, path: Path) -> None:
        _beside(path, _UPLOADED).unlink(missing_ok=True)
        _beside(path, _UPLOADING).touch()
        super()._upload(path)
        _beside(path, _UPLOADED).touch()


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
