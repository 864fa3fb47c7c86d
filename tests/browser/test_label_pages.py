"""The page that workers see, and the report of a run, as their readers see and click them."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from config import worker_page
from label.answers import OBJECT, chosen
from label.publishing import _document
from label.state import Job, Run
from label.steps import Publish
from label.terms import Terms
from label.verify import Given, verify
from ops.label import worker_pages
from ops.label.report import Report
from tests.labelling import PAGE, TASK, label, use_case
from tests.unit.label_cloud_kit import NOW

# A red square.
IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8GsoKdiAAAAAElFTkSuQmCC"
)
HOSTILE = "<script>document.title='taken over'</script>.png"
AWS = "https://assets.crowd.aws/crowd-html-elements.js"


@pytest.fixture
def opened(browser: Any, problems: list[str]) -> Callable[[Path], Page]:
    """Return a function that opens a page where AWS's elements cannot be loaded."""

    def page_of(path: Path) -> Page:
        page: Page = browser.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
        page.on(
            "request",
            lambda request: None if request.url.startswith(("file:", "data:", AWS)) else problems.append(request.url),
        )
        page.goto(path.as_uri())
        return page

    return page_of


def shown(folder: Path, section: Any, *names: str) -> Path:
    objects = [worker_pages._shown(name, IMAGE, section.task.kind_of_objects) for name in names]
    return worker_pages.write(use_case(section), objects, folder)


@pytest.mark.parametrize("kind", ["image_classification", "bounding_box", "semantic_segmentation"])
def test_a_worker_sees_the_object_and_its_categories(
    kind: str, opened: Callable[[Path], Page], tmp_path: Path, problems: list[str]
) -> None:
    section = label(
        task=TASK | {"type": kind, "title": "Which {{ animal }} <is> it?", "categories": ["cat's", 'a "dog"']}
    )
    page = opened(shown(tmp_path, section, "a.png", HOSTILE))
    assert page.locator("h2").inner_text() == "Which {{ animal }} <is> it?"
    assert page.evaluate("document.querySelector('section img').naturalWidth") == 8
    assert page.locator("section button").all_inner_texts() == ["cat's", 'a "dog"']
    page.locator("#next").click()
    assert HOSTILE in page.locator("#preview").inner_text()
    assert page.title() != "taken over"
    page.locator("#previous").click()
    assert "a.png, 1 of 2" in page.locator("#preview").inner_text()
    assert problems == []


def test_an_answer_that_is_clicked_is_one_that_is_understood(opened: Callable[[Path], Page], tmp_path: Path) -> None:
    page = opened(shown(tmp_path, label(), "a.png"))
    page.locator("section button", has_text="dog").click()
    page.locator("#submit").click()
    assert chosen(json.loads(page.locator("#answer").inner_text()), ["cat", "dog"]) == "dog"


def test_a_large_image_fits_in_the_window(opened: Callable[[Path], Page], tmp_path: Path) -> None:
    large = io.BytesIO()
    Image.new("1", (4000, 20)).save(large, "PNG")
    image = worker_pages._shown("a.png", large.getvalue(), "image")
    page = opened(worker_pages.write(use_case(label()), [image], tmp_path))
    assert page.evaluate("document.querySelector('section img').naturalWidth") == 4000
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_texts_are_shown_as_they_are(opened: Callable[[Path], Page], tmp_path: Path, problems: list[str]) -> None:
    section = label(task=TASK | {"type": "text_classification"})
    text = worker_pages.Shown("a.txt", "<b>bold</b> & {{ braces }}")
    page = opened(worker_pages.write(use_case(section), [text], tmp_path))
    assert page.locator("blockquote").inner_text() == text.source
    assert problems == []


def test_a_page_of_ones_own_can_be_clicked_through(
    opened: Callable[[Path], Page], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
    <crowd-form><img src="{{ task.input.taskObject | grant_read_access }}">
    {% for one in task.input.labels %}<label><input type="radio" name="animal" value="{{ one }}">{{ one }}</label>
    {% endfor %}</crowd-form>"""
    monkeypatch.setattr("ops.label.worker_pages.worker_page", lambda *_: template)
    page = opened(shown(tmp_path, label(task=PAGE), "a.png"))
    page.get_by_label("cat").check()
    page.locator("#submit").click()
    assert chosen(json.loads(page.locator("#answer").inner_text()), ["cat", "dog"]) == "cat"
    assert worker_page.worker_page(use_case(), label().task)


TERMS = Terms(
    backend="ground_truth", task="image_classification", objects="image", attribute="label",
    categories=("cat", "dog", "cow"), how="majority", attempts=1, minimum_confidence=0.6, minimum_agreement=0.667,
    usd_per_object=0.1, machine="m",
)  # fmt: skip


def document(said: dict[str, list[str]]) -> dict[str, Any]:
    """What the function writes of a job in which workers said this."""
    lines, requests = [], []
    for number, (name, answers) in enumerate(said.items()):
        identity = {"name": name, "version": "1", "attempt": 1}
        lines.append({"source-ref": f"s3://b/{name}", OBJECT: identity, "label": 0, "label-metadata": {}})
        annotations = [
            {"workerId": f"w{who}", "annotationData": {"content": json.dumps({"answer": {"label": one}})}}
            for who, one in enumerate(answers)
        ]
        requests.append({"datasetObjectId": str(number), "annotations": annotations})
    run = Run("flight_delays", 1, "0a1b2c3d", len(said), 0.3, "a test", NOW)
    verified = verify(Given(lines, lines, requests, dict.fromkeys(said, "1")), TERMS)
    step = Publish(run, Job("job", "Completed"), "labelled")
    found: dict[str, Any] = json.loads(json.dumps(_document(step, verified, TERMS)))
    return found


def report(tmp_path: Path, said: dict[str, list[str]]) -> Path:
    path = tmp_path / "below" / "page.html"
    Report("dev-flight-delays", "Which animal?", document(said)).write(path)
    return path


def table(page: Page, name: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("\t")] for row in page.locator(f"#{name} tr").all_inner_texts()]


def test_the_report_says_whether_labels_can_be_trained_on(
    show: Callable[[Path], Page], tmp_path: Path, problems: list[str]
) -> None:
    said = {f"{n}.png": ["cat"] * 3 for n in range(6)} | {f"d{n}.png": ["dog", "dog", "dog"] for n in range(5)}
    page = show(report(tmp_path, said))
    cards = page.locator(".card b").all_inner_texts()
    assert cards == ["11", "0", "0", "1.000", "1.10"]
    assert page.locator(".card b.good").inner_text() == "1.000"
    assert page.locator("#verdict").inner_text() == "Workers agree reliably. Hardly any object is cow."
    assert [row[:2] for row in table(page, "balance")] == [["cat", "6"], ["dog", "5"], ["cow", "0"]]
    widths = [bar.bounding_box() for bar in page.locator("#balance .bar").all()[:2]]
    assert widths[0] and widths[1] and widths[0]["width"] > widths[1]["width"] > 50
    assert table(page, "workers")[1] == ["w0", "11", "100 %"]
    assert page.locator("#without").count() == 0
    assert problems == []


def test_doubtful_labels_are_marked_and_their_objects_named(
    show: Callable[[Path], Page], tmp_path: Path, problems: list[str]
) -> None:
    page = show(report(tmp_path, {HOSTILE: ["cat", "dog", "cow"], "b.png": ["cat", "cat", "dog"]}))
    assert page.locator(".card b.bad").all_inner_texts()[0] == "1"
    assert page.locator("#verdict").inner_text().startswith("Workers hardly agree: make instructions")
    [_, row] = table(page, "without")
    assert row == [HOSTILE, "unclear", "its label is 0.33 sure; wanted are 0.60"]
    assert page.title() != "taken over"
    assert problems == []


def test_a_report_of_imported_labels_does_not_claim_agreement(show: Callable[[Path], Page], tmp_path: Path) -> None:
    imported = document({"a.png": ["cat"]}) | {"imports": "0" * 64}
    imported["figures"]["agreement"] = None
    path = tmp_path / "page.html"
    Report("dev-flight-delays", "Which animal?", imported).write(path)
    page = show(path)
    assert "who agreed with whom is not known" in page.locator("#verdict").inner_text()
    assert "unknown" in page.locator(".card b").all_inner_texts()
    assert page.locator("p.lead").last.inner_text().startswith("Written")
