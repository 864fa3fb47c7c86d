"""Small templates for pictures, and what a picture consists of."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

from ops.assembly.model import Assembly, Resource, Stack, Template
from ops.diagram.architecture import architecture
from ops.diagram.geometry import Rect, Text
from ops.diagram.layout import VPC
from ops.diagram.model import Architecture
from ops.diagram.picture import Picture
from ops.diagram.way import room

Json = dict[str, Any]
SVG = "{http://www.w3.org/2000/svg}"


def stack(
    part: str,
    use_case: str = "",
    exports: Mapping[str, str] | None = None,
    many: Mapping[str, Json] | None = None,
    **resources: Json,
) -> Stack:
    """Return a stack of the environment `dev`; resources are as in a template, exports name them."""
    made = {
        name: Resource(name, one["Type"], one.get("Properties", {}), {}, one.get("path", ""))
        for name, one in {**(many or {}), **resources}.items()
    }
    outputs = {
        f"Out{number}": {"Value": {"Fn::GetAtt": [name, "Arn"]}, "Export": {"Name": export}}
        for number, (name, export) in enumerate((exports or {}).items())
    }
    name = "-".join(filter(None, ("dev", use_case, part)))
    tags = {"ml-loop:use-case": use_case} if use_case else {}
    return Stack("dev", name, Template(made, {"Outputs": outputs}), "ap-northeast-1", tags)


def of(type_: str, **properties: Any) -> Json:
    """Return a resource of a type."""
    return {"Type": type_, "Properties": properties}


def role(*statements: Json) -> Json:
    """Return a role with these statements."""
    return of("AWS::IAM::Role", Policies=[{"PolicyDocument": {"Statement": list(statements)}}])


def may(action: str, resource: Any, effect: str = "Allow", **more: Any) -> Json:
    """Return a statement."""
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def function(role_name: str = "Role", **more: Any) -> Json:
    """Return a function with a role of its stack."""
    return of("AWS::Lambda::Function", Role={"Fn::GetAtt": [role_name, "Arn"]}, **more)


def shown(*stacks: Stack) -> Architecture:
    """Return the architecture of these stacks."""
    return architecture(Assembly(stacks), "dev")


def arrows(found: Architecture) -> set[tuple[str, str, str]]:
    """Return arrows as title, kind and label, title."""
    titles = {box.key: box.title for box in found.boxes}
    return {(titles[one.source], f"{one.kind} {one.label}".strip(), titles[one.target]) for one in found.arrows}


def texts(picture: Picture) -> list[Text]:
    """Return all texts of a picture."""
    layout = picture.layout
    legend = [text for *_, text in layout.legend]
    return [*layout.texts, *(text for inside in layout.inside.values() for text in inside), *picture.words, *legend]


def faults(picture: Picture) -> Iterator[str]:
    """Yield what is in the way of what, or outside of where it belongs."""
    layout = picture.layout
    for (one, rect), (other, beside) in combinations(layout.boxes.items(), 2):
        if rect.meets(beside):
            yield f"box {one} meets box {other}"
    for key, inside in layout.inside.items():
        for text in inside:
            if not layout.boxes[key].holds(text.rect):
                yield f"{text.text} leaves {key}"
    yield from _texts_in_the_way(picture)
    for way in picture.arrows:
        for part in room(way.corners):
            through = [key for key, rect in layout.boxes.items() if part.meets(rect.wider(-2))]
            yield from (f"{way.arrow.source} -> {way.arrow.target} goes through {key}" for key in through)
    whole = Rect(0, 0, layout.width, layout.height)
    walls = [
        *layout.boxes.values(),
        *layout.groups,
        *layout.chips,
        *layout.walls,
        *(one.rect for one in texts(picture)),
    ]
    yield from (f"{rect} leaves the picture" for rect in walls if not whole.holds(rect))


def _texts_in_the_way(picture: Picture) -> Iterator[str]:
    layout = picture.layout
    every = texts(picture)
    for text, beside in combinations(every, 2):
        if text.rect.meets(beside.rect):
            yield f"{text.text} meets {beside.text}"
    inside = {id(text) for key, found in layout.inside.items() if key != VPC for text in found}
    lines = [
        (f"{way.arrow.source} -> {way.arrow.target}", part) for way in picture.arrows for part in room(way.corners)
    ]
    lines += [("a wall", part) for wall in layout.walls for part in room(wall.corners)]
    for text in every:
        if id(text) in inside:
            continue
        for line, part in lines:
            if text.rect.meets(part):
                yield f"{text.text} is crossed by {line}"
        for key, rect in layout.boxes.items():
            if key != VPC and text.rect.meets(rect):
                yield f"{text.text} meets box {key}"


def elements(svg: str, name: str) -> Sequence[ElementTree.Element]:
    """Return all elements of a name."""
    return ElementTree.fromstring(svg).findall(f".//{SVG}{name}")  # noqa: S314 - written by this repository
