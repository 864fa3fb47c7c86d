"""What a worker page asks for: the first tool on it, and answers to it that are right or wrong on purpose."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

Value = dict[str, Any]


class ToolError(Exception):
    """The page has no tool that a simulated worker can use, or the truth does not fit it."""


@dataclass(frozen=True)
class Tool:
    """A tool of a page: its element, the name of its answer, what can be chosen."""

    element: str
    name: str
    choices: tuple[str, ...]


class _Finder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: Tool | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.found is None and tag in _ANSWERS:
            given = dict(attrs)
            choices = json.loads(given.get("categories") or given.get("labels") or "[]")
            names = [each["label"] if isinstance(each, dict) else str(each) for each in choices]
            self.found = Tool(tag, given.get("name") or tag, tuple(names))


def tool_of(page: str) -> Tool:
    """Return the first tool of a page; ToolError if there is none that is known here."""
    finder = _Finder()
    try:
        finder.feed(page)
    except (ValueError, KeyError) as error:
        raise ToolError(f"the categories of the worker page's tool are not JSON: {error!r}") from error
    if finder.found is None:
        raise ToolError(f"the worker page has none of {', '.join(_ANSWERS)}, which simulated workers can use")
    return finder.found


def answer(tool: Tool, truth: Any, err: bool, chance: random.Random) -> Value:
    """Return what a worker submits who knows the truth and errs or not.

    Args:
        tool: of the page.
        truth: for a classifier the class, or the list of classes; for other tools what it submits when used rightly.
        err: whether the worker errs.
        chance: which error it is.
    """
    try:
        return {tool.name: _ANSWERS[tool.element](tool, truth, err, chance)}
    except (KeyError, TypeError, IndexError) as error:
        raise ToolError(
            f"the truth {json.dumps(truth)[:100]} does not fit the tool {tool.element}: {error!r}"
        ) from error


def _single(tool: Tool, truth: Any, err: bool, chance: random.Random) -> Value:
    _check(tool, [truth])
    others = [name for name in tool.choices if name != truth]
    return {"label": chance.choice(others) if err and others else truth}


def _several(tool: Tool, truth: Any, err: bool, chance: random.Random) -> Value:
    _check(tool, truth)
    wrong = {chance.choice(tool.choices)} if err else set()
    return {"labels": [name for name in tool.choices if (name in truth) != (name in wrong)]}


def _boxes(tool: Tool, truth: Any, err: bool, chance: random.Random) -> Value:
    _check(tool, [box["label"] for box in truth["boundingBoxes"]])
    return {**truth, "boundingBoxes": _one_mislabeled(tool, truth["boundingBoxes"], err, chance)}


def _entities(tool: Tool, truth: Any, err: bool, chance: random.Random) -> Value:
    _check(tool, [entity["label"] for entity in truth["entities"]])
    return {**truth, "entities": _one_mislabeled(tool, truth["entities"], err, chance)}


def _one_mislabeled(tool: Tool, things: list[Value], err: bool, chance: random.Random) -> list[Value]:
    if not err or not things:
        return things
    wrong = chance.randrange(len(things))
    others = [name for name in tool.choices if name != things[wrong]["label"]]
    changed = [{**things[wrong], "label": chance.choice(others)}] if others else []
    return [*things[:wrong], *changed, *things[wrong + 1 :]]


def _check(tool: Tool, names: list[str]) -> None:
    if unknown := [name for name in names if name not in tool.choices]:
        raise ToolError(f"the truth has {unknown}; the worker page's tool has {', '.join(tool.choices)}")


_ANSWERS: dict[str, Callable[[Tool, Any, bool, random.Random], Value]] = {
    "crowd-classifier": _single,
    "crowd-image-classifier": _single,
    "crowd-classifier-multi-select": _several,
    "crowd-image-classifier-multi-select": _several,
    "crowd-bounding-box": _boxes,
    "crowd-entity-annotation": _entities,
}
