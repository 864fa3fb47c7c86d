"""Pictures are readable: nothing is in the way of anything, in light and in dark, with any names."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.assembly.reading import read_assembly
from ops.diagram.architecture import architecture
from ops.diagram.command import FOLDER, narrow_of, pictures
from ops.diagram.kinds import belongs
from ops.diagram.picture import Picture
from ops.diagram.svg import TEMPLATE, svg
from tests.unit.diagram_kit import Json, elements, faults, function, may, of, role, shown, stack, texts

HOSTILE = "</text></svg><script>alert('&\"')</script>\x00\u202e" + "W" * 300
COMMITTED = sorted(path.stem.removeprefix("architecture-") for path in FOLDER.glob("architecture-*.svg"))
ENVIRONMENTS = [name for name in COMMITTED if not name.endswith("-narrow")]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_committed_pictures_are_of_these_templates(assembly_folder: Path, environment: str) -> None:
    path = FOLDER / f"architecture-{environment}.svg"
    for committed, picture in zip(
        (path, narrow_of(path)), pictures(read_assembly(assembly_folder), environment), strict=True
    ):
        assert committed.read_text(encoding="utf-8") == picture, f"run python -m ops diagram {environment}"


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("environment", ["dev", "local", "prod", "staging"])
def test_nothing_is_in_the_way(assembly_folder: Path, environment: str, narrow: bool) -> None:
    found = architecture(read_assembly(assembly_folder).of(environment), environment)
    picture = Picture(found, narrow)
    assert list(faults(picture)) == []
    assert len(picture.arrows) == len(found.arrows)
    assert len(picture.boxes) == len(found.boxes)


def test_every_resource_is_in_one_box_or_belongs_to_another(assembly_folder: Path) -> None:
    stacks = read_assembly(assembly_folder).of("local").stacks
    members = [
        member
        for box in architecture(read_assembly(assembly_folder).of("local"), "local").boxes
        for member in box.members
    ]
    drawn = [member.split(" ", 1)[1] for member in members if " AWS::SageMaker::Pipeline" not in f" {member}"]
    assert len(drawn) == len(set(drawn))
    everything = {
        f"{stack.name}/{one.logical_id}": one.type for stack in stacks for one in stack.template.resources.values()
    }
    missing = {
        place: type_ for place, type_ in everything.items() if place not in {m.split(" ", 1)[1] for m in members}
    }
    helpers = {place for place in missing if place.endswith(("DefaultGroupFunction323FB3B7", "Handler9D90184F"))}
    logs = {place for place in missing if "/Logs59B087BB" in place}
    assert {place for place, type_ in missing.items() if not belongs(type_)} == helpers | logs


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=14, unique=True))
@settings(max_examples=25)
def test_names_do_not_matter(names: list[str]) -> None:
    functions: dict[str, Json] = {name: function() | {"path": name.replace("/", "|")} for name in names}
    found = shown(stack("control", **functions | {"R0le": role()}))
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
        picture = svg(found, narrow)
        assert not elements(picture, "script")
        assert "alert" in picture
        assert list(faults(Picture(found, narrow))) == []


def test_the_picture_is_told_in_words_too(assembly_folder: Path) -> None:
    picture = pictures(read_assembly(assembly_folder), "dev")[0]
    (title, *_), (description,) = elements(picture, "title"), elements(picture, "desc")
    assert title.text == "Architecture of the environment dev"
    words = str(description.text)
    for said in ("VPC 10.10.0.0/20", "2 isolated subnets", "5 Deploy", "release updates endpoint", "Key models:"):
        assert said in words
    assert re.search(r'<svg [^>]*role="img" aria-labelledby="architecture-title architecture-description"', picture)


def test_the_same_templates_give_the_same_bytes(assembly_folder: Path) -> None:
    assert pictures(read_assembly(assembly_folder), "staging") == pictures(read_assembly(assembly_folder), "staging")


def test_it_needs_nothing_from_elsewhere(assembly_folder: Path) -> None:
    for picture in pictures(read_assembly(assembly_folder), "prod"):
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


def test_words_have_room_on_the_loop(assembly_folder: Path) -> None:
    found = architecture(read_assembly(assembly_folder).of("dev"), "dev")
    said = {text.text for text in texts(Picture(found))}
    assert {"updates", "starts", "alarm", "approve", "raw data"} <= said
