"""A review for programs: JSON as docs/review.schema.json has it, and SARIF as OASIS has it."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loading import ROOT
from ops.review.gates import judged
from ops.review.model import Action, Change, Class, Cost, Found, Gate, PropertyChange, Review, Severity, Updates
from ops.review.reports import json as json_report
from ops.review.reports import sarif
from tests.unit.review_kit import HOSTILE, change, found, hostile, judge, review, rules, waiver

SCHEMA = json.loads((ROOT / "docs/review.schema.json").read_text())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text() | st.integers() | st.none(), inner, max_size=2)
    ),
    max_leaves=5,
)


def valid(done: Review) -> Any:
    document = json.loads(json_report.render(done), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def full() -> Review:
    head = {"prod": rules(waivers=[waiver().model_dump()], monthly_change={"usd": 1}), "dev": rules(in_earnest=False)}
    cost = Cost(10.0, 20.0, ("AWS::Glue::Job: hours",), (("prod", 10.0, 20.0),))
    changes = (
        change(found(detail="+ a"), found(Class.EXPOSURE, Severity.LOW, paths=("Properties.A",)), where="dev prod"),
        change(found(), logical_id="Moved", path="Moved/Resource", action=Action.RENAME, was="prod-data/Old"),
    )
    done = review(*changes, cost=cost, remarks=("Custom::X",), templates={"prod-data": "a.template.json"})
    return judged(done, judge(head, {"prod": rules()}))


def test_it_has_at_least_what_was_promised() -> None:
    document = valid(full())
    promised = {"stack", "logical_id", "type", "action", "classes", "severity", "properties"}
    assert all(promised <= one.keys() for one in document["changes"])
    assert {"base_monthly_usd": 10.0, "head_monthly_usd": 20.0}.items() <= document["cost"].items()
    assert document["cost"]["unpriced"] == ["AWS::Glue::Job: hours"]
    assert (document["blocked"], document["severity"]) == (True, "block")
    moved, raw = document["changes"]
    assert (moved["action"], moved["was"], moved["severity"]) == ("rename", "prod-data/Old", "block")
    assert (raw["environments"], raw["classes"]) == (["dev", "prod"], ["data_loss", "exposure"])
    assert [gate["state"] for gate in document["gates"]].count("closed") == 2


def test_nothing_of_the_model_is_left_out() -> None:
    definitions = SCHEMA["$defs"]
    pairs: list[tuple[Any, Any, set[str], set[str]]] = [
        (Review, SCHEMA, set(), {"version", "severity", "blocked"}),
        (Change, definitions["change"], set(), {"classes", "severity"}),
        (PropertyChange, definitions["change"]["properties"]["properties"]["items"], set(), set()),
        (Found, definitions["change"]["properties"]["found"]["items"], {"kind", "rated"}, {"class"}),
        (Gate, definitions["gate"], set(), {"state"}),
        (Cost, definitions["cost"], set(), set()),
    ]
    for model, schema, other, more in pairs:
        assert set(schema["properties"]) == {field.name for field in fields(model)} - other | more


def test_the_schema_knows_every_name_describes_every_key_and_allows_no_other() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    definitions = SCHEMA["$defs"]
    assert definitions["class"]["enum"] == [kind.value for kind in Class]
    assert definitions["severity"]["enum"] == [one.name.lower() for one in reversed(Severity)]
    properties = definitions["change"]["properties"]
    assert properties["action"]["enum"] == [one.value for one in Action]
    assert properties["properties"]["items"]["properties"]["updates"]["enum"] == [one.value for one in Updates]

    def walk(schema: dict[str, Any]) -> None:
        if "properties" in schema:
            assert schema["additionalProperties"] is False
            assert schema["required"] == list(schema["properties"])
            for name, one in schema["properties"].items():
                assert one.get("description") or "$ref" in one, name
                walk(one)
        if "items" in schema:
            walk(schema["items"])

    for schema in (SCHEMA, *definitions.values()):
        walk(schema)


def test_without_a_price_there_is_no_number() -> None:
    cost: dict[str, Any] = {"base_monthly_usd": None, "head_monthly_usd": None, "unpriced": [], "by_environment": []}
    assert valid(review())["cost"] == cost


@given(VALUES, VALUES)
def test_any_values_of_templates_are_json(before: Any, after: Any) -> None:
    properties = (PropertyChange("Properties.A", before, after, Updates.IN_PLACE),)
    valid(review(change(found(), properties=properties)))


def test_hostile_texts_come_out_as_they_went_in() -> None:
    assert valid(judged(hostile(), judge()))["changes"][0]["logical_id"] == HOSTILE


def run(done: Review, root: Path | None = None) -> Any:
    """The run of a SARIF file, held against what the standard requires (3.13, 3.14, 3.19, 3.27, 3.28, 3.49)."""
    document = json.loads(sarif.render(done, root))
    assert document.keys() == {"$schema", "version", "runs"}
    assert document["version"] == "2.1.0"
    [found_run] = document["runs"]
    identifiers = [rule["id"] for rule in found_run["tool"]["driver"]["rules"]]
    assert len(set(identifiers)) == len(identifiers)
    for result in found_run["results"]:
        assert identifiers[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"].strip()
        [location] = result["locations"]  # code scanning refuses results without one
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[\w./~-]|%[0-9A-F]{2})+", uri)  # relative, and a valid reference (RFC 3986)
        assert not uri.startswith("/")
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        assert re.fullmatch("[0-9a-f]{64}", result["partialFingerprints"]["mlLoopReview/v1"])
    return found_run


def test_sarif_has_a_rule_for_each_class_and_a_result_for_each_finding() -> None:
    done = full()
    found_run = run(done)
    rules_by_id = {rule["id"]: rule for rule in found_run["tool"]["driver"]["rules"]}
    assert {kind.value for kind in Class} <= rules_by_id.keys()
    for rule in rules_by_id.values():
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"].startswith(rule["fullDescription"]["text"])
    levels = [(one["ruleId"], one["level"]) for one in found_run["results"]]
    assert levels[:3] == [("data_loss", "error"), ("data_loss", "error"), ("exposure", "note")]
    assert {"waiver", "monthly_change"} <= {name for name, _ in levels}
    gate = next(one for one in found_run["results"] if one["ruleId"] == "monthly_change")
    where = gate["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (gate["level"], where) == ("error", "environments/prod.yaml")


def test_sarif_names_the_line_of_the_resource(tmp_path: Path) -> None:
    template = {"Resources": {"Other": {"Type": "A"}, "Raw1A2B": {"Type": "AWS::S3::Bucket"}}}
    (tmp_path / "my data.template.json").write_text(json.dumps(template, indent=1))
    done = review(change(found()), templates={"prod-data": "my data.template.json"})
    [result] = run(done, tmp_path)["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20data.template.json"
    assert place["region"]["startLine"] == 6
    assert run(done)["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 1
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "prod-data/Raw1A2B"


def test_a_finding_is_the_same_one_in_the_next_run_whatever_it_is_folded_of() -> None:
    def mark(done: Review) -> str:
        return str(run(done)["results"][0]["partialFingerprints"]["mlLoopReview/v1"])

    first = mark(review(change(found(text="Then 3 days."))))
    assert first == mark(review(change(found(text="Now 2 days."), where="dev prod")))
    assert first != mark(review(change(found(paths=("Properties.A",)))))
    assert first != mark(review(change(found(), logical_id="Other")))


def test_hostile_texts_are_in_valid_sarif() -> None:
    results = run(judged(hostile(), judge()))["results"]
    assert len(results) >= len(Class)
    assert json.dumps(results).isascii()
