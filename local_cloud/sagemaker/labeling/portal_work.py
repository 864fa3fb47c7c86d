"""What the worker portal answers with, and what somebody who is signed in can do: see jobs, take tasks, submit."""

import json
import re
from dataclasses import dataclass, field

import jinja2

from local_cloud.clients import WORKER_PORTAL as PORTAL
from local_cloud.sagemaker.labeling import operations, statuses
from local_cloud.sagemaker.labeling.board import TaskGoneError, Worker
from local_cloud.sagemaker.labeling.cognito import Person
from local_cloud.sagemaker.labeling.run import Run
from local_cloud.sagemaker.labeling.templates import PAGES, TemplateError

_SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"
_JOB = re.compile(r"/jobs/(?P<scope>\d{12}/[a-z0-9-]+)/(?P<job>[a-z0-9-]+)(?P<rest>/.*)?")
_TASK = re.compile(r"/tasks/(?P<id>\d+)(?P<page>/page)?")
_PAGES = jinja2.Environment(loader=jinja2.FileSystemLoader(PAGES), autoescape=True, undefined=jinja2.StrictUndefined)


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in."""

    team: str  # the ARN
    person: Person
    worker: Worker


def answer(method: str, below: str, session: Session, body: bytes) -> Reply:
    """Answer a request of somebody who is signed in; `below` is the path below the portal's."""
    if below == "":
        return _jobs(session)
    match = _JOB.fullmatch(below)
    run = _run(match["scope"], match["job"], session) if match else None
    if match is None or run is None:
        return to(PORTAL) if method == "GET" else Reply(409, "The job has ended.")
    return _job(method, match["rest"] or "", run, session, body)


def page(status: int, template: str, **content: object) -> Reply:
    """Return a page of the portal's."""
    return Reply(status, _PAGES.get_template(f"{template}.html.j2").render(prefix=PORTAL, **content))


def to(path: str) -> Reply:
    """Lead to another page."""
    return Reply(303, "", {"location": path})


def _job(method: str, rest: str, run: Run, session: Session, body: bytes) -> Reply:
    if (method, rest) == ("POST", "/release"):
        run.board.release(session.worker)
        return to(PORTAL)
    task = _TASK.fullmatch(rest)
    if method == "POST" and task and not task["page"]:
        return _submit(run, session, task["id"], body)
    if method == "GET" and rest == "":
        return _next_task(run, session)
    if method == "GET" and task and task["page"]:
        return _task_page(run, session, task["id"])
    return Reply(404, "The worker portal has no such page.")


def _next_task(run: Run, session: Session) -> Reply:
    task = run.board.accept(session.worker)
    if task is None:
        return to(PORTAL)
    human = run.job["HumanTaskConfig"]
    return page(
        200, "task", title=human["TaskTitle"], description=human["TaskDescription"], id=task.object["id"],
        until=task.until, path=f"{PORTAL}/jobs/{_path(run)}",
    )  # fmt: skip


def _task_page(run: Run, session: Session, object_id: str) -> Reply:
    task = run.board.accept(session.worker)
    if task is None or task.object["id"] != object_id:
        return Reply(409, "The time for this task is over. Take the next one.")
    try:
        shown = run.page(task.object["input"])
    except TemplateError as error:
        return Reply(500, f"The worker page cannot be shown: {error}", {"content-type": "text/plain; charset=utf-8"})
    # The customer's page is kept apart from the portal, as on AWS: it can send an answer and nothing else.
    headers = {"content-security-policy": "sandbox allow-scripts allow-forms allow-modals"}
    return Reply(200, shown.replace(_SCRIPT, f"{PORTAL}/crowd-html-elements.js"), headers)


def _submit(run: Run, session: Session, object_id: str, body: bytes) -> Reply:
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        return Reply(400, "The answer is not a JSON object.")
    try:
        run.board.submit(session.worker, object_id, content)
    except TaskGoneError as error:
        return Reply(409, str(error))
    return Reply(204)


def _jobs(session: Session) -> Reply:
    jobs = [
        {"title": human["TaskTitle"], "description": human["TaskDescription"], "path": _path(run),
         "tasks": run.board.waiting(session.worker)}
        for run in _runs(session)
        for human in [run.job["HumanTaskConfig"]]
    ]  # fmt: skip
    return page(200, "jobs", name=session.person.name, jobs=[job for job in jobs if job["tasks"]])


def _run(scope: str, job: str, session: Session) -> Run | None:
    return next((run for run in _runs(session) if _path(run) == f"{scope}/{job}"), None)


def _runs(session: Session) -> list[Run]:
    return [run for run in operations.running() if run.job["HumanTaskConfig"]["WorkteamArn"] == session.team]


def _path(run: Run) -> str:
    return f"{run.call.store.scope}/{statuses.key(run.name)}"
