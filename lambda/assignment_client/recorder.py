"""Sends events to a queue in the background: whoever records never waits, and never fails."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

logger = logging.getLogger(__name__)
_MOST = 1000  # events that may wait
_TOGETHER = 10  # that SendMessageBatch takes
_REST = 30.0  # seconds without a try after one that failed


class Recorder:
    """One queue, one thread, which starts with the first event. What cannot be sent is lost, and said to be.

    Args:
        queue_url: of the queue.
        sqs: returns a client, with short timeouts; asked when it is first needed.
        lost: told how many events are lost, and why.
    """

    def __init__(self, queue_url: str, sqs: Callable[[], Any], *, lost: Callable[[int, str], None]) -> None:
        self._queue_url, self._sqs, self._lost = queue_url, sqs, lost
        self._waiting: queue.Queue[str] = queue.Queue(_MOST)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._rests_until = float("-inf")

    def record(self, event: str) -> None:
        """Have an event sent."""
        try:
            self._waiting.put_nowait(event)
        except queue.Full:
            self._lose(1, f"{_MOST} events wait already")
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # a fork leaves threads behind
                self._thread = threading.Thread(target=self._run, name="exposures", daemon=True)
                self._thread.start()

    def flush(self, seconds: float) -> bool:
        """Wait until all is sent or lost, at most so long; return whether it is."""
        with self._waiting.all_tasks_done:
            return self._waiting.all_tasks_done.wait_for(lambda: not self._waiting.unfinished_tasks, seconds)

    def _run(self) -> None:
        while True:
            events = [self._waiting.get()]
            while len(events) < _TOGETHER and not self._waiting.empty():
                events.append(self._waiting.get())  # there is no other thread that takes
            self._send(events)
            for _ in events:
                self._waiting.task_done()

    def _send(self, events: Sequence[str]) -> None:
        if time.monotonic() < self._rests_until:
            self._lose(len(events), "the queue did not answer a moment ago")
            return
        try:
            entries = [{"Id": str(number), "MessageBody": event} for number, event in enumerate(events)]
            answer = self._sqs().send_message_batch(QueueUrl=self._queue_url, Entries=entries)
        except Exception as error:
            self._rests_until = time.monotonic() + _REST
            self._lose(len(events), str(error))
            return
        if refused := answer.get("Failed"):
            self._lose(len(refused), str(refused[0].get("Message", refused[0].get("Code"))))

    def _lose(self, count: int, reason: str) -> None:
        logger.warning("%d events are lost: %s", count, reason)
        try:
            self._lost(count, reason)
        except Exception:
            logger.exception("Nobody could be told that events are lost")
