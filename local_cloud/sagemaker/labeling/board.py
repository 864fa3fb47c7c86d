"""The tasks of one labeling job: which object waits for whom, who works on it, and what they answered.

Every change is in the store before anybody is told of it, so that a killed server loses no answer and nobody is asked
twice for one that was given.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from local_cloud.sagemaker.api import now
from local_cloud.sagemaker.store import Document, Store

# An object is New, then Open to workers, then Answered; Labeled, Failed and Skipped (nobody is to label it) are ends.
ENDED = ("Labeled", "Failed", "Skipped")


class TaskGoneError(Exception):
    """The worker does not have the task any more; the text is for them."""


@dataclass(frozen=True)
class Worker:
    """Who works: `identity` is what their answers tell of them."""

    id: str
    identity: dict[str, str]


class Board:
    """All objects of a job; threads share it."""

    def __init__(
        self, store: Store, job: str, workers: int, time_limit: float, clock: Callable[[], float] = now
    ) -> None:
        self._store, self._kind = store, f"LabelingObject/{job}"
        self._workers, self._time_limit, self._clock = workers, time_limit, clock
        self._lock = threading.RLock()
        self._objects: dict[str, Document] = {item["id"]: item for item in store.list(self._kind)}
        self.changed = threading.Event()

    def add(self, lines: Iterable[dict[str, Any]]) -> None:
        """Put the objects of a manifest on the board."""
        for number, line in enumerate(lines):
            fresh = {"id": str(number), "line": line, "state": "New", "answers": [], "leases": []}
            self._objects[str(number)] = fresh
            self._save(fresh)

    def objects(self, *states: str) -> list[Document]:
        """Return the objects in any of the states (all, if none is named), in the manifest's order."""
        with self._lock:
            return [dict(item) for item in self._objects.values() if not states or item["state"] in states]

    def counts(self) -> Counter[str]:
        """Return how many objects are in each state."""
        with self._lock:
            return Counter(item["state"] for item in self._objects.values())

    def update(self, object_id: str, **fields: Any) -> None:
        """Change an object."""
        with self._lock:
            self._objects[object_id].update(fields)
            self._save(self._objects[object_id])

    def accept(self, worker: Worker) -> Document | None:
        """Give a worker a task: the one they have, else the next that needs another worker; None if there is none."""
        with self._lock:
            free = None
            for item in self._objects.values():
                if not self._is_open(item):
                    continue
                if any(lease["worker"] == worker.id for lease in self._leases(item)):
                    return dict(item)
                if free is None and self._needs(item, worker):
                    free = item
            if free is None:
                return None
            time = self._clock()
            lease = {"worker": worker.id, "acceptedAt": time, "until": time + self._time_limit}
            free["leases"] = [*self._leases(free), lease]
            self._save(free)
            return dict(free)

    def submit(self, worker: Worker, object_id: str, content: dict[str, Any]) -> None:
        """Keep a worker's answer; TaskGoneError if the task is not theirs any more."""
        with self._lock:
            item = self._objects.get(object_id)
            leases = [] if item is None else [each for each in self._leases(item) if each["worker"] == worker.id]
            if item is None or not leases or not self._is_open(item):
                raise TaskGoneError("The time for this task is over, or the job has ended. Take the next one.")
            answer = {
                "workerId": worker.id, "identity": worker.identity, "content": content,
                "acceptedAt": leases[0]["acceptedAt"], "submittedAt": self._clock(),
            }  # fmt: skip
            item["answers"].append(answer)
            item["leases"] = [each for each in self._leases(item) if each["worker"] != worker.id]
            if len(item["answers"]) >= self._workers:
                item["state"] = "Answered"
            self._save(item)
            self.changed.set()

    def release(self, worker: Worker) -> None:
        """Take a worker's task back; somebody else, or they themselves, get it later."""
        with self._lock:
            for item in self._objects.values():
                if any(lease["worker"] == worker.id for lease in item["leases"]):
                    item["leases"] = [lease for lease in item["leases"] if lease["worker"] != worker.id]
                    self._save(item)

    def expire(self) -> None:
        """End the tasks that were available for long enough: with the answers there are, or as failed without any."""
        with self._lock:
            for item in self._objects.values():
                if item["state"] == "Open" and self._clock() >= item["until"]:
                    reason = "no worker answered while the task was available"
                    item.update({"state": "Answered"} if item["answers"] else {"state": "Failed", "reason": reason})
                    self._save(item)
                    self.changed.set()

    def waiting(self, worker: Worker) -> int:
        """Return how many tasks there are for a worker."""
        with self._lock:
            return sum(self._is_open(item) and self._may(item, worker) for item in self._objects.values())

    def _is_open(self, item: Document) -> bool:
        return bool(item["state"] == "Open" and self._clock() < item["until"])

    def _leases(self, item: Document) -> list[Document]:
        return [lease for lease in item["leases"] if self._clock() < lease["until"]]

    def _needs(self, item: Document, worker: Worker) -> bool:
        if any(answer["workerId"] == worker.id for answer in item["answers"]):
            return False
        return len(item["answers"]) + len(self._leases(item)) < self._workers

    def _may(self, item: Document, worker: Worker) -> bool:
        return self._needs(item, worker) or any(lease["worker"] == worker.id for lease in self._leases(item))

    def _save(self, item: Document) -> None:
        self._store.put(self._kind, item["id"], item)
