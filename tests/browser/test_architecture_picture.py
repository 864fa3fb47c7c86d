"""The picture of the architecture as a reader of the README sees it: on a page, on a phone, in light and in dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.image import imread
from playwright.sync_api import Browser, Page

from config.loading import ROOT

IMAGES = ROOT / "docs" / "images"
PICTURES = sorted(path.name for path in IMAGES.glob("architecture-*.svg"))
BODY = "<body style='margin: 0'><picture>"
# Texts as they are drawn with the fonts of this machine: each with the rectangle of its box, or none.
TEXTS = """() => [...document.querySelectorAll('text')].map(text => {
  const place = element => { const r = element.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  const box = text.closest('.box');
  return {words: text.textContent, at: place(text), box: box && place(box.querySelector('rect'))};
})"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


@pytest.mark.parametrize("name", PICTURES)
def test_texts_stay_in_their_boxes_and_apart(page: Page, name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((IMAGES / name).as_uri())
    texts: list[dict[str, Any]] = page.evaluate(TEXTS)
    assert len(texts) > 50
    for number, one in enumerate(texts):
        left, top, right, bottom = one["at"]
        if one["box"]:
            x1, _, x2, y2 = one["box"]
            assert x1 <= left and right <= x2 and bottom <= y2 + 1, one["words"]
        for other in texts[number + 1 :]:
            x1, y1, x2, y2 = other["at"]
            # Rectangles of glyphs include the room above and below them: lines of a box may touch.
            apart = right <= x1 or x2 <= left or bottom - 3 <= y1 or y2 - 3 <= top
            assert apart, (one["words"], other["words"])
    assert asked == [(IMAGES / name).as_uri()]


def shown(page: Page, tmp_path: Path) -> None:
    """Show what the README has in place of the picture."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    element = readme[readme.index("<picture>") : readme.index("</picture>")]
    folder = tmp_path / "docs"
    folder.mkdir(exist_ok=True)
    (folder / "images").symlink_to(IMAGES)
    file = tmp_path / "page.html"
    file.write_text(element.replace("<img", "<img style='max-width: 100%'").replace("<picture>", BODY))
    page.goto(file.as_uri())


@pytest.mark.parametrize(("width", "name"), [(830, "architecture-dev.svg"), (390, "architecture-dev-narrow.svg")])
def test_the_readme_shows_the_one_that_fits(page: Page, tmp_path: Path, width: int, name: str) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    shown(page, tmp_path)
    source, wide = page.evaluate("() => { const i = document.querySelector('img'); return [i.currentSrc, i.width]; }")
    assert source.endswith(f"/{name}")
    assert 0.9 * width < wide <= width


@pytest.mark.parametrize(("scheme", "ground"), [("light", (255, 255, 255)), ("dark", (18, 24, 30))])
def test_it_is_dark_where_the_reader_wants_it_dark(
    page: Page, tmp_path: Path, scheme: Any, ground: tuple[int, ...]
) -> None:
    page.emulate_media(color_scheme=scheme)
    shown(page, tmp_path)
    page.screenshot(path=tmp_path / "shown.png", clip={"x": 20, "y": 2, "width": 1, "height": 1})
    red, green, blue = imread(tmp_path / "shown.png")[0, 0][:3]
    assert tuple(round(float(part) * 255) for part in (red, green, blue)) == ground
