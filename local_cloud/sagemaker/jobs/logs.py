"""A job's lines in CloudWatch Logs, written with the job's role as on AWS: without the permission there are none."""

import contextlib
import queue
import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

_BATCH = 1000
_EVERY_SECONDS = 0.3
_MAX_LINE = 250_000  # CloudWatch's limit for one event is 256 KiB


class LogStream:
    """One stream; `write` never waits and never fails, `close` sends what is left."""

    def __init__(self, logs: Any, group: str, stream: str) -> None:
        self._logs, self._group, self._stream = logs, group, stream
        self._lines: queue.SimpleQueue[tuple[int, str] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._ship, daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Add a line, with the present as its time."""
        self._lines.put((int(time.time() * 1000), line[:_MAX_LINE]))

    def close(self) -> None:
        """Send the rest."""
        self._lines.put(None)
        self._thread.join(30)

    def _ship(self) -> None:
        allowed = self._create()
        open_ = True
        while open_:
            batch, open_ = self._next_batch()
            if batch and allowed:
                allowed = self._send(batch)

    def _next_batch(self) -> tuple[list[tuple[int, str]], bool]:
        batch: list[tuple[int, str]] = []
        until = time.monotonic() + _EVERY_SECONDS
        while len(batch) < _BATCH:
            try:
                item = self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if item is None:
                return batch, False
            batch.append(item)
        return batch, True

    def _create(self) -> bool:
        # The group may be there already, and the role may lack only the right to make it: the stream tells.
        with contextlib.suppress(ClientError, BotoCoreError):
            self._logs.create_log_group(logGroupName=self._group)
        try:
            with contextlib.suppress(self._logs.exceptions.ResourceAlreadyExistsException):
                self._logs.create_log_stream(logGroupName=self._group, logStreamName=self._stream)
        except (ClientError, BotoCoreError):
            return False
        return True

    def _send(self, batch: list[tuple[int, str]]) -> bool:
        events = [{"timestamp": when, "message": line or " "} for when, line in batch]
        try:
            self._logs.put_log_events(logGroupName=self._group, logStreamName=self._stream, logEvents=events)
        except (ClientError, BotoCoreError):
            return False
        return True
