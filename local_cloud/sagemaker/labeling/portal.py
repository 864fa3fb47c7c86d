"""The worker portal: people sign in as members of a team, take tasks and submit answers. Loopback needs no password."""

import re
import secrets
from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qs

from local_cloud.clients import WORKER_PORTAL as PORTAL
from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.labeling import cognito, portal_work, workteams
from local_cloud.sagemaker.labeling.board import Worker
from local_cloud.sagemaker.labeling.cognito import Person
from local_cloud.sagemaker.labeling.portal_work import Reply, Session, page, to
from local_cloud.sagemaker.labeling.simulated import worker_id
from local_cloud.sagemaker.labeling.templates import PAGES

_COOKIE = "worker"


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
            return page(200 if below == "" else 401, "sign_in", people=self._people(), message="")
        if (method, below) == ("POST", "/sign-out"):
            self._sessions = {token: each for token, each in self._sessions.items() if each is not session}
            return to(PORTAL)
        return portal_work.answer(method, below, session, body)

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
            return page(403, "sign_in", people=self._people(), message="They are no member of a team any more.")
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
