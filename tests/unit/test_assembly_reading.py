"""Cloud assemblies and templates, read from files: what is in them, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.assembly.documents import DEEPEST, LARGEST, parse
from ops.assembly.model import Stack
from ops.assembly.reading import read_assembly, read_template
from ops.errors import OperationError
from tests.unit.review_side_kit import write_assembly

BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "raw"}, "DeletionPolicy": "Retain"}
TEMPLATE = {"Resources": {"Raw": BUCKET}, "Parameters": {"Size": {"Type": "Number"}}, "Metadata": {"a": {}}}


def test_a_template_has_resources_attributes_and_sections(tmp_path: Path) -> None:
    file = tmp_path / "data.template.json"
    file.write_text(json.dumps(TEMPLATE))
    (stack,) = read_template(file, "dev").stacks
    assert (stack.environment, stack.name, stack.file) == ("dev", "data", Path(file.name))
    raw = stack.template.resources["Raw"]
    assert (raw.type, raw.properties, raw.attributes) == (
        "AWS::S3::Bucket",
        {"BucketName": "raw"},
        {"DeletionPolicy": "Retain"},
    )
    assert stack.template.sections == {"Parameters": {"Size": {"Type": "Number"}}}


def test_short_forms_of_yaml_are_what_they_stand_for_and_dates_are_text(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        "AWSTemplateFormatVersion: 2010-09-09\n"
        "Mappings: {Sizes: {111122223333: {size: 1}}}\n"
        "Resources:\n"
        "  Raw:\n"
        "    Type: AWS::S3::Bucket\n"
        "    Condition: Here\n"
        "    Properties:\n"
        "      A: !Ref Name\n"
        "      B: !GetAtt Other.Outputs.Arn\n"
        "      C: !Sub ['${x}', {x: !If [Here, 1, !Ref AWS::NoValue]}]\n"
        "      D: !GetAtt [Other, Arn]\n"
        "      E: 2012-10-17\n"
        "      F: !Equals [!Condition Here, yes]\n"
    )
    (stack,) = read_template(file).stacks
    assert stack.template.resources["Raw"].properties == {
        "A": {"Ref": "Name"},
        "B": {"Fn::GetAtt": ["Other", "Outputs.Arn"]},
        "C": {"Fn::Sub": ["${x}", {"x": {"Fn::If": ["Here", 1, {"Ref": "AWS::NoValue"}]}}]},
        "D": {"Fn::GetAtt": ["Other", "Arn"]},
        "E": "2012-10-17",
        "F": {"Fn::Equals": [{"Condition": "Here"}, True]},
    }
    assert stack.template.sections["Mappings"] == {"Sizes": {"111122223333": {"size": 1}}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "has no|ends before"),
        ('{"Resources": {"Raw": {"Type": "AWS::S3::Buc', "truncated"),
        ('{"Resources": {"Raw": {"Type": 3}}}', "'Raw' has no Type"),
        ('{"Resources": {"Raw": "AWS::S3::Bucket"}}', "'Raw' has no Type"),
        ('{"Resources": {"Raw": {"Type": "AWS::S3::Bucket", "Properties": [1]}}}', "no mapping"),
        ('{"Resources": []}', "no mapping Resources"),
        ("[]", "a list"),
        ('{"Resources": {}, "Resources": {}}', "'Resources' stands twice"),
        ('{"Resources": {"Raw": {"Type": "AWS::S3::Bucket", "Properties": {"A": NaN}}}}', "NaN"),
        ('{"Resources": {"Raw": {"Type": "AWS::S3::Bucket", "Properties": {"A": "\\ud800"}}}}', "half a character"),
        ('{"Resources": ' + "[" * 50_000, "nests too deep|is not JSON"),
        ('{"Resources": ' + "[" * 300 + "]" * 300 + "}", f"{DEEPEST} levels"),
        ('{"A": ' + "9" * 5_000 + "}", "is not JSON"),
    ],
)
def test_what_is_no_template_is_refused_and_told_why(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "broken.json"
    file.write_text(content)
    with pytest.raises(OperationError, match=says) as error:
        read_template(file)
    assert str(file) in str(error.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Resources: &a {x: *a}", "aliases are not allowed on line 1"),
        ("Resources: {}\nResources: {}\n", "'Resources' stands twice in one mapping on line 2"),
        ("Resources: {? [a] : 1}", "a list or mapping as a key"),
        ("Resources: [" * 5_000, "nests too deep"),
        ("Resources: 'x", "end of stream"),
        ("Resources: !Sub {? [a] : 1}", "as a key"),
        ("Resources: 0o9\n  x: 1", "line 2"),
        ("a: \x00", "not YAML"),
        ("plain", "text"),
    ],
)
def test_what_is_no_template_in_yaml_is_refused_too(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(content)
    with pytest.raises(OperationError, match=says):
        read_template(file)


def test_other_files_than_text_and_too_large_ones_are_refused(tmp_path: Path) -> None:
    picture, large = tmp_path / "picture.json", tmp_path / "large.json"
    picture.write_bytes(b"\x89PNG")
    with large.open("wb") as opened:
        opened.truncate(LARGEST + 1)
    for file, says in (
        (picture, "0x89"),
        (large, "16,000,001 bytes"),
        (tmp_path, "directory"),
        (tmp_path / "no", "No"),
    ):
        with pytest.raises(OperationError, match=says):
            read_template(file)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_a_file_holds_it_is_read_or_refused(content: bytes) -> None:
    for name in ("file.json", "file.yaml"):
        try:
            found = parse(content, Path(name))
        except OperationError as error:
            assert str(error).startswith(name)
        else:
            assert isinstance(found, dict)


def test_an_assembly_has_the_stacks_of_its_stages_in_the_order_of_deployment(tmp_path: Path) -> None:
    write_assembly(tmp_path, {"prod-data": TEMPLATE}, "Prod")
    write_assembly(tmp_path, {"dev-data": TEMPLATE, "dev-network": TEMPLATE})
    manifest = tmp_path / "assembly-Dev" / "manifest.json"
    told = json.loads(manifest.read_text())
    told["artifacts"]["dev-data"] |= {"dependencies": ["dev-network", "dev-data.assets"]}
    manifest.write_text(json.dumps(told))
    stacks = read_assembly(tmp_path).stacks
    assert [(one.environment, one.name, one.region) for one in stacks] == [
        ("prod", "prod-data", "ap-northeast-1"),
        ("dev", "dev-network", "ap-northeast-1"),
        ("dev", "dev-data", "ap-northeast-1"),
    ]


def test_what_belongs_to_no_environment_is_told_apart_where_others_name_theirs(tmp_path: Path) -> None:
    write_assembly(tmp_path, {"workforce": TEMPLATE}, "Workforce")
    assert [one.environment for one in read_assembly(tmp_path).stacks] == ["workforce"]
    write_assembly(tmp_path, {"dev-data": TEMPLATE}, "Dev")
    manifest = tmp_path / "assembly-Dev" / "manifest.json"
    told = json.loads(manifest.read_text())
    told["artifacts"]["dev-data"]["properties"]["tags"] = {"ml-loop:environment": "dev"}
    manifest.write_text(json.dumps(told))
    assert [(one.environment, one.part) for one in read_assembly(tmp_path).stacks] == [
        ("", "workforce"),
        ("dev", "data"),
    ]


def test_a_stack_has_tags_paths_of_constructs_and_the_assets_that_are_in_the_assembly(tmp_path: Path) -> None:
    write_assembly(tmp_path, {"data": TEMPLATE}, dependencies=["data.assets"], additionalMetadataFile="more.json")
    below = tmp_path / "assembly-Dev"
    told = json.loads((below / "manifest.json").read_text())
    told["artifacts"]["data"]["properties"] |= {
        "tags": {"ml-loop:environment": "staging", "ml-loop:use-case": "flight_delays"},
        "terminationProtection": True,
    }
    told["artifacts"]["data.assets"] = {"type": "cdk:asset-manifest", "properties": {"file": "data.assets.json"}}
    (below / "manifest.json").write_text(json.dumps(told))
    paths = {"/Dev/data/Buckets/Raw/Resource": [{"type": "aws:cdk:logicalId", "data": "Raw"}]}
    (below / "more.json").write_text(json.dumps(paths))
    sources = {"a1": "../asset.a1", "b2": "../../../etc/passwd", "c3": "/etc/passwd"}
    files = {key: {"source": {"path": path}} for key, path in sources.items()}
    (below / "data.assets.json").write_text(json.dumps({"files": files}))
    (stack,) = read_assembly(tmp_path).stacks
    assert (stack.environment, stack.use_case, stack.termination_protection) == ("staging", "flight_delays", True)
    assert stack.template.resources["Raw"].path == "Buckets/Raw/Resource"
    assert {key: path.resolve() for key, path in stack.assets.items()} == {"a1": (tmp_path / "asset.a1").resolve()}


def _nested(address: Any, metadata: dict[str, str] | None = None) -> dict[str, Any]:
    found = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": address, "Parameters": {"A": "1"}}}
    return {"Resources": {"Inner": {**found, "Metadata": metadata or {}}}}


@pytest.mark.parametrize("how", ["metadata", "hash", "beside"])
def test_nested_stacks_are_stacks_of_their_own(tmp_path: Path, how: str) -> None:
    hashed = "f" * 64
    outer = {
        "metadata": _nested("https://bucket/x", {"aws:asset:path": "inner.json"}),
        "hash": _nested({"Fn::Sub": f"https://s3.${{AWS::Region}}.amazonaws.com/assets/{hashed}.json"}),
        "beside": _nested("./inner.json"),
    }[how]
    write_assembly(tmp_path, {"data": outer}, dependencies=["data.assets"])
    below = tmp_path / "assembly-Dev"
    (below / "inner.json").write_text(json.dumps(TEMPLATE))
    told = json.loads((below / "manifest.json").read_text())
    told["artifacts"]["data.assets"] = {"type": "cdk:asset-manifest", "properties": {"file": "data.assets.json"}}
    (below / "manifest.json").write_text(json.dumps(told))
    (below / "data.assets.json").write_text(json.dumps({"files": {hashed: {"source": {"path": "inner.json"}}}}))
    stacks = read_assembly(tmp_path).stacks
    assert [one.name for one in stacks] == ["data", "data/Inner"]
    assert list(stacks[1].template.resources) == ["Raw"]


def test_a_stack_nested_in_itself_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "inner.json"
    file.write_text(json.dumps(_nested("inner.json")))
    with pytest.raises(OperationError, match="more than 10 stacks deep"):
        read_template(file)


def _changed(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        manifest = folder / "assembly-Dev" / "manifest.json"
        told = json.loads(manifest.read_text())
        change(told["artifacts"])
        manifest.write_text(json.dumps(told))

    return apply


HOSTILE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no assembly": (lambda folder: (folder / "manifest.json").unlink(), "no manifest.json"),
    "a stage elsewhere": (
        lambda folder: (folder / "manifest.json").write_text(
            json.dumps({"artifacts": {"a": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "../.."}}}})
        ),
        "outside the assembly",
    ),
    "a template elsewhere": (
        _changed(lambda all_: all_["data"]["properties"].update(templateFile="/etc/passwd")),
        "outside the assembly",
    ),
    "no template": (_changed(lambda all_: all_["data"].pop("properties")), "names None where a file is expected"),
    "waiting for itself": (_changed(lambda all_: all_["data"].update(dependencies=["data"])), "wait for each other"),
    "one name twice": (_changed(lambda all_: all_.update(again=all_["data"])), "data more than once"),
    "artifacts of text": (_changed(lambda all_: all_.update(data="x")), "no mapping of mappings"),
    "a template that is gone": (
        lambda folder: (folder / "assembly-Dev" / "data.template.json").unlink(),
        "No such file",
    ),
    "a stage in itself": (
        lambda folder: (folder / "manifest.json").write_text(
            json.dumps({"artifacts": {"a": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}}})
        ),
        "stages deep",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_assembly_that_is_broken_or_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    harm, says = HOSTILE[name]
    harm(write_assembly(tmp_path / "out", {"data": TEMPLATE}))
    with pytest.raises(OperationError, match=says):
        read_assembly(tmp_path / "out")


JUNK: list[Any] = [None, 0, True, "", "../..", "/etc/passwd", [], {}, [1], [[]], {"a": []}, "x\0y", "a" * 5_000]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in _places(item, (*path, key)))]


def test_whatever_stands_in_a_manifest_it_is_read_or_refused(tmp_path: Path) -> None:
    folder = write_assembly(tmp_path, {"data": TEMPLATE}, dependencies=["assets"], additionalMetadataFile="more.json")
    below = folder / "assembly-Dev"
    (below / "more.json").write_text(json.dumps({"/Dev/data/Raw": [{"type": "aws:cdk:logicalId", "data": "Raw"}]}))
    (below / "assets.json").write_text(json.dumps({"files": {"a": {"source": {"path": "x"}}}, "dockerImages": {}}))
    told = json.loads((below / "manifest.json").read_text())
    told["artifacts"]["assets"] = {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}}
    told["artifacts"]["data"]["properties"]["tags"] = {"ml-loop:environment": "dev"}
    (below / "manifest.json").write_text(json.dumps(told))
    assert [one.name for one in read_assembly(folder).stacks] == ["data"]
    for file in (folder / "manifest.json", below / "manifest.json", below / "more.json", below / "assets.json"):
        original = json.loads(file.read_text())
        for path in _places(original)[1:]:
            for junk in JUNK:
                changed = json.loads(file.read_text())
                at = changed
                for key in path[:-1]:
                    at = at[key]
                at[path[-1]] = junk
                kept = file.read_text()
                file.write_text(json.dumps(changed))
                try:
                    read_assembly(folder)
                except OperationError as error:
                    assert str(folder) in str(error)
                finally:
                    file.write_text(kept)


def test_the_part_of_a_stack_is_its_name_without_the_environment() -> None:
    (one,) = (Stack("dev", "dev-flight-delays-serving", template=None).part,)  # type: ignore[arg-type]
    assert one == "flight-delays-serving"


@pytest.mark.parametrize(
    ("environment", "account", "region"),
    [
        ("aws://111122223333/eu-west-1", "111122223333", "eu-west-1"),
        ("aws://unknown-account/eu-west-1", "", "eu-west-1"),
        ("aws://unknown-account/unknown-region", "", ""),
        ("elsewhere", "", ""),
    ],
)
def test_a_stack_has_the_account_and_region_that_it_is_bound_to(
    tmp_path: Path, environment: str, account: str, region: str
) -> None:
    write_assembly(tmp_path, {"data": TEMPLATE}, environment=environment)
    [stack] = read_assembly(tmp_path).stacks
    assert (stack.account, stack.region) == (account, region)
