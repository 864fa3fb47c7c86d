"""A review as a comment: what stands first, whatever texts are in it, and never longer than GitHub takes."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ops.review.gates import judged
from ops.review.model import Action, Class, Cost, PropertyChange, Review, Severity, Updates
from ops.review.reports import wording
from ops.review.reports.escaping import block, code, markup, prose
from ops.review.reports.markdown import LIMIT, MARKER, render
from tests.unit.review_kit import change, found, hostile, judge, review, rules, waiver

NO_WIDTH, EMPTY = "\u200b", '""'
CALLS = re.compile(r"(?<![\w`])@\w|#\d|\bGH-\d|://|\bwww\.")  # what GitHub looks for outside of code
ALLOWED = {"p", "h2", "h3", "strong", "b", "ul", "li", "code", "pre", "details", "summary", "sub", "span", "em"} | {
    *("table", "thead", "tbody", "tr", "th", "td")
}


class Seen(HTMLParser):
    """What a reader sees: elements, texts, and texts outside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.open: list[str] = []
        self.text, self.prose = "", ""
        self.feed(MarkdownIt("commonmark").enable("table").render(markdown))
        assert self.open == []

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.add(tag)
        assert dict(attrs).keys() <= {"open", "class"}, attrs
        self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.text += data
        if not {"code", "pre"} & set(self.open):
            self.prose += data


def inside(html: str) -> str:
    return html.replace(NO_WIDTH, "").strip()


TEXTS = st.text() | st.text(alphabet="`*_[]()<>#@&|$!~\\-+=.1ab:/\n\u202e\ud800", max_size=30)


@given(TEXTS)
def test_a_text_reads_as_it_is_and_is_nothing_but_text(text: str) -> None:
    shown = wording.one_line(text)[:400]
    for escaped in (prose(shown, 10_000), f"<details><summary>{markup(shown, 10_000)}</summary></details>"):
        seen = Seen(f"- {escaped}\n")
        assert inside(seen.text) == shown.strip()
        assert seen.elements <= {"ul", "li", "span", "details", "summary"}
        assert not CALLS.search(seen.prose), seen.prose


@given(TEXTS)
def test_code_reads_as_it_is(text: str) -> None:
    shown = wording.one_line(text)[:200]
    seen = Seen(f"- x {code(shown, 10_000)} y\n")
    assert seen.text.strip() == f"x {shown or EMPTY} y"
    assert seen.elements == {"ul", "li", "code"}


@given(TEXTS)
def test_a_block_of_code_ends_where_it_should(text: str) -> None:
    seen = Seen(f"{block(text, most=10_000, most_lines=10_000)}\n\nafter\n")
    assert seen.elements == {"pre", "code", "p"}
    assert seen.prose.strip() == "after"


def test_hostile_texts_are_shown_and_do_nothing() -> None:
    text = render(judged(hostile(), judge()))
    seen = Seen(text.removeprefix(MARKER))
    assert seen.elements <= ALLOWED
    assert not CALLS.search(seen.prose), seen.prose
    assert "document.title='taken over'" in seen.prose
    assert "\\u202e" in seen.prose
    assert text.startswith(MARKER)
    assert text.encode()  # half characters are spelt out


def test_ten_seconds_are_enough() -> None:
    """The first lines say what is dangerous, where, what the gates say, what pipelines do, what it costs."""
    danger = change(found(), found(Class.EXPOSURE, Severity.MEDIUM), where="dev prod")
    pipeline = change(
        found(Class.PIPELINE, Severity.MEDIUM, "Train: ml.m5.xlarge becomes ml.m5.2xlarge"), logical_id="P1"
    )
    cost = Cost(400.0, 485.81, ("AWS::Glue::Job: hours",), (("dev", 12.0, 12.0), ("prod", 388.0, 473.81)))
    text = render(judged(review(danger, pipeline, cost=cost), judge()))
    first = [line for line in text.splitlines() if line.strip()][:18]
    assert first[:6] == [
        MARKER,
        "## ⛔ 2 gates closed (prod), 2 changes",
        "| dangers | prod | dev |",
        "|---|---|---|",
        "| **data loss** | ⛔ 1 block | 🔴 1 high |",
        "| **exposure** | ⛔ 1 block | 🟠 1 medium |",
    ]
    whole = "\n".join(first)
    assert (
        "⛔ **prod: data loss** closed: 1 change of severity medium or more, which blocks (`prod-data/Raw1A2B`)"
        in whole
    )
    assert "🟠 `prod-data/P1` replaced (prod): Train: ml.m5.xlarge becomes ml.m5.2xlarge" in whole
    assert "**Price**: 400.00 → 485.81 USD a month (+85.81, +21.5 %); 1 item unpriced, in neither sum" in whole
    assert "- prod: 388.00 → 473.81 USD a month (+85.81, +22.1 %)" in whole
    assert "- dev: 12.00" not in text


def test_what_loosens_the_rules_stands_before_all_else() -> None:
    head = {"prod": rules(waivers=[waiver().model_dump()])}
    text = render(judged(review(change(found())), judge(head, {"prod": rules()})))
    assert text.index("loosens its own rules") < text.index("| dangers |")
    assert "## 🟡 No gate closed, 1 change" in text
    assert "new waiver of data loss for prod-data/Raw\\*" in text
    assert "  - waived: prod-data/Raw1A2B until 2026-12-31: moved before, see the runbook" in text


def test_nothing_is_said_of_nothing() -> None:
    text = render(review(cost=Cost(10, 10)))
    assert "## ✅ Nothing changes" in text
    assert "10.00 USD a month, as before" in text
    assert "details" not in text
    assert "Templates are compared, not the account" in text


def test_the_worst_is_unfolded_and_tags_are_folded_together() -> None:
    changes = [change(found(Class.METADATA, Severity.INFO, "A tag"), logical_id=f"T{n}") for n in range(3)]
    quiet = change(logical_id="Config", action=Action.REPLACE)
    done = judged(review(*changes, quiet, change(found())), judge())
    text = render(done)
    assert text.count("<details") == 3
    assert "<details open><summary>⛔ <code>prod-data/Raw1A2B</code> <b>replaced</b> (prod): data loss" in text
    assert "<details><summary>1 change of low severity, or none</summary>" in text
    assert "<details><summary>3 changes of tags and metadata alone</summary>" in text
    assert text.index("Raw1A2B") < text.index("Config") < text.index("T0")


def test_properties_say_how_they_reach_the_resource_and_from_what_they_follow() -> None:
    properties = (
        PropertyChange("Properties.Name", None, "b", Updates.REPLACE),
        PropertyChange("Properties.Config", {"Ref": "C"}, {"Ref": "C"}, Updates.IN_PLACE, "Model (replace) -> C"),
    )
    text = render(review(change(found(), properties=properties)))
    assert "- `Properties.Name`: `(none)` → `b`, which replaces the resource" in text
    assert "- `Properties.Config`: what it refers to is replaced, `Model (replace) -> C`" in text


@pytest.mark.parametrize("number", [40, 1000])
def test_it_never_is_longer_than_github_takes_and_says_what_is_left_out(number: int) -> None:
    long = change(
        *(found(text=f"{n}: " + "long text, " * 40, detail="+ a line\n" * 90) for n in range(5)),
        properties=tuple(PropertyChange(f"Properties.P{n}", "a" * 400, "b" * 400, Updates.IN_PLACE) for n in range(30)),
    )
    text = render(judged(review(*[long] * number), judge()), "in the artifact `review`")
    assert LIMIT * 0.8 < len(text.encode()) <= LIMIT
    Seen(text.removeprefix(MARKER))  # every element that is opened is closed
    shown = text.count("<summary>⛔")
    assert shown >= 5
    assert f"**{number - shown:,} changes more had no room here.** All of it is in the artifact `review`." in text


def test_hostile_texts_without_end_fit_as_well() -> None:
    text = render(judged(hostile(300), judge()))
    assert len(text.encode()) <= LIMIT
    assert Seen(text.removeprefix(MARKER)).elements <= ALLOWED
    assert "had no room here" in text
    assert "taken over" in text


@settings(max_examples=30)
@given(st.lists(st.text(min_size=1, max_size=40), max_size=3), st.integers(0, 8))
def test_any_texts_and_any_number_fit(texts: list[str], number: int) -> None:
    changes = [change(*(found(text=one * 50, detail=one) for one in texts), logical_id=f"L{n}") for n in range(number)]
    done: Review = judged(review(*changes, remarks=tuple(texts)), judge())
    text = render(done)
    assert len(text.encode()) <= LIMIT
    assert Seen(text.removeprefix(MARKER)).elements <= ALLOWED


def test_a_change_of_which_nothing_was_found_says_what_differs() -> None:
    properties = tuple(PropertyChange(f"Properties.P{number}", 1, 2, Updates.IN_PLACE) for number in range(6))
    text = render(review(change(properties=properties, action=Action.UPDATE)))
    names = "`Properties.P0`, `Properties.P1`, `Properties.P2`, `Properties.P3` and 2 more"
    assert f"- ⚪ `prod-data/Raw1A2B` updated (prod): {names}" in text
