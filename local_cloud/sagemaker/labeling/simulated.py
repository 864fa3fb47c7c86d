"""Simulated workers, where the tag of a work team asks for them; see README.md for its value.

On AWS the tag is a tag like any other. Here it says how many workers there are, how often they err, and where the truth
is; they read the same page as people do, and submit to the same board.
"""

import hashlib
import json
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore.exceptions import ClientError

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.aws_clients import of_account
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.jobs.s3 import split
from local_cloud.sagemaker.labeling import workteams
from local_cloud.sagemaker.labeling.board import TaskGoneError, Worker
from local_cloud.sagemaker.labeling.run import Run
from local_cloud.sagemaker.labeling.templates import TemplateError
from local_cloud.sagemaker.labeling.tool import ToolError, answer, tool_of
from local_cloud.sagemaker.store import Document

TAG = "local-cloud:simulated-workers"
_IDLE_SECONDS = 0.1
_UNASKED_SECONDS = 0.5  # a job may wait for people for weeks


@dataclass(frozen=True)
class Crew:
    """What a team's tag says."""

    error_rate: float
    seed: str = "0"
    workers: int = 0
    seconds: float = 0.0
    truth: str = "truth"


def parse(value: str) -> Crew:
    """Return what a tag's value says; ToolError names what cannot be read."""
    given = dict(part.partition("=")[::2] for part in value.split())
    try:
        crew = Crew(
            error_rate=float(given.pop("error-rate")),
            seed=given.pop("seed", "0"),
            workers=int(given.pop("workers", "0")),
            seconds=float(given.pop("seconds", "0")),
            truth=given.pop("truth", "truth"),
        )
    except (KeyError, ValueError) as error:
        raise ToolError(f"the tag {TAG} is {value!r}; it needs error-rate, a number: {error!r}") from error
    if given or not 0 <= crew.error_rate <= 1:
        raise ToolError(
            f"the tag {TAG} is {value!r}; allowed are error-rate (0 to 1), seed, workers, seconds and truth"
        )
    return crew


def work(run: Run) -> None:
    """Work on a job until it ends, as long as the team's tag is there."""
    while not run.ended.is_set():
        try:
            crew = _crew(run)
            busy = crew is not None and _round(run, crew)
        except (ToolError, TemplateError) as error:
            run.give_up(f"simulated workers: {error}")
            return
        except SageMakerError as error:
            run.give_up(error.message)
            return
        if not busy:
            run.ended.wait(_IDLE_SECONDS if crew else _UNASKED_SECONDS)


def _crew(run: Run) -> Crew | None:
    team = workteams.of_arn(run.job["HumanTaskConfig"]["WorkteamArn"], run.call)
    values = [tag["Value"] for tag in team.get("Tags", []) if tag["Key"] == TAG]
    return parse(values[0]) if values else None


def _round(run: Run, crew: Crew) -> bool:
    """Let each worker do one task; False if there was none."""
    busy = False
    for number in range(crew.workers or run.job["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"]):
        worker = _worker(number, run.call)
        task = run.board.accept(worker)
        if task is None or run.ended.is_set():
            continue
        busy = True
        content = _content(run, crew, number, task.object)
        run.ended.wait(crew.seconds)
        try:
            run.board.submit(worker, task.object["id"], content)
        except TaskGoneError:
            continue
    return busy


def _worker(number: int, call: Call) -> Worker:
    sub = f"simulated-{number}"
    identity = {"identityProviderType": "Simulated", "issuer": "local-cloud", "sub": sub}
    return Worker(worker_id("local-cloud", sub, call), identity)


def worker_id(issuer: str, sub: str, call: Call) -> str:
    """Return the id of a worker of a private workforce, the same in all jobs."""
    digest = hashlib.sha256(f"{call.store.scope}/{issuer}/{sub}".encode()).hexdigest()
    return f"private.{call.store.region}.{digest[:16]}"


def _content(run: Run, crew: Crew, number: int, item: Document) -> dict[str, Any]:
    line = item["line"]
    chance = random.Random(f"{crew.seed}/{number}/{item['id']}/{_source(line)}")  # noqa: S311 - errors, not secrets
    return answer(
        tool_of(run.page(item["input"])), _truth(line, crew, run.call), chance.random() < crew.error_rate, chance
    )


def _truth(line: dict[str, Any], crew: Crew, call: Call) -> Any:
    if crew.truth.startswith("s3://"):
        known = _sidecar(crew.truth, call)
        if _source(line) not in known:
            raise ToolError(f"{crew.truth} has no truth of {_source(line)[:100]!r}")
        return known[_source(line)]
    if crew.truth not in line:
        raise ToolError(f"the manifest's line has no field {crew.truth!r}: {json.dumps(line)[:100]}")
    return line[crew.truth]


def _source(line: dict[str, Any]) -> str:
    return str(line.get("source-ref", line.get("source")))


@lru_cache(maxsize=4)
def _sidecar(uri: str, call: Call) -> dict[str, Any]:
    bucket, key = split(uri)
    try:
        content = of_account(call, "s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        lines = [json.loads(line) for line in content.split("\n") if line.strip()]
        return {_source(line): line["truth"] for line in lines}
    except (ClientError, ValueError, KeyError) as error:
        raise ToolError(f"{uri}: {error!r}; its lines need source-ref or source, and truth") from error
