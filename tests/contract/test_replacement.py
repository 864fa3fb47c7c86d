"""What replaces a resource: the committed table is what its sources say, and never less than others do."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ops.review import schema_table
from ops.review.model import Updates
from ops.review.replacement import TABLE, is_known, updates
from ops.review.schema_table import Documented, Entry, documented, entries, page, schemas, table, types_of_the_project

THEIRS = {"WILL_UPDATE": Updates.IN_PLACE, "MAY_REPLACE": Updates.MAY_REPLACE, "WILL_REPLACE": Updates.REPLACE}
ORDER = [Updates.IN_PLACE, Updates.MAY_REPLACE, Updates.REPLACE]
Schemas = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def known() -> Schemas:
    return schemas()


@pytest.fixture(scope="module")
def said() -> Documented:
    return documented()


@pytest.fixture(scope="module")
def found(known: Schemas, said: Documented) -> dict[str, Entry]:
    return entries(known, said)


def test_table_and_page_are_what_the_sources_say(found: dict[str, Entry], known: Schemas, said: Documented) -> None:
    remedy = "Run: python -m ops.review.schema_table"
    assert TABLE.read_text(encoding="utf-8") == table(found), remedy
    assert schema_table.PAGE.read_text(encoding="utf-8") == page(found, known, said), remedy


def test_no_verdict_promises_less_than_the_difference_of_the_cdk(said: Documented) -> None:
    asked = [(kind, name, THEIRS[impact]) for kind, names in said.items() for name, impact in names.items()]
    less = [
        (kind, name, verdict)
        for kind, name, verdict in asked
        if ORDER.index(updates(kind, ("Properties", name), "a", "b")) < ORDER.index(verdict)
    ]
    assert less == []
    assert len(asked) > 10_000
    assert {kind for kind, _, _ in asked} >= set(types_of_the_project(said))


def test_all_types_of_the_project_are_known(said: Documented) -> None:
    kinds = types_of_the_project(said)
    assert len(kinds) > 50
    assert {"AWS::SageMaker::Endpoint", "AWS::Batch::JobQueue", "AWS::Glue::Job", "AWS::IAM::Role"} <= set(kinds)
    assert all(map(is_known, kinds))
    assert not is_known("AWS::Serverless::Function")
    assert updates("AWS::Serverless::Function", ("Properties", "Handler"), "a", "b") is Updates.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "verdict"),
    [
        ("S3::Bucket", "BucketName", "a", "b", "replace"),
        ("S3::Bucket", "ObjectLockEnabled", None, True, "replace"),
        ("S3::Bucket", "VersioningConfiguration.Status", "Enabled", "Suspended", "in_place"),
        ("SageMaker::Model", "PrimaryContainer.Image", "a", "b", "replace"),
        ("SageMaker::Model", "VpcConfig.Subnets.0", "a", None, "replace"),
        ("SageMaker::Domain", "SubnetIds.0", "a", "b", "replace"),
        ("SageMaker::Endpoint", "EndpointConfigName", "a", "b", "in_place"),
        ("SageMaker::CodeRepository", "GitConfig.RepositoryUrl", "a", "b", "replace"),
        ("SageMaker::CodeRepository", "GitConfig.SecretArn", "a", "b", "in_place"),
        ("SageMaker::CodeRepository", "GitConfig", None, {"SecretArn": "a"}, "in_place"),
        ("SageMaker::CodeRepository", "GitConfig", {"SecretArn": "a"}, {"RepositoryUrl": "b"}, "replace"),
        ("SageMaker::CodeRepository", "GitConfig", {"Ref": "A"}, {"Ref": "B"}, "may_replace"),
        ("SageMaker::CodeRepository", "GitConfig.Fn::If.1.RepositoryUrl", "a", "b", "replace"),
        ("SageMaker::CodeRepository", "GitConfig", {"Fn::If": ["A", {"SecretArn": "a"}, "b"]}, None, "may_replace"),
        ("Lambda::Function", "DurableConfig.ExecutionTimeout", 1, 2, "may_replace"),
        ("Lambda::Function", "Code.S3Key", "a", "b", "in_place"),
        ("Not::Known", "A", "a", "b", "unknown"),
    ],
)
def test_a_change_reaches_a_resource_by_the_property_that_differs(
    kind: str, path: str, before: Any, after: Any, verdict: str
) -> None:
    assert updates(f"AWS::{kind}", ("Properties", *path.split(".")), before, after) == verdict


def test_elements_of_lists_are_reached_wherever_they_stand() -> None:
    kind, name = next(
        (kind, path)
        for kind, entry in json.loads(TABLE.read_text())["types"].items()
        for path in entry.get("replace", ())
        if ".*." in path and not any(path.startswith(f"{other}.") for other in entry["replace"])
    )
    steps = tuple("7" if step == "*" else step for step in name.split("."))
    assert updates(kind, ("Properties", *steps), "a", "b") is Updates.REPLACE
    whole: Any = "a"
    for step in reversed(name.split(".")[1:]):
        whole = [whole] if step == "*" else {step: whole}
    assert updates(kind, ("Properties", steps[0]), None, whole) is Updates.REPLACE
    assert updates(kind, ("Properties", steps[0]), None, []) is Updates.IN_PLACE


def test_the_schemas_are_those_that_aws_validates_with(known: Schemas, found: dict[str, Entry]) -> None:
    """Rule I9001 names each property that a template has and that is create-only, conditionally or not."""
    from cloudformation_validate import SchemaValidator  # 15 MB, for this test alone

    kinds = types_of_the_project(found)
    samples = {f"R{index}": {"Type": kind, "Properties": _sample(known[kind])} for index, kind in enumerate(kinds)}
    named: dict[str, set[tuple[str, bool]]] = {kind: set() for kind in kinds}
    for one in SchemaValidator().validate(json.dumps({"Resources": samples}).encode()):
        if one.rule_id == "I9001":
            path = re.sub(r"\.\d+", ".*", one.property_path.removeprefix("Properties."))
            named[one.entity.resource_type].add((path, "conditionally" in one.message))
    ours = {
        kind: {
            (path.removeprefix("/properties/").replace("/", "."), conditional)
            for key, conditional in (("createOnlyProperties", False), ("conditionalCreateOnlyProperties", True))
            for path in known[kind].get(key, ())
        }
        for kind in kinds
    }
    assert named == ours
    assert sum(map(len, named.values())) > 150


def _sample(schema: Mapping[str, Any]) -> Any:
    """A value with every property of a schema, three levels deep."""
    return {name: _filled(below, schema, 0) for name, below in schema["properties"].items()}


def _filled(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> Any:
    schema = root.get("definitions", {}).get(schema["$ref"].rsplit("/", 1)[-1], {}) if "$ref" in schema else schema
    properties = dict(_properties(schema, root))
    if properties and depth < 4:
        return {name: _filled(below, root, depth + 1) for name, below in properties.items()}
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        return [_filled(schema.get("items", {}), root, depth)] if depth < 4 else []
    return {"boolean": True, "integer": 1, "number": 1, "object": {"x": "x"}}.get(kind, "x")


def _properties(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for choice in ("oneOf", "anyOf", "allOf"):
        for one in schema.get(choice, ()):
            named = root.get("definitions", {}).get(one["$ref"].rsplit("/", 1)[-1], {}) if "$ref" in one else one
            yield from named.get("properties", {}).items()
    yield from schema.get("properties", {}).items()
