"""Pictures are readable: nothing is in the way of anything, in light and in dark, with any names."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.assembly.reading import read_assembly
from ops.diagram.architecture import architecture
from ops.diagram.command import FOLDER, narrow_of, pictures
from ops.diagram.geometry import Rect
from ops.diagram.kinds import belongs
from ops.diagram.layout import contents
from ops.diagram.model import Box, Workload, Zone
from ops.diagram.picture import Picture
from ops.diagram.svg import TEMPLATE, svg
from tests.unit.diagram_kit import elements, faults, function, may, of, role, shown, stack, texts

HOSTILE = "</text></svg><script>alert('&\"')</script>\x00\u202e" + "W" * 300
COMMITTED = sorted(path.stem.removeprefix("architecture-") for path in FOLDER.glob("architecture-*.svg"))
ENVIRONMENTS = [name for name in COMMITTED if not name.endswith("-narrow")]


Drawings = Callable[[str, bool], Picture]


@pytest.fixture(scope="module")
def drawing(assembly_folder: Path) -> Drawings:
    """Return a function from an environment, and whether it is for a phone, to its picture; each is drawn once."""
    found = read_assembly(assembly_folder)
    return cache(lambda environment, narrow: Picture(architecture(found.of(environment), environment), narrow))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_committed_pictures_are_of_these_templates(drawing: Drawings, environment: str, narrow: bool) -> None:
    path = FOLDER / f"architecture-{environment}.svg"
    committed = (narrow_of(path) if narrow else path).read_text(encoding="utf-8")
    assert committed == svg(drawing(environment, narrow)), f"run python -m ops diagram {environment}, look, and commit"


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("environment", ["dev", "local", "prod", "staging"])
def test_nothing_is_in_the_way(drawing: Drawings, environment: str, narrow: bool) -> None:
    picture = drawing(environment, narrow)
    assert list(faults(picture)) == []
    assert len(picture.arrows) == len(picture.shown.arrows)
    assert len(picture.boxes) == len(picture.shown.boxes)


def test_every_resource_is_in_one_box_or_belongs_to_another(assembly_folder: Path) -> None:
    found = read_assembly(assembly_folder).of("local")
    times = Counter(member.split(" ", 1)[1] for box in architecture(found, "local").boxes for member in box.members)
    without: set[str] = set()
    for one in found.stacks:
        for resource in one.template.resources.values():
            place = f"{one.name}/{resource.logical_id}"
            if not times[place] and not belongs(resource.type):
                without.add(f"{resource.type} {one.name}")
            # A pipeline that trains is in a box for each part of it.
            assert times[place] <= (3 if resource.type == "AWS::SageMaker::Pipeline" else 1), place
    # The hands of custom resources, and the bucket of access logs, which the last line speaks of.
    assert without == {
        "AWS::Lambda::Function local-security",
        "AWS::Lambda::Function local-data",
        "AWS::S3::Bucket local-data",
    }


@given(st.text(max_size=60), st.lists(st.text(max_size=90), max_size=3), st.sampled_from([120, 126, 132, 192]))
def test_texts_of_a_box_stay_in_it(title: str, lines: list[str], w: float) -> None:
    box = Box("key", title, tuple(lines), Workload.CONTROL, Zone.ACCOUNT, icon="job")
    h, inside = contents(box, w)
    assert all(Rect(0, 0, w, h).holds(text.rect) for text in inside)
    assert not [one for one, other in combinations(inside, 2) if one.rect.meets(other.rect)]


def test_names_do_not_matter() -> None:
    names = [
        "f",
        "W" * 300,
        "a b c d e f g",
        "漢字かな交じり文" * 9,
        "\U0001f600" * 40,
        "\x00\x1b",
        "ä" * 99,
        "i" * 200,
    ]
    found = shown(stack("control", many={name: function() for name in names}, Role=role()))
    for narrow in (False, True):
        assert list(faults(Picture(found, narrow))) == []


def test_texts_of_templates_are_text() -> None:
    group = of("AWS::SageMaker::ModelPackageGroup", ModelPackageGroupName=HOSTILE)
    vpc = of("AWS::EC2::VPC", CidrBlock=HOSTILE)
    ask = function() | {"path": HOSTILE.replace("/", "|")}
    endpoint = of("AWS::SageMaker::Endpoint", EndpointName=HOSTILE)
    found = shown(
        stack("network", Vpc=vpc),
        stack("training", "flights", Group=group),
        stack("serving", "flights", Endpoint=endpoint),
        stack("control", Ask=ask, Role=role(may("sagemaker:InvokeEndpoint", {"Fn::Sub": HOSTILE}))),
    )
    for narrow in (False, True):
        picture = Picture(found, narrow)
        assert not elements(svg(picture), "script")
        assert "alert" in svg(picture)
        assert list(faults(picture)) == []


def test_the_picture_is_told_in_words_too(drawing: Drawings) -> None:
    picture = svg(drawing("dev", False))
    (title, *_), (description,) = elements(picture, "title"), elements(picture, "desc")
    assert title.text == "Architecture of the environment dev"
    words = str(description.text)
    for said in ("VPC 10.10.0.0/20", "2 isolated subnets", "5 Deploy", "release updates endpoint", "Key models:"):
        assert said in words
    assert re.search(r'<svg [^>]*role="img" aria-labelledby="architecture-title architecture-description"', picture)


def test_the_same_templates_give_the_same_bytes(assembly_folder: Path, drawing: Drawings) -> None:
    again = pictures(read_assembly(assembly_folder), "staging")[0]
    assert again == svg(drawing("staging", False))


def test_it_needs_nothing_from_elsewhere(drawing: Drawings) -> None:
    for narrow in (False, True):
        picture = svg(drawing("prod", narrow))
        assert set(re.findall(r"https?://[^\s\"<]+", picture)) == {"http://www.w3.org/2000/svg"}
        assert "url(" not in picture and "@import" not in picture and "href" not in picture


def _colours(css: str) -> dict[str, str]:
    """Return the colour of each class: of its fill, else of its line."""
    found: dict[str, str] = {}
    for selectors, rules in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        for kind in ("fill", "stroke"):
            if colour := re.search(rf"\b{kind}: (#[0-9a-f]{{6}})", rules):
                found.update({f"{selector.strip()} {kind}": colour[1] for selector in selectors.split(",")})
    return found


def _contrast(one: str, other: str) -> float:
    """Return WCAG's contrast of two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_texts_and_lines_stand_out_in_light_and_dark() -> None:
    light, _, dark = TEMPLATE.with_name("style.css").read_text(encoding="utf-8").partition("@media")
    for css in (_colours(light), _colours(light) | _colours(dark.split("{", 1)[1])):
        grounds = [css[".ground fill"], css[".group fill"], css[".box rect fill"]]
        for text in ("text fill", ".ink fill", ".vpc-text fill", ".word.call fill", ".word.main fill"):
            assert min(_contrast(css[text], ground) for ground in grounds) >= 4.5, text
        for line in (".arrow path stroke", ".call path stroke", ".main path stroke", ".vpc stroke", ".wall stroke"):
            assert min(_contrast(css[line], ground) for ground in grounds) >= 3, line
        assert _contrast(css[".number fill"], css[".badge fill"]) >= 4.5


def test_words_have_room_on_the_loop(drawing: Drawings) -> None:
    said = {text.text for text in texts(drawing("dev", False))}
    assert {"updates", "starts", "alarm", "approve", "raw data"} <= said
