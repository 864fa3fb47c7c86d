"""The life of a labeling job: objects go to workers batch by batch, and their answers to the consolidation function.

Everything it has come to is in the store, so that a server that is started again goes on where the last one ended.
"""

import contextvars
import itertools
import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.jobs.failure import JobFailureError, shorten
from local_cloud.sagemaker.labeling import functions, intake, statuses, templates
from local_cloud.sagemaker.labeling.board import Board
from local_cloud.sagemaker.labeling.labels import Labels
from local_cloud.sagemaker.labeling.output import Bucket, Output
from local_cloud.sagemaker.role_clients import RoleClients
from local_cloud.sagemaker.store import Document

_LOG = logging.getLogger(__name__)
_LOOK_EVERY_SECONDS = 0.2
_USUAL_BATCH = 1000
_FUNCTIONS_AT_ONCE = 8


def consolidate_every_seconds() -> float:
    """How long answers may wait for their batch, `LOCAL_CLOUD_CONSOLIDATE_SECONDS`; some minutes on AWS."""
    return float(os.environ.get("LOCAL_CLOUD_CONSOLIDATE_SECONDS", "60"))


class Run:
    """One labeling job that has not ended."""

    def __init__(self, call: Call, job: Document) -> None:
        self.call, self.job = call, job
        self.name = str(job["LabelingJobName"])
        self.clients = RoleClients(call.platform, call.store.region, job["RoleArn"], "SageMaker")
        human = job["HumanTaskConfig"]
        self.board = Board(
            call.store, statuses.key(self.name), human["NumberOfHumanWorkersPerDataObject"],
            human["TaskTimeLimitInSeconds"],
        )  # fmt: skip
        self.stop = threading.Event()
        self.ended = threading.Event()
        self._trouble: str | None = None
        self._renderer: templates.Renderer | None = None
        self._bucket = Bucket(self.clients)
        self._output = Output(job, self._bucket)

    def live(self) -> None:
        """Run to the end, which is a status in any case."""
        try:
            self._prepare()
            statuses.move(self.call, self.name, "InProgress")
            status, reason = self._label()
        except (JobFailureError, SageMakerError) as error:
            text = str(error)
            status, reason = "Failed", text if text.startswith("ClientError") else f"ClientError: {text}"
        except Exception as error:
            _LOG.exception("labeling job %s", self.name)
            status, reason = "Failed", f"InternalServerError: {type(error).__name__}: {error}"
        try:
            statuses.move(self.call, self.name, status, shorten(reason) if reason else None)
        except KeyError:
            _LOG.info("labeling job %s is gone: the cloud was reset", self.name)
        finally:
            self.ended.set()

    def give_up(self, reason: str) -> None:
        """Let the job fail, since nobody can do its tasks."""
        self._trouble = reason
        self.board.changed.set()

    def page(self, task_input: dict[str, Any]) -> str:
        """Return the worker page of a task; TemplateError if there is none."""
        if self._renderer is None:
            self._renderer = self._parsed(self.job["_Template"])
        return self._renderer.render(task_input)

    def _parsed(self, template: str) -> templates.Renderer:
        return templates.Renderer(template, partial(self.clients.get, "s3", templates.SIGNED))

    def _prepare(self) -> None:
        if "_Template" in self.job:
            return
        lines, kept = intake.read(self.job, self._bucket, self._parsed)
        self.board.add(lines)
        self.job.update(kept)
        statuses.update(self.call, self.name, LabelCounters=statuses.counters(self.board.counts()), **kept)

    def _label(self) -> tuple[str, str | None]:
        labels = Labels(self.job, self.call, self.clients, self._output)
        while not self.stop.is_set() and self._open_batch():
            self._wait(labels)
            self._consolidate(labels)
        if self.stop.is_set():
            self._consolidate(labels)
        return self._end()

    def _wait(self, labels: Labels) -> None:
        """Wait until nothing of a batch is open any more; what is answered by then is consolidated now and then."""
        consolidated = time.monotonic()
        while (counts := self.board.counts())["Open"] and not self.stop.is_set():
            if counts["Answered"] and time.monotonic() - consolidated > consolidate_every_seconds():
                self._consolidate(labels)
                consolidated = time.monotonic()
            self.board.changed.wait(_LOOK_EVERY_SECONDS)
            self.board.changed.clear()
            self.board.expire()
            if self._trouble:
                raise JobFailureError(f"ClientError: {self._trouble}")

    def _open_batch(self) -> bool:
        """Give the next objects to workers; False if there are none left, or no more are to be labeled."""
        counts = self.board.counts()
        if counts["Open"] or counts["Answered"]:  # of a server that has ended
            return True
        size = min(self.job["HumanTaskConfig"].get("MaxConcurrentTaskCount", _USUAL_BATCH), self._wanted())
        batch = list(itertools.islice(self.board.objects("New"), max(size, 0)))
        if not batch:
            return False
        self.job["_Iteration"] += 1
        statuses.update(self.call, self.name, _Iteration=self.job["_Iteration"])
        context = contextvars.copy_context()
        with ThreadPoolExecutor(_FUNCTIONS_AT_ONCE) as pool:
            opened = list(pool.map(lambda item: context.copy().run(self._opened, item), batch))
        self.board.update({item["id"]: fields for item, fields in zip(batch, opened, strict=True)})
        return True

    def _opened(self, item: Document) -> dict[str, Any]:
        return intake.opened(self.job, self.call.store.region, self.clients, item["line"])

    def _wanted(self) -> int:
        """Return how many objects may still be labeled."""
        counts, conditions = self.board.counts(), self.job.get("StoppingConditions", {})
        most = counts.total()
        if share := conditions.get("MaxPercentageOfInputDatasetLabeled"):
            most = min(most, max(1, counts.total() * share // 100))
        return int(min(most, conditions.get("MaxHumanLabeledObjectCount", most))) - counts["Labeled"]

    def _consolidate(self, labels: Labels) -> None:
        answered, iteration = self.board.objects("Answered"), self.job["_Iteration"]
        if answered:
            try:
                made, reason = labels.make(answered, iteration), "the consolidation function left the object out"
            except functions.FunctionError as error:
                made, reason = {}, str(error)
            failed = {"state": "Failed", "reason": reason}
            self.board.update(
                {
                    item["id"]: {"state": "Labeled", "label": made[item["id"]]} if item["id"] in made else failed
                    for item in answered
                }
            )
        lines = [{**item["line"], **item.get("label", {})} for item in self.board.objects()]
        self._output.write_manifest(lines, max(iteration, 1))
        statuses.update(
            self.call, self.name, LabelCounters=statuses.counters(self.board.counts()),
            LabelingJobOutput={"OutputDatasetS3Uri": self._output.manifest},
        )  # fmt: skip

    def _end(self) -> tuple[str, str | None]:
        counts = self.board.counts()
        if self.stop.is_set() or (counts["New"] and self._wanted() <= 0):
            return "Stopped", None
        if counts["Failed"] and not counts["Labeled"]:
            reason = self.board.objects("Failed")[0]["reason"]
            return "Failed", f"ClientError: none of the {counts.total()} data objects was labeled; the first: {reason}"
        return "Completed", None
