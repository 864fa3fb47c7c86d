"""Outputs that go to S3 while a job still runs."""

import threading
from pathlib import Path

from local_cloud.sagemaker.jobs.failure import JobFailureError
from local_cloud.sagemaker.jobs.s3 import Transfer


class Follower:
    """Uploads what changes in a folder while a job runs (S3UploadMode Continuous, checkpoints).

    `known`: what lies in the folder now is in S3 already.
    """

    def __init__(
        self, transfer: Transfer, folder: Path, uri: str, kms_key: str | None = None, known: bool = False
    ) -> None:
        self._transfer, self._folder, self._uri, self._kms_key = transfer, folder, uri.rstrip("/"), kms_key
        self._seen = {path: _state(path) for path in self._files()} if known else {}
        self._ended = threading.Event()
        self._error: JobFailureError | None = None
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Upload what is left; raises the JobFailureError that an upload met."""
        self._ended.set()
        self._thread.join()
        if self._error is not None:
            raise self._error
        self._sweep()

    def _follow(self) -> None:
        while not self._ended.wait(1.0) and self._error is None:
            try:
                self._sweep()
            except JobFailureError as error:
                self._error = error
            except FileNotFoundError:
                continue  # the job moved a file away between the look and the upload

    def _sweep(self) -> None:
        for path in self._files():
            state = _state(path)
            if self._seen.get(path) != state:
                self._upload(path)
                self._seen[path] = state

    def _files(self) -> list[Path]:
        return [path for path in sorted(self._folder.rglob("*")) if path.is_file() and self._is_wanted(path)]

    def _is_wanted(self, path: Path) -> bool:
        del path
        return True

    def _upload(self, path: Path) -> None:
        self._transfer.upload(path, self._place(path), self._kms_key)

    def _place(self, path: Path) -> str:
        return f"{self._uri}/{path.relative_to(self._folder).as_posix()}"


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
