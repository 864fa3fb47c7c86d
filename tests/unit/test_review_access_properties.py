"""What holds of every change of a policy, against an evaluator that tries all requests of a small world."""

import itertools
import os
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.assembly.model import Stack, Template
from ops.review.access.comparing import UNCHANGED, Verdict, compare
from ops.review.access.place import Place
from ops.review.access.statements import statements
from tests.security.simulate import Request, verdicts
from tests.unit.iam_kit import ALLOWED, ONE, Requests, judged

Statement = dict[str, Any]
EXAMPLES = int(os.environ.get("EXAMPLES", "30"))
PLACE = Place(Stack("dev", "dev-case", Template()))
ACTIONS = ["s3:GetObject", "S3:putobject", "s3:Get*", "s3:*", "*", "s3:*Object", "sqs:SendMessage", "sqs:?endmessage"]
TRIED_ACTIONS = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:GetObjectAcl",
    "s3:ListBucket",
    "s3:DeleteObject",
    "sqs:SendMessage",
    "sqs:BendMessage",  # there is none yet
    "sqs:PurgeQueue",
]
# One of each kind that these patterns tell apart is tried.
RESOURCES = ["*", "arn:aws:s3:::a", "arn:aws:s3:::a/*", "arn:aws:s3:::b/*", "arn:aws:s3:::?/x", "arn:aws:s3:::*/x"]
TRIED_RESOURCES = [
    f"arn:aws:s3:::{name}" for name in ("a", "a/x", "a/y", "a/b/x", "b/x", "b/y", "b/c/x", "c/x", "cc/x", "c")
]
TWO, OTHER = (
    "arn:aws:iam::111122223333:role/two",
    "arn:aws:iam::444455556666:role/x",
)
PRINCIPALS = [
    "*",
    {"AWS": "*"},
    {"AWS": ONE},
    {"AWS": "111122223333"},
    {"AWS": [TWO, OTHER]},
    {"Service": "events.amazonaws.com"},
]
TRIED_PRINCIPALS = [
    ONE,
    TWO,
    "arn:aws:iam::111122223333:role/three",
    OTHER,
    "arn:aws:iam::777788889999:role/y",
    "events.amazonaws.com",
]
KEYS: dict[str, tuple[list[Any], list[tuple[str, Any]]]] = {
    "aws:SourceVpc": (
        [None, "v1", "v2", "V2", "v3", "w"],
        [
            ("StringEquals", "v1"),
            ("StringEquals", ["v1", "v2"]),
            ("StringNotEquals", "v1"),
            ("StringNotEqualsIfExists", ["v1", "v2"]),
            ("StringEqualsIfExists", "v1"),
            ("StringEqualsIgnoreCase", "V2"),
            ("StringLike", "v*"),
            ("StringNotLike", ["v1", "w"]),
            ("Null", "true"),
            ("Null", "false"),
        ],
    ),
    "aws:SourceIp": (
        [None, "10.1.2.3", "10.2.0.1", "10.200.0.1", "192.0.2.1"],
        [
            ("IpAddress", "10.0.0.0/8"),
            ("IpAddress", ["10.0.0.0/9", "10.128.0.0/9"]),
            ("NotIpAddress", "10.1.0.0/16"),
            ("NotIpAddressIfExists", "10.0.0.0/8"),
            ("IpAddressIfExists", "10.1.0.0/16"),
        ],
    ),
    "s3:TlsVersion": (
        [None, "1.1", "1.2", "1.3"],
        [
            ("NumericLessThan", "1.2"),
            ("NumericGreaterThanEquals", "1.2"),
            ("NumericNotEquals", "1.2"),
            ("NumericEquals", ["1.2", "1.2"]),
            ("NumericLessThanEqualsIfExists", "1.2"),
        ],
    ),
    "aws:SecureTransport": (
        [None, "true", "false"],
        [("Bool", False), ("Bool", "true"), ("BoolIfExists", "false")],
    ),
    "aws:TagKeys": (
        [None, ["a"], ["b"], ["c"], ["a", "b"], ["a", "c"], ["b", "c"], ["a", "b", "c"]],
        [
            ("ForAllValues:StringEquals", ["a", "b"]),
            ("ForAnyValue:StringEquals", "a"),
            ("ForAnyValue:StringNotEquals", ["a", "b"]),
            ("ForAllValues:StringNotEquals", "a"),
            ("ForAllValues:StringEqualsIfExists", ["a"]),
            ("Null", "true"),
        ],
    ),
    "aws:SourceArn": (
        [None, *(f"arn:aws:{rest}" for rest in ("sns:r:1:a", "sns:r:1:a:b", "sns:q:1:c", "sqs:r:1:a", "sns:r:2:d"))],
        [
            ("ArnLike", "arn:aws:sns:*:1:*"),
            ("ArnEquals", "arn:aws:sns:r:1:a"),
            ("ArnNotLike", "arn:aws:s?s:r:*:a"),
        ],
    ),
}


@st.composite
def documents(draw: st.DrawFn, keys: tuple[str, ...], *, most: int = 4, principals: bool = False) -> list[Statement]:
    return draw(st.lists(_statement(keys, principals=principals), max_size=most))


@st.composite
def _statement(draw: st.DrawFn, keys: tuple[str, ...], *, principals: bool) -> Statement:
    found = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(_some(ACTIONS)),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(_some(RESOURCES)),
    }
    if principals:
        found[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(st.sampled_from(PRINCIPALS))
    for key in draw(st.lists(st.sampled_from(keys), max_size=2, unique=True)) if keys else ():
        operator, values = draw(st.sampled_from(KEYS[key][1]))
        found.setdefault("Condition", {}).setdefault(operator, {})[key] = values
    return found


def _some(patterns: list[str]) -> st.SearchStrategy[Any]:
    return st.one_of(st.sampled_from(patterns), st.lists(st.sampled_from(patterns), min_size=1, max_size=3))


def world(keys: tuple[str, ...], *, principals: bool = False) -> Requests:
    values = [[(key, value) for value in KEYS[key][0]] for key in keys]
    contexts = [{key: value for key, value in chosen if value is not None} for chosen in itertools.product(*values)]
    return Requests(TRIED_ACTIONS, TRIED_RESOURCES, contexts, TRIED_PRINCIPALS if principals else [ONE])


def verdict(before: list[Statement], after: list[Statement], *, alone: bool = False) -> Verdict:
    return compare(statements({"Statement": before}, PLACE), statements({"Statement": after}, PLACE), alone=alone)


def changed(before: list[Statement], after: list[Statement], requests: Requests, *, alone: bool) -> tuple[bool, bool]:
    seen = set(zip(judged(before, requests), judged(after, requests), strict=True))
    if alone:
        seen = {(int(was == ALLOWED), int(will == ALLOWED)) for was, will in seen}
    return any(was < will for was, will in seen), any(was > will for was, will in seen)


two_keys = st.lists(st.sampled_from(sorted(KEYS)), max_size=2, unique=True).map(tuple)


@given(st.data(), two_keys, st.booleans())
@settings(max_examples=EXAMPLES, deadline=None)
def test_what_all_requests_say(data: st.DataObject, keys: tuple[str, ...], alone: bool) -> None:
    before, after = data.draw(documents(keys)), data.draw(documents(keys))
    found = verdict(before, after, alone=alone)
    widened, narrowed = changed(before, after, world(keys), alone=alone)
    assert (bool(found.widened), bool(found.narrowed)) == (widened, narrowed)
    assert not found.maybe_widened and not found.maybe_narrowed


@given(st.data(), st.booleans())
@settings(max_examples=EXAMPLES, deadline=None)
def test_what_all_requests_of_all_principals_say(data: st.DataObject, alone: bool) -> None:
    before = data.draw(documents(("aws:SourceVpc",), most=3, principals=True))
    after = data.draw(documents(("aws:SourceVpc",), most=3, principals=True))
    found = verdict(before, after, alone=alone)
    expected = changed(before, after, world(("aws:SourceVpc",), principals=True), alone=alone)
    assert (bool(found.widened), bool(found.narrowed)) == expected


@given(st.data(), two_keys, st.booleans())
@settings(max_examples=EXAMPLES, deadline=None)
def test_more_is_never_less(data: st.DataObject, keys: tuple[str, ...], alone: bool) -> None:
    before, more = data.draw(documents(keys)), data.draw(documents(keys, most=2))
    kept = [one for one in before if one["Effect"] == "Allow" or data.draw(st.booleans())]
    after = kept + [one for one in more if one["Effect"] == "Allow"]
    found = verdict(before, after, alone=alone)
    assert not found.narrowed and not found.maybe_narrowed
    back = verdict(after, before, alone=alone)
    assert not back.widened and not back.maybe_widened
    assert bool(back.narrowed) == bool(found.widened)


@given(st.data(), two_keys, st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_same_in_another_order_is_silent(
    data: st.DataObject, keys: tuple[str, ...], shuffled: random.Random
) -> None:
    document = data.draw(documents(keys))
    other = [{name: _shuffled(value, shuffled) for name, value in one.items()} for one in document]
    shuffled.shuffle(other)
    assert verdict(document, other) == UNCHANGED


def _shuffled(value: object, by: random.Random) -> object:
    return by.sample(value, len(value)) if isinstance(value, list) else value


@given(st.data(), two_keys)
@settings(max_examples=EXAMPLES, deadline=None)
def test_split_statements_are_silent(data: st.DataObject, keys: tuple[str, ...]) -> None:
    document = data.draw(documents(keys))
    split = [{**one, "Action": action} for one in document for action in _each(one, "Action")]
    split = [{**one, "Resource": resource} for one in split for resource in _each(one, "Resource")]
    assert verdict(document, [_without_missing(one) for one in split]) == UNCHANGED


def _each(statement: Statement, name: str) -> list[Any]:
    value = statement.get(name)
    return value if isinstance(value, list) else [value]


def _without_missing(statement: Statement) -> Statement:
    return {name: value for name, value in statement.items() if value is not None}


@given(st.data(), st.sampled_from(["arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::c"]), st.booleans())
@settings(max_examples=EXAMPLES, deadline=None)
def test_whatever_a_reference_turns_out_to_be(data: st.DataObject, bucket: str, alone: bool) -> None:
    """A request that is allowed only after is never missed: it is widened, or nobody can tell."""
    before, after = data.draw(_with_references()), data.draw(_with_references())
    found = verdict(before, after, alone=alone)
    widened, narrowed = changed(
        _deployed(before, bucket), _deployed(after, bucket), world(("aws:SourceVpc",)), alone=alone
    )
    if widened:
        assert found.widened or found.maybe_widened
    if narrowed:
        assert found.narrowed or found.maybe_narrowed


@st.composite
def _with_references(draw: st.DrawFn) -> list[Statement]:
    """Documents whose resources and networks a template refers to."""
    document = draw(documents(("aws:SourceVpc",), most=3))
    for one in document:
        name = "Resource" if "Resource" in one else "NotResource"
        if draw(st.booleans()):
            one[name] = draw(st.sampled_from([{"Fn::GetAtt": ["Raw", "Arn"]}, {"Fn::Sub": "${Raw.Arn}/*"}]))
        for operator, keys in one.get("Condition", {}).items():
            if operator != "Null" and draw(st.booleans()):
                keys["aws:SourceVpc"] = {"Ref": "Vpc"}
    return document


def _deployed(value: Any, bucket: str) -> Any:
    if isinstance(value, list):
        return [_deployed(one, bucket) for one in value]
    if not isinstance(value, dict):
        return value
    if value == {"Ref": "Vpc"}:
        return "v1"
    if "Fn::GetAtt" in value:
        return bucket
    if "Fn::Sub" in value:
        return f"{bucket}/*"
    return {name: _deployed(one, bucket) for name, one in value.items()}


@pytest.mark.parametrize("alone", [False, True])
def test_a_refusal_that_meets_nothing_counts_where_others_allow(alone: bool) -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    assert bool(verdict([deny], [], alone=alone).widened) is not alone


def test_the_evaluator_is_of_the_same_mind_as_another_one() -> None:
    """Every condition above, on every value, as the npm package that tests roles sees it."""
    document: list[Any] = []
    asked: list[Any] = []
    for key, (values, conditions) in KEYS.items():
        action, arn = (
            ("sqs:TagQueue", "arn:aws:sqs:eu-west-1:1:q")
            if key == "aws:TagKeys"
            else ("s3:GetObject", "arn:aws:s3:::b/")
        )
        for operator, wanted in conditions:
            resource = f"{arn}{len(document)}"
            condition = {operator: {key: wanted}}
            document.append({"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition})
            asked += [(action, resource, {} if value is None else {key: value}) for value in values]
    found = verdicts([Request(*one) for one in asked], principal=ONE, identity=[{"Statement": document}])
    for action, resource, context in asked:
        [mine] = judged(document, Requests([action], [resource], [context]))
        assert (mine == ALLOWED) == (found[str(Request(action, resource, context))] == "Allowed"), (resource, context)
