"""The worker portal of the local cloud: people sign in, click through the tasks of a job, and submit."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageColor
from playwright.sync_api import Browser, FrameLocator, Page, expect

from local_cloud import clients
from tests.local.conftest import running
from tests.local.labeling_kit import BUCKET, LabelingKit

HOSTILE = "<img src=x onerror=\"parent.document.title='taken over'\">"
IMAGE_PAGE = """
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <{element} name="tool" {choices}="{{{{ task.input.labels | to_json | escape }}}}" header="Where?"
    src="{{{{ task.input.taskObject | grant_read_access }}}}">
    <full-instructions header="How">Look closely.</full-instructions>
    <short-instructions>Look.</short-instructions>
  </{element}>
</crowd-form>
"""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelingKit]:
    with running(tmp_path_factory.mktemp("portal")) as cloud:
        yield LabelingKit(cloud.client, cloud.port)


@pytest.fixture
def page(browser: Browser, kit: LabelingKit, problems: list[str]) -> Iterator[Page]:
    """A page that reaches nothing but the local cloud."""
    here = clients.endpoint_url(kit.port)
    opened = browser.new_page()
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("request", lambda request: None if request.url.startswith(here) else problems.append(request.url))
    opened.goto(f"{here}/_local_cloud/worker")
    yield opened
    opened.close()
    assert problems == []


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(content, "PNG")
    return content.getvalue()


def begin(page: Page, team: str, name: str) -> FrameLocator:
    """Sign in and take the only job's first task."""
    form = page.locator("form", has=page.locator(f"input[value^='{team} ']")).filter(has_text=f"Sign in as {name}")
    form.get_by_role("button").click()
    page.get_by_role("link", name="Start working").click()
    return page.frame_locator("#task")


def test_people_click_through_a_job(page: Page, kit: LabelingKit) -> None:
    team = kit.team("clicking")
    objects = [{"source": "meow"}, {"source": HOSTILE}]
    request = kit.request("clicked", team, objects, NumberOfHumanWorkersPerDataObject=2)
    kit.sagemaker.create_labeling_job(**request)
    for name in ("ana", "ben"):
        page.reload()
        task = begin(page, team, name)
        expect(page.get_by_role("heading", name="Which animal?")).to_be_visible()
        expect(task.get_by_text("meow")).to_be_visible()
        task.get_by_role("button", name="Submit").click()
        expect(task.get_by_text("Choose a category.")).to_be_visible()
        task.get_by_label("cat").check()
        task.get_by_role("button", name="Submit").click()
        expect(task.locator(".target")).to_have_text(HOSTILE)
        task.get_by_label("owl" if name == "ana" else "dog").check()
        task.get_by_role("button", name="Submit").click()
        expect(page.locator("#none")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
    job = kit.ended("clicked")
    lines = kit.lines(job["LabelingJobOutput"]["OutputDatasetS3Uri"])
    assert lines[0]["species-metadata"]["class-name"] == "cat"
    assert lines[1]["species-metadata"]["class-name"] in {"dog", "owl"}
    (response,) = kit.keys("out/clicked/annotations/worker-response/iteration-1/0/")
    answers = json.loads(kit.read(f"s3://{BUCKET}/{response}"))["answers"]
    subs = {answer["workerMetadata"]["identityData"]["sub"] for answer in answers}
    users = kit.cognito.list_users(UserPoolId=kit.pool)["Users"]
    known = {item["Value"] for user in users for item in user["Attributes"] if item["Name"] == "sub"}
    assert len(subs) == 2
    assert subs <= known


def drawn(page: Page, kit: LabelingKit, element: str, choices: str, task: str, attribute: str) -> dict[str, Any]:
    """Let somebody draw from (40, 20) to (140, 120) with the second label; return the labeled line."""
    name = f"drawn-{task.lower()}"
    team, reference = kit.team(name), kit.put(f"{name}.png", picture())
    template = IMAGE_PAGE.format(element=element, choices=choices)
    request = kit.request(name, team, [{"source-ref": reference}], task, template, NumberOfHumanWorkersPerDataObject=1)
    kit.sagemaker.create_labeling_job(**{**request, "LabelAttributeName": attribute})
    page.reload()
    frame = begin(page, team, "eve")
    frame.get_by_role("button", name="dog").click()
    image = frame.locator(".stage img")
    expect(image).to_have_js_property("naturalWidth", 400)
    place = image.bounding_box()
    assert place
    scale = place["width"] / 400
    page.mouse.move(place["x"] + 40 * scale, place["y"] + 20 * scale)
    page.mouse.down()
    page.mouse.move(place["x"] + 140 * scale, place["y"] + 120 * scale)
    expect(frame.locator(".stage .box, .stage canvas")).to_be_visible()  # before it is finished
    page.mouse.up()
    frame.get_by_role("button", name="Submit").click()
    job = kit.ended(name)
    assert job["LabelingJobStatus"] == "Completed", job.get("FailureReason")
    return kit.lines(job["LabelingJobOutput"]["OutputDatasetS3Uri"])[0]


def test_somebody_draws_a_box(page: Page, kit: LabelingKit) -> None:
    line = drawn(page, kit, "crowd-bounding-box", "labels", "BoundingBox", "species")
    (box,) = line["species"]["annotations"]
    assert box.pop("class_id") == 1
    # A mouse stands on whole pixels of the screen, the picture need not.
    assert box == pytest.approx({"left": 40, "top": 20, "width": 100, "height": 100}, abs=1)
    assert line["species"]["image_size"] == [{"width": 400, "height": 200, "depth": 3}]
    assert line["species-metadata"]["objects"] == [{"confidence": 0.0}]
    assert line["species-metadata"]["class-map"] == {"1": "dog"}


def test_somebody_paints_a_mask(page: Page, kit: LabelingKit) -> None:
    line = drawn(page, kit, "crowd-semantic-segmentation", "labels", "SemanticSegmentation", "species-ref")
    with Image.open(io.BytesIO(kit.read(line["species-ref"]))) as mask:
        assert mask.size == (400, 200)
        painted = line["species-ref-metadata"]["internal-color-map"]["2"]
        assert painted["class-name"] == "dog"
        colors = mask.convert("RGB")
        assert colors.getpixel((140, 120)) == ImageColor.getrgb(painted["hex-color"])
        assert colors.getpixel((300, 50)) == (255, 255, 255)


def test_somebody_marks_entities(page: Page, kit: LabelingKit) -> None:
    team = kit.team("marking")
    objects = [{"source": "\N{CAT FACE} the cat sat"}]
    request = kit.request("marked", team, objects, "NamedEntityRecognition", NumberOfHumanWorkersPerDataObject=1)
    own = "arn:aws:sagemaker:ap-northeast-1:394669845002:human-task-ui/NamedEntityRecognition"
    request["HumanTaskConfig"]["UiConfig"] = {"HumanTaskUiArn": own}
    kit.sagemaker.create_labeling_job(**request)
    page.reload()
    frame = begin(page, team, "ana")
    frame.locator(".text").evaluate(
        """text => {
          const at = text.textContent.indexOf("cat"), range = document.createRange();
          range.setStart(text.firstChild, at);
          range.setEnd(text.firstChild, at + 3);
          window.getSelection().addRange(range);
          text.dispatchEvent(new MouseEvent("mouseup"));
        }"""
    )
    expect(frame.locator("mark")).to_have_text("cat")
    frame.get_by_role("button", name="Submit").click()
    line = kit.lines(kit.ended("marked")["LabelingJobOutput"]["OutputDatasetS3Uri"])[0]
    assert line["species"]["annotations"]["entities"] == [{"label": "cat", "startOffset": 6, "endOffset": 9}]
    assert line["species-metadata"]["entities"] == [{"confidence": 0.0}]


def test_a_returned_task_is_somebody_elses(page: Page, kit: LabelingKit) -> None:
    team = kit.team("returning")
    request = kit.request("returned", team, [{"source": "one"}], NumberOfHumanWorkersPerDataObject=1)
    kit.sagemaker.create_labeling_job(**request)
    page.reload()
    begin(page, team, "ana")
    page.get_by_role("button", name="Return the task and stop").click()
    page.get_by_role("button", name="Sign out").click()
    frame = begin(page, team, "ben")
    frame.get_by_label("dog").check()
    frame.get_by_role("button", name="Submit").click()
    assert kit.ended("returned")["LabelCounters"]["HumanLabeled"] == 1


def test_a_phone_shows_the_portal(page: Page, kit: LabelingKit) -> None:
    def fits() -> bool:
        return all(
            frame.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            for frame in page.frames
        )

    page.set_viewport_size({"width": 390, "height": 800})
    team = kit.team("phoning")
    kit.sagemaker.create_labeling_job(**kit.request("phoned", team, [{"source": "a long text " * 50}]))
    page.reload()
    assert fits()
    expect(begin(page, team, "ana").get_by_role("button", name="Submit")).to_be_visible()
    assert fits()
    page.get_by_role("button", name="Return the task and stop").click()
    expect(page.locator("#jobs")).to_be_visible()
    assert fits()
