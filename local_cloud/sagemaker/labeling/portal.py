"""The worker portal: people sign in as members of a team, take tasks and submit answers. Loopback needs no password."""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qs

import jinja2

from local_cloud.clients import WORKER_PORTAL as PORTAL
from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.labeling import cognito, operations, workteams
from local_cloud.sagemaker.labeling.board import TaskGoneError, Worker
from local_cloud.sagemaker.labeling.cognito import Person
from local_cloud.sagemaker.labeling.run import Run
from local_cloud.sagemaker.labeling.simulated import worker_id
from local_cloud.sagemaker.labeling.templates import PAGES, TemplateError

_SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"
_COOKIE = "worker"
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


class Portal:
    """All that people see; `calls` gives the accounts and regions there are."""

    def __init__(self, calls: Callable[[], list[Call]]) -> None:
        self._calls = calls
        self._sessions: dict[str, Session] = {}

    def answer(self, method: str, path: str, cookie: str, body: bytes) -> Reply:
        """Answer a request below the portal's path."""
        below, session = path.removeprefix(PORTAL).rstrip("/"), self._session(cookie)
        if below == "/crowd-html-elements.js":
            return Reply(200, elements(), {"content-type": "text/javascript; charset=utf-8"})
        if (method, below) == ("POST", "/sign-in"):
            return self._sign_in(parse_qs(body.decode()).get("person", [""])[0])
        if session is None:
            return _page(200 if below == "" else 401, "sign_in", people=self._people(), message="")
        return self._signed_in(method, below, session, body)

    def _signed_in(self, method: str, below: str, session: Session, body: bytes) -> Reply:
        if (method, below) == ("POST", "/sign-out"):
            self._sessions = {token: each for token, each in self._sessions.items() if each is not session}
            return _to(PORTAL)
        if below == "":
            return _jobs(session)
        match = _JOB.fullmatch(below)
        run = _run(match["scope"], match["job"], session) if match else None
        if match is None or run is None:
            return _to(PORTAL) if method == "GET" else Reply(409, "The job has ended.")
        return _job(method, match["rest"] or "", run, session, body)

    def _session(self, cookie: str) -> Session | None:
        found = re.search(rf"(?:^|;\s*){_COOKIE}=([\w-]+)", cookie)
        return self._sessions.get(found[1]) if found else None

    def _members(self) -> dict[str, tuple[str, Person, Call]]:
        """Return who can sign in: team and person by what the form says of them."""
        return {
            f"{team['WorkteamArn']} {person.sub}": (team["WorkteamArn"], person, call)
            for call in self._calls()
            for team in call.store.list(workteams.KIND)
            for person in cognito.people(team["MemberDefinitions"], call)
        }

    def _people(self) -> list[tuple[str, list[tuple[str, str]]]]:
        teams: dict[str, list[tuple[str, str]]] = {}
        for value, (team, person, _) in self._members().items():
            teams.setdefault(team.rpartition("/")[2], []).append((value, person.name))
        return list(teams.items())

    def _sign_in(self, value: str) -> Reply:
        found = self._members().get(value)
        if found is None:
            return _page(403, "sign_in", people=self._people(), message="They are no member of a team any more.")
        team, person, call = found
        issuer = f"https://cognito-idp.{call.store.region}.amazonaws.com/{person.pool}"
        identity = {"identityProviderType": "Cognito", "issuer": issuer, "sub": person.sub}
        token = secrets.token_urlsafe()
        self._sessions[token] = Session(team, person, Worker(worker_id(issuer, person.sub, call), identity))
        # Strict, so that no other page in the same browser can act as the worker.
        cookie = f"{_COOKIE}={token}; Path={PORTAL}; HttpOnly; SameSite=Strict"
        return Reply(303, "", {"location": PORTAL, "set-cookie": cookie})


@cache
def elements() -> str:
    """Return the script with the crowd elements."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((PAGES / "crowd").glob("*.js")))


def _job(method: str, rest: str, run: Run, session: Session, body: bytes) -> Reply:
    if (method, rest) == ("POST", "/release"):
        run.board.release(session.worker)
        return _to(PORTAL)
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
        return _to(PORTAL)
    human = run.job["HumanTaskConfig"]
    return _page(
        200, "task", title=human["TaskTitle"], description=human["TaskDescription"], id=task.object["id"],
        until=task.until, path=f"{PORTAL}/jobs/{_path(run)}",
    )  # fmt: skip


def _task_page(run: Run, session: Session, object_id: str) -> Reply:
    task = run.board.accept(session.worker)
    if task is None or task.object["id"] != object_id:
        return Reply(409, "The time for this task is over. Take the next one.")
    try:
        page = run.page(task.object["input"])
    except TemplateError as error:
        return Reply(500, f"The worker page cannot be shown: {error}", {"content-type": "text/plain; charset=utf-8"})
    # The customer's page is kept apart from the portal, as on AWS: it can send an answer and nothing else.
    headers = {"content-security-policy": "sandbox allow-scripts allow-forms allow-modals"}
    return Reply(200, page.replace(_SCRIPT, f"{PORTAL}/crowd-html-elements.js"), headers)


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
    runs = [run for run in operations.running() if run.job["HumanTaskConfig"]["WorkteamArn"] == session.team]
    jobs = [
        {"title": human["TaskTitle"], "description": human["TaskDescription"], "path": _path(run),
         "tasks": run.board.waiting(session.worker)}
        for run in runs
        for human in [run.job["HumanTaskConfig"]]
    ]  # fmt: skip
    return _page(200, "jobs", name=session.person.name, jobs=[job for job in jobs if job["tasks"]])


def _run(scope: str, job: str, session: Session) -> Run | None:
    for run in operations.running():
        if _path(run) == f"{scope}/{job}" and run.job["HumanTaskConfig"]["WorkteamArn"] == session.team:
            return run
    return None


def _path(run: Run) -> str:
    return f"{run.call.store.scope}/{run.name.lower()}"


def _page(status: int, template: str, **content: object) -> Reply:
    return Reply(status, _PAGES.get_template(f"{template}.html.j2").render(prefix=PORTAL, **content))


def _to(path: str) -> Reply:
    return Reply(303, "", {"location": path})
