"""The worker portal over HTTP: who is let in, and what it does with answers that are none."""

import http.client
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.local.endpoints_kit import until
from tests.local.labeling_kit import LabelingKit

PORTAL = "/_local_cloud/worker"


@pytest.fixture(scope="module")
def kit(start_cloud: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    with start_cloud(tmp_path_factory.mktemp("labeling-portal")) as cloud:
        yield LabelingKit(cloud.client, cloud.port)


class Visitor:
    """Somebody with a browser that keeps one cookie."""

    def __init__(self, port: int) -> None:
        self.port, self.cookie = port, ""
        self.headers: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str = "", host: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"cookie": self.cookie, "host": host or f"127.0.0.1:{self.port}"}
        connection.request(method, PORTAL + path, body, headers)
        answer = connection.getresponse()
        self.headers = dict(answer.getheaders())
        if "set-cookie" in self.headers:
            self.cookie = self.headers["set-cookie"].partition(";")[0]
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def sign_in(self, kit: LabelingKit, team: str, name: str) -> None:
        person = kit.cognito.admin_get_user(UserPoolId=kit.pool, Username=name)["UserAttributes"]
        sub = next(item["Value"] for item in person if item["Name"] == "sub")
        assert self.ask("POST", "/sign-in", urlencode({"person": f"{team} {sub}"}))[0] == 303


def waiting(kit: LabelingKit, name: str, workers: int = 1) -> tuple[str, str]:
    """Start a job of one object that waits for people; return its team and where it is."""
    team = kit.team(name)
    request = kit.request(name, team, [{"source": "x"}], NumberOfHumanWorkersPerDataObject=workers)
    kit.sagemaker.create_labeling_job(**request)
    until(lambda: kit.describe(name)["LabelingJobStatus"] == "InProgress", 20)
    return team, f"/jobs/000000000000/ap-northeast-1/{name}"


def test_only_members_get_in_and_only_under_the_machines_own_name(kit: LabelingKit) -> None:
    team, path = waiting(kit, "closed")
    visitor = Visitor(kit.port)
    assert visitor.ask("GET", "", host="labels.example.com")[0] == 403
    assert visitor.ask("GET", path)[0] == 401
    assert visitor.ask("POST", f"{path}/tasks/0", "{}")[0] == 401
    assert visitor.ask("POST", "/sign-in", urlencode({"person": f"{team} stranger"}))[0] == 403
    visitor.sign_in(kit, team, "ana")
    assert re.search("HttpOnly; SameSite=Strict", visitor.headers["set-cookie"])
    status, page = visitor.ask("GET", path)
    assert (status, "Which animal?" in page) == (200, True)
    kit.cognito.admin_remove_user_from_group(UserPoolId=kit.pool, Username="eve", GroupName="labelers")
    with pytest.raises(AssertionError):
        Visitor(kit.port).sign_in(kit, team, "eve")
    kit.cognito.admin_add_user_to_group(UserPoolId=kit.pool, Username="eve", GroupName="labelers")


def test_a_team_sees_its_own_jobs_alone(kit: LabelingKit) -> None:
    _, path = waiting(kit, "theirs")
    visitor = Visitor(kit.port)
    visitor.sign_in(kit, kit.team("others"), "ana")
    assert "There are no tasks for you now" in visitor.ask("GET", "")[1]
    assert visitor.ask("GET", path)[0] == 303
    assert visitor.ask("POST", f"{path}/tasks/0", "{}")[0] == 409


def test_an_answer_that_is_none_is_refused_and_a_page_is_kept_apart(kit: LabelingKit) -> None:
    team, path = waiting(kit, "strict", workers=2)
    ana, ben = Visitor(kit.port), Visitor(kit.port)
    ana.sign_in(kit, team, "ana")
    ben.sign_in(kit, team, "ben")
    answer = json.dumps({"crowd-classifier": {"label": "owl"}})
    assert ana.ask("POST", f"{path}/tasks/0", answer)[0] == 409  # not taken yet
    assert ana.ask("GET", path)[0] == 200
    status, page = ana.ask("GET", f"{path}/tasks/0/page")
    assert status == 200
    assert "assets.crowd.aws" not in page
    assert ana.headers["content-security-policy"] == "sandbox allow-scripts allow-forms allow-modals"
    assert ana.ask("POST", f"{path}/tasks/0", "[]")[0] == 400
    assert ana.ask("POST", f"{path}/tasks/0", "{")[0] == 400
    assert ana.ask("POST", f"{path}/tasks/0", answer)[0] == 204
    assert ana.ask("POST", f"{path}/tasks/0", answer)[0] == 409
    assert ben.ask("GET", path)[0] == 200
    assert ben.ask("POST", f"{path}/tasks/0", answer)[0] == 204
    assert kit.ended("strict")["LabelCounters"]["HumanLabeled"] == 1
    assert ben.ask("POST", f"{path}/tasks/0", answer) == (409, "The job has ended.")
