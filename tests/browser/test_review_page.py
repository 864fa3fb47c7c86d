"""The page of a review, as its reader sees it: what is dangerous, a picture of what changed, and nothing that runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from ops.review.gates import judged
from ops.review.model import Action, Class, Cost, PropertyChange, Review, Severity, Updates
from ops.review.reports.html import render
from tests.browser.colours_kit import contrast
from tests.unit.review_kit import change, found, hostile, judge, review, rules, waiver

REFERS = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
STACKS = ("network", "security", "data", "control", "serving", "dashboard")


def serving(logical_id: str, kind: str, action: Action, because: str = "", *findings: Any) -> Any:
    properties = (PropertyChange("Properties.Name", REFERS, REFERS, Updates.REPLACE, because),)
    return change(
        *findings,
        where="dev prod",
        stack="dev-serving",
        logical_id=logical_id,
        path="",
        type=f"AWS::SageMaker::{kind}",
        action=action,
        properties=properties,
    )


def written() -> Review:
    diff = "--- prepare.py\n+++ prepare.py\n@@ -1,2 +1,2 @@\n import pandas\n-x = 1\n+x = 2\n"
    changes = (
        change(found(text="The bucket is replaced: its objects go."), where="prod"),
        serving("Model1", "Model", Action.REPLACE),
        serving("Config", "EndpointConfig", Action.REPLACE, "Model1 (replace)"),
        serving(
            "Endpoint",
            "Endpoint",
            Action.UPDATE,
            "Model1 (replace) -> Config",
            found(Class.INTERRUPTION, Severity.MEDIUM, "Its instances are made anew."),
        ),
        change(
            found(Class.PIPELINE, Severity.LOW, "prepare.py has changed", detail=diff),
            where="dev prod",
            stack="dev-control",
            logical_id="Function1",
            path="",
            type="AWS::Lambda::Function",
            action=Action.UPDATE,
        ),
        *(
            change(found(Class.METADATA, Severity.INFO, "A tag"), where="prod", logical_id=f"Key{number}", path="")
            for number in range(3)
        ),
    )
    templates = {f"{name}-{stack}": f"{name}{stack}.template.json" for name in ("dev", "prod") for stack in STACKS}
    cost = Cost(400.0, 485.81, ("AWS::Glue::Job: hours",), (("prod", 388.0, 473.81),))
    head = {"dev": rules(in_earnest=False), "prod": rules(waivers=[waiver(change="prod-data/Other").model_dump()])}
    base = {name: rules(in_earnest=name == "prod") for name in ("dev", "prod")}
    return judged(review(*changes, cost=cost, templates=templates, remarks=("Custom::X",)), judge(head, base))


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("review") / "review.html"
    path.write_text(render(written(), "Review of a branch"), encoding="utf-8")
    return path


def boxes(page: Page) -> dict[str, Any]:
    """Where each chip stands, by its name."""
    chips = page.locator("#picture a")
    names = chips.evaluate_all("all => all.map(one => one.querySelector('text').textContent)")
    return {name: chips.nth(place).bounding_box() for place, name in enumerate(names)}


def test_the_first_screen_says_what_is_dangerous_and_what_it_costs(
    show: Callable[[Path], Page], page_file: Path
) -> None:
    page = show(page_file)
    assert page.title() == "ML Loop: Review of a branch"
    assert page.locator("p.lead").inner_text().startswith("1 gate closed (prod), 8 changes.")
    cards = page.locator(".card b").all_inner_texts()
    assert cards[:4] == ["1", "8", "1", "+85.81 USD"]
    assert "new waiver of data loss for prod-data/Other" in page.locator("#first").inner_text()
    rows = [row.split("\t") for row in page.locator("#dangers tr").all_inner_texts()]
    assert rows[:3] == [["", "prod", "dev"], ["data loss", "1 block", ""], ["interruption", "1 medium", "1 medium"]]
    assert page.locator("#pipelines").inner_text() == "dev-control/Function1 (dev, prod): prepare.py has changed"
    gates = page.locator("#gates tr").all_inner_texts()
    assert gates[1].split("\t")[:3] == ["prod", "data loss", "closed"]
    assert page.locator("#prices").inner_text() == "prod\t388.00 → 473.81 USD a month (+85.81, +22.1 %)"


def test_the_picture_has_stacks_in_their_order_and_arrows_from_what_is_replaced(
    show: Callable[[Path], Page], page_file: Path
) -> None:
    page = show(page_file)
    titles = page.locator("#picture .title").all_text_contents()
    assert titles == ["data", "control", "serving"]
    notes = page.locator("#picture svg.all > svg > text.soft, #picture svg.all > text.soft").all_text_contents()
    assert "nothing changes in network, security" in notes
    assert "nothing changes in dashboard" in notes
    assert "3 changes of tags and metadata alone" in notes
    at = boxes(page)
    assert set(at) == {"Raw", "Model1", "Config", "Endpoint", "Function1"}
    assert at["Raw"]["y"] < at["Function1"]["y"] < at["Model1"]["y"]
    assert at["Model1"]["y"] == at["Config"]["y"] == at["Endpoint"]["y"]
    ways = page.locator("#picture .arrow").evaluate_all(
        """all => all.map(one => [0, one.getTotalLength()].map(at => {
            const place = one.getPointAtLength(at).matrixTransform(one.getScreenCTM());
            return [place.x, place.y];
        }))"""
    )
    assert len(ways) == 2
    for (start, end), (cause, effect) in zip(sorted(ways), [("Model1", "Config"), ("Config", "Endpoint")], strict=True):
        assert start[0] == pytest.approx(at[cause]["x"] + at[cause]["width"], abs=4)
        assert end[0] == pytest.approx(at[effect]["x"], abs=4)
        assert at[effect]["y"] < end[1] < at[effect]["y"] + at[effect]["height"]


LONG = (
    "ChallengerAlarms/Latency",
    "ChampionAlarms/Latency",
    "AVeryLongOuterConstruct/AVeryLongInnerConstruct",
    "W" * 60,
)


def test_names_are_told_apart_and_leave_room_for_the_severity(show: Callable[[Path], Page], tmp_path: Path) -> None:
    kinds = ("AWS::CloudWatch::Alarm", "AWS::ApplicationAutoScaling::ScalableTarget")
    changes = [
        change(found(severity=Severity.MEDIUM), logical_id=f"A{number}", path=f"{path}/Resource", type=kind)
        for number, (path, kind) in enumerate((path, kind) for kind in kinds for path in LONG)
    ]
    file = tmp_path / "review.html"
    file.write_text(render(review(*changes)), encoding="utf-8")
    page = show(file)
    drawn = page.locator("#picture a > svg").evaluate_all(
        """all => all.map(chip => ({
            name: chip.querySelector('text').textContent,
            word: chip.querySelector('.word').getBoundingClientRect(),
            others: [...chip.querySelectorAll('svg')].map(one => {
                const [frame, text] = [one.getBoundingClientRect(), one.querySelector('text').getBoundingClientRect()];
                const place = one.getScreenCTM(), edge = place.e + one.width.baseVal.value * place.a;
                return {left: text.left, right: Math.min(text.right, edge), top: text.top, bottom: text.bottom};
            }),
        }))"""
    )
    assert len({chip["name"] for chip in drawn}) == len(LONG)
    for chip in drawn:
        for other in chip["others"]:
            apart = other["right"] <= chip["word"]["left"]
            assert apart or other["bottom"] <= chip["word"]["top"] + 3 or chip["word"]["bottom"] - 3 <= other["top"]


def test_nothing_in_the_picture_covers_anything_else(show: Callable[[Path], Page], page_file: Path) -> None:
    page = show(page_file)
    places = list(boxes(page).values())
    frame = page.locator("#picture svg.all").bounding_box()
    assert frame
    for number, one in enumerate(places):
        assert frame["x"] <= one["x"]
        assert one["x"] + one["width"] <= frame["x"] + frame["width"]
        for other in places[number + 1 :]:
            apart = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            below = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
            assert apart or below


def test_severities_have_colours_of_their_own(show: Callable[[Path], Page], page_file: Path) -> None:
    page = show(page_file)
    bars = page.locator("#picture .bar-left").evaluate_all("all => all.map(one => getComputedStyle(one).fill)")
    assert len(set(bars)) == 4  # block, low, info twice, medium


def test_the_keyboard_leads_from_the_picture_to_the_change_and_its_source(
    show: Callable[[Path], Page], page_file: Path
) -> None:
    page = show(page_file)
    chip = page.locator("#picture a", has_text="Function1")
    chip.focus()
    page.keyboard.press("Enter")
    target = page.locator(page.url.rpartition("/")[2][page.url.rpartition("/")[2].index("#") :])
    assert not target.locator("pre").is_visible()
    target.locator("summary").focus()
    page.keyboard.press("Enter")
    assert target.locator("pre .removed").inner_text() == "-x = 1"
    assert target.locator("pre .added").inner_text() == "+x = 2"
    assert target.locator("pre span").first.get_attribute("class") is None  # the name of the file
    assert page.locator("details.change[open]").first.locator("b").inner_text() == "prod-data/Raw1A2B"


def test_it_needs_nothing_from_elsewhere_and_fits_a_phone(
    show: Callable[[Path], Page], page_file: Path, problems: list[str]
) -> None:
    page = show(page_file)
    assert problems == []
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_hostile_texts_are_shown_and_do_nothing(
    show: Callable[[Path], Page], tmp_path: Path, problems: list[str]
) -> None:
    path = tmp_path / "page.html"
    path.write_text(render(judged(hostile(3), judge()), "</title><script>1</script>"), encoding="utf-8")
    page = show(path)
    assert problems == []
    assert page.title() == "ML Loop: </title><script>1</script>"
    assert page.locator("script, img, main a:not([href^='#'])").count() == 0
    assert "document.title='taken over'" in page.locator("#picture").text_content()  # type: ignore[operator]
    assert "\\u202e" in page.locator("details.change").first.inner_text()
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_five_hundred_changes_are_all_there_and_drawn_in_part(show: Callable[[Path], Page], tmp_path: Path) -> None:
    many = [replace(change(found(), path=""), logical_id=f"Bucket{number}") for number in range(500)]
    path = tmp_path / "page.html"
    path.write_text(render(judged(review(*many), judge())), encoding="utf-8")
    page = show(path)
    assert page.locator("details.change").count() == 500
    assert page.locator("#picture a").count() == 16
    assert "484 changes more" in page.locator("#picture").text_content()  # type: ignore[operator]


def test_where_nothing_changes_there_is_no_picture(show: Callable[[Path], Page], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render(review(cost=Cost(1, 1))), encoding="utf-8")
    page = show(path)
    assert page.locator("p.lead").inner_text().startswith("Nothing changes.")
    assert page.locator("svg").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(browser: Browser, page_file: Path, scheme: Any) -> None:
    page = browser.new_context(color_scheme=scheme).new_page()
    page.goto(page_file.as_uri())
    found_pairs = page.evaluate(
        """() => [...document.querySelectorAll("h1, p, td, th, li, .tone, summary, pre span, b, svg text")].map(one => {
            const panel = one.closest("pre, figure, .table, .card, details.change") || document.body;
            const chip = one.closest("#picture a")?.querySelector(".panel");
            const colour = one instanceof SVGElement ? getComputedStyle(one).fill : getComputedStyle(one).color;
            return [colour, chip ? getComputedStyle(chip).fill : getComputedStyle(panel).backgroundColor];
        })"""
    )
    pairs = {(text, behind) for text, behind in found_pairs}
    assert len(pairs) > 8
    assert all(contrast(text, behind) >= 4.5 for text, behind in pairs), pairs
