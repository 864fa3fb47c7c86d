"""Parts of the comparison of policies: actions, patterns, texts, ranges, descriptions."""

import itertools
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.assembly.model import Resource, Stack, Template
from ops.review.access import actions, scales
from ops.review.access.actions import Level
from ops.review.access.automaton import Pattern
from ops.review.access.covering import described
from ops.review.access.patterns import kinds
from ops.review.access.place import Place
from ops.review.access.table import SOURCE, table
from ops.review.access.tokens import Undecided, written
from ops.review.exposure.ranges import is_public, uncovered
from tests.needs import need


def test_the_table_of_actions_is_that_of_the_installed_package() -> None:
    need(SOURCE.exists(), f"{SOURCE.name} is not installed; run `make setup`.")
    assert actions.TABLE.read_text(encoding="utf-8") == table()


@pytest.mark.parametrize(
    ("name", "written_as", "level", "dangerous"),
    [
        ("S3:GETOBJECT", "s3:GetObject", Level.READ, False),
        ("iam:passrole", "iam:PassRole", Level.WRITE, True),
        ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithSAML", Level.WRITE, True),
        ("kms:PutKeyPolicy", "kms:PutKeyPolicy", Level.PERMISSIONS, True),
        ("sagemaker:AddTags", "sagemaker:AddTags", Level.TAGS, False),
        ("sagemaker:ListModels", "sagemaker:ListModels", Level.LIST, False),
        ("new:Thing", "new:Thing", Level.WRITE, False),  # what nobody knows is taken to write
    ],
)
def test_an_action(name: str, written_as: str, level: Level, dangerous: bool) -> None:
    known = actions.of(name)
    assert (known.name, known.level, actions.is_dangerous(name)) == (written_as, level, dangerous)


def test_wildcards_stand_for_the_actions_of_today() -> None:
    assert actions.matching("sqs:sendmessage*") == {"sqs:sendmessage", "sqs:sendmessagebatch"} & actions.matching(
        "sqs:*"
    )
    assert actions.matching("s3:getobjec?") == {"s3:getobject"}
    assert actions.matching("s3:[get]*") == frozenset()
    assert {name.partition(":")[0] for name in actions.matching("s?s:*")} >= {"sqs", "sns", "sts"}
    assert actions.matching("*") == actions.matching("nothing:*") == frozenset()
    assert actions.of("ec2:DescribeVpcs").anywhere and not actions.of("s3:GetObject").anywhere


PLACE = Place(
    Stack(
        "dev",
        "dev-case",
        Template(
            {
                "Raw": Resource("Raw", "AWS::S3::Bucket"),
                "Named": Resource("Named", "AWS::S3::Bucket", {"BucketName": {"Fn::Sub": "b-${AWS::Region}"}}),
                "Role": Resource("Role", "AWS::IAM::Role", {"RoleName": "r", "Path": "/p/"}),
            }
        ),
        region="eu-west-1",
    )
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a*", "a*"),
        (10, "10"),
        (True, "true"),
        ({"Ref": "X"}, "${X}"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Fn::GetAtt": ["Raw", "Arn"]}, "arn:aws:s3:::${Raw}"),
        ({"Fn::GetAtt": "Raw.Arn"}, "arn:aws:s3:::${Raw}"),
        ({"Fn::GetAtt": ["Raw", "DomainName"]}, "${Raw.DomainName}"),
        ({"Fn::GetAtt": ["Named", "Arn"]}, "arn:aws:s3:::b-eu-west-1"),
        ({"Fn::GetAtt": ["Role", "Arn"]}, "arn:aws:iam::${AWS::AccountId}:role/p/r"),
        ({"Fn::Join": ["/", [{"Ref": "X"}, "a", {"Fn::Join": ["", ["b", "c"]]}]]}, "${X}/a/bc"),
        ({"Fn::Sub": ["${A}-${Raw.Arn}-${!B}", {"A": {"Ref": "X"}}]}, "${X}-arn:aws:s3:::${Raw}-${b}"),
        ({"Fn::ImportValue": {"Fn::Sub": "e-${AWS::Region}"}}, "${e-eu-west-1}"),
        ({"Fn::Select": [0, ["a"]]}, '${{"Fn::Select": [0, ["a"]]}}'),
        ("x/${aws:UserName}/${*}", "x/${aws:username}/*"),
    ],
)
def test_what_a_value_comes_to(value: Any, text: str) -> None:
    assert written(PLACE.tokens(value)) == text


@pytest.mark.parametrize("value", [None, [], {}, {"a": 1, "b": 2}, ["x"]])
def test_what_is_no_text_is_undecided(value: Any) -> None:
    with pytest.raises(Undecided, match="a text is expected"):
        PLACE.tokens(value)


@given(st.lists(st.text("ab*?", min_size=1, max_size=4), min_size=1, max_size=4, unique=True))
@settings(max_examples=40, deadline=None)
def test_kinds_are_those_that_strings_show(texts: list[str]) -> None:
    patterns = [Pattern(PLACE.tokens(text)) for text in texts]
    found = kinds(patterns)
    seen = {tuple(bool(found.members[one] >> bit & 1) for one in patterns) for bit in range(found.count)}
    strings = ("".join(some) for size in range(6) for some in itertools.product("abx", repeat=size))
    shown = {tuple(fnmatchcase(string, str(one)) for one in patterns) for string in strings}
    assert shown <= seen
    # Strings of five characters show all kinds of up to three short patterns.
    assert len(texts) > 3 or max(map(len, texts)) > 3 or shown == seen


def test_a_reference_may_turn_out_to_be_within_a_pattern() -> None:
    texts = ({"Fn::Sub": "${X}/a"}, "arn:aws:s3:::b/*", "other")
    reference, pattern, other = (Pattern(PLACE.tokens(text)) for text in texts)
    found = kinds([reference, pattern, other])
    both = found.members[reference] & found.members[pattern]
    assert both and both & ~found.doubtful == 0
    assert not found.members[reference] & found.members[other]  # what ends otherwise is something else


def test_values_on_a_scale() -> None:
    count, found = scales.compare({"a": ("NumericLessThan", ["10"]), "b": ("NumericLessThan", ["20"])})
    assert count == 5 and found["a"] & ~found["b"] == 0 and found["b"] & ~found["a"]
    _, moments = scales.compare(
        {"a": ("DateLessThan", ["2026-01-01"]), "b": ("DateLessThan", ["2026-01-01T00:00:00Z"])}
    )
    assert moments["a"] == moments["b"]
    for operator, value in (
        ("NumericEquals", "${X}"),
        ("NumericEquals", "nan"),
        ("DateEquals", "soon"),
        ("IpAddress", "x"),
    ):
        with pytest.raises(Undecided):
            scales.compare({"a": (operator, [value])})


def test_ranges_of_addresses() -> None:
    assert uncovered(["10.0.0.0/8"], ["10.0.0.0/9", "10.128.0.0/9"]) == []
    assert uncovered(["10.0.0.0/8", "::/0", "${X}"], ["10.0.0.0/9", "${X}"]) == ["10.0.0.0/8", "::/0"]
    assert uncovered(["::1/128"], ["0.0.0.0/0"]) == ["::1/128"]
    public = ["0.0.0.0/0", "::/0", "8.8.8.8/32", "9.0.0.0/7", "2001:db8::/32"]
    private = ["10.1.0.0/16", "192.168.0.1/32", "fc00::/8", "sg-1", "255.255.255.255/32"]
    assert [is_public(one) for one in (*public, *private)] == [True] * len(public) + [False] * len(private)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 255), min_size=1), st.integers(1, 255))
def test_a_description_holds_all_that_it_describes(members: dict[str, int], wanted: int) -> None:
    said = 0
    for name, but in described(members, wanted, [name for name in members if name < "d"]):
        part = 255 if name is None else members[name]
        for one in but:
            part &= ~members[one]
        said |= part
    assert wanted & ~said == 0
    # It says more only where no name ends at the border.
    assert said == wanted or any(bits & wanted and bits & ~wanted for bits in (*members.values(), 255))
