"""The tasks of one labeling job: which object waits for whom, who works on it, and what they answered.

Every answer is in the store before anybody is told of it, so that a killed server loses none and nobody is asked twice
for one that was given. Who has which task is not: after a restart they take it again.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from local_cloud.sagemaker.api import now
from local_cloud.sagemaker.store import Document, Store


class TaskGoneError(Exception):
    """The worker does not have the task any more; the text is for them."""


@dataclass(frozen=True)
class Worker:
    """Who works: `identity` is what their answers tell of them."""

    id: str
    identity: dict[str, str]


@dataclass(frozen=True)
class Task:
    """An object that somebody has to label until a time."""

    object: Document
    accepted_at: float
    until: float


class Board:
    """All objects of a job; threads share it.

    An object is New, then Open to workers, then Answered; Labeled, Failed and Skipped (nobody is to label it) are ends.
    """

    def __init__(
        self, store: Store, job: str, workers: int, time_limit: float, clock: Callable[[], float] = now
    ) -> None:
        self._store, self._kind = store, f"LabelingObject/{job}"
        self._workers, self._time_limit, self._clock = workers, time_limit, clock
        self._lock = threading.RLock()
        self._objects: dict[str, Document] = {item["id"]: item for item in store.list(self._kind)}
        self._tasks: dict[str, dict[str, Task]] = {}  # object -> worker -> what they have
        self.changed = threading.Event()

    def add(self, lines: Iterable[dict[str, Any]]) -> None:
        """Put the objects of a manifest on the board."""
        with self._lock:
            for number, line in enumerate(lines):
                self._objects[str(number)] = {"id": str(number), "line": line, "state": "New", "answers": []}
            self._store.put_all(self._kind, self._objects)

    def objects(self, *states: str) -> list[Document]:
        """Return the objects in any of the states (all, if none is named), in the manifest's order."""
        with self._lock:
            return [dict(item) for item in self._objects.values() if not states or item["state"] in states]

    def counts(self) -> Counter[str]:
        """Return how many objects are in each state."""
        with self._lock:
            return Counter(item["state"] for item in self._objects.values())

    def update(self, changes: dict[str, dict[str, Any]]) -> None:
        """Change objects, all or none."""
        with self._lock:
            changed = {object_id: {**self._objects[object_id], **fields} for object_id, fields in changes.items()}
            self._store.put_all(self._kind, changed)
            self._objects |= changed

    def accept(self, worker: Worker) -> Task | None:
        """Give a worker a task: the one they have, else the next that needs another worker; None if there is none."""
        with self._lock:
            time, free = self._clock(), None
            for item in self._objects.values():
                if item["state"] != "Open" or time >= item["until"]:
                    continue
                held = self._held(item, time)
                if worker.id in held:
                    return held[worker.id]
                if free is None and self._needs(item, held, worker):
                    free = item
            if free is None:
                return None
            task = Task(free, time, min(time + self._time_limit, free["until"]))
            self._tasks.setdefault(free["id"], {})[worker.id] = task
            return task

    def submit(self, worker: Worker, object_id: str, content: dict[str, Any]) -> None:
        """Keep a worker's answer; TaskGoneError if the task is not theirs any more."""
        with self._lock:
            item, time = self._objects.get(object_id), self._clock()
            task = None if item is None else self._held(item, time).get(worker.id)
            if item is None or task is None or item["state"] != "Open":
                raise TaskGoneError("The time for this task is over, or the job has ended. Take the next one.")
            answer = {
                "workerId": worker.id, "identity": worker.identity, "content": content,
                "acceptedAt": task.accepted_at, "submittedAt": time,
            }  # fmt: skip
            answers = [*item["answers"], answer]
            state = "Answered" if len(answers) >= self._workers else "Open"
            self.update({object_id: {"answers": answers, "state": state}})
            del self._tasks[object_id][worker.id]
            self.changed.set()

    def release(self, worker: Worker) -> None:
        """Take a worker's task back; somebody else, or they themselves, get it later."""
        with self._lock:
            for held in self._tasks.values():
                held.pop(worker.id, None)

    def expire(self) -> None:
        """End the tasks that were available for long enough: with the answers there are, or as failed without any."""
        reason = "no worker answered while the task was available"
        with self._lock:
            over = [item for item in self.objects("Open") if self._clock() >= item["until"]]
            self.update(
                {
                    item["id"]: {"state": "Answered"} if item["answers"] else {"state": "Failed", "reason": reason}
                    for item in over
                }
            )

    def waiting(self, worker: Worker) -> int:
        """Return how many tasks there are for a worker."""
        with self._lock:
            time = self._clock()
            found = [(item, self._held(item, time)) for item in self.objects("Open") if time < item["until"]]
            return sum(worker.id in held or self._needs(item, held, worker) for item, held in found)

    def _held(self, item: Document, time: float) -> dict[str, Task]:
        return {worker: task for worker, task in self._tasks.get(item["id"], {}).items() if time < task.until}

    def _needs(self, item: Document, held: dict[str, Task], worker: Worker) -> bool:
        if any(answer["workerId"] == worker.id for answer in item["answers"]):
            return False
        return len(item["answers"]) + len(held) < self._workers
