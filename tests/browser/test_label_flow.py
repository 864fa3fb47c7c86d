"""People label a digit on the worker page of the deployed job; the run's report is opened as the command wrote it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from local_cloud import clients
from tests.local.label_flow_kit import TEAM, USE_CASE, Labelling
from tests.local.release_kit import deployed, repository

pytestmark = pytest.mark.flow

PEOPLE = ("ana@example.com", "ben@example.com", "eve@example.com")


@pytest.fixture(scope="module")
def labelling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labelling]:
    with deployed(tmp_path_factory, "people", USE_CASE) as platform:
        made = Labelling(platform, repository(tmp_path_factory), tmp_path_factory.mktemp("digits"))
        parameter = made.client("ssm").get_parameter(Name="/ml-loop/workforces/local/user-pool")["Parameter"]
        cognito = made.client("cognito-idp")
        for name in PEOPLE:
            cognito.admin_create_user(UserPoolId=parameter["Value"], Username=name, MessageAction="SUPPRESS")
            cognito.admin_add_user_to_group(UserPoolId=parameter["Value"], Username=name, GroupName=TEAM)
        yield made


@pytest.fixture
def portal(browser: Browser, labelling: Labelling, problems: list[str]) -> Iterator[Page]:
    """The workers' portal, in a browser that reaches nothing but the local cloud."""
    here = clients.endpoint_url(labelling.platform.cloud.port)
    opened = browser.new_page()
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("request", lambda request: None if request.url.startswith(here) else problems.append(request.url))
    opened.goto(f"{here}/_local_cloud/worker")
    yield opened
    opened.close()


def test_three_people_label_a_digit_and_the_report_tells_of_it(
    labelling: Labelling, portal: Page, show: Callable[[Path], Page], tmp_path: Path, problems: list[str]
) -> None:
    labelling.bring("0007.png")
    labelling.ops("label", "start", "local", USE_CASE)
    for name, said in zip(PEOPLE, ("7", "7", "1"), strict=True):
        portal.reload()
        form = portal.locator("form").filter(has_text=f"Sign in as {name}")
        expect(form).to_be_visible(timeout=20_000)
        form.get_by_role("button").click()
        portal.get_by_role("link", name="Start working").click()
        expect(portal.get_by_role("heading", name="Which digit is it?")).to_be_visible()
        task = portal.frame_locator("#task")
        expect(task.locator("img").first).to_have_js_property("naturalWidth", 128)
        task.get_by_label(said, exact=True).check()
        task.get_by_role("button", name="Submit").click()
        expect(portal.locator("#none")).to_be_visible()
        portal.get_by_role("button", name="Sign out").click()
    run = labelling.over(1)
    assert labelling.labels() == {"0007.png": "7"} == {"0007.png": labelling.truth["0007.png"]}

    path = tmp_path / "page.html"
    labelling.ops("label", "status", "local", USE_CASE, run["run"], "--page", str(path))
    page = show(path)
    assert page.locator(".card b").first.inner_text() == "1"
    assert "of 3 answers" in page.locator(".cards").inner_text()
    assert "7\t1" in page.locator("#balance").inner_text()
    assert page.locator("#workers tr").count() == 1 + len(PEOPLE)
    assert problems == []
