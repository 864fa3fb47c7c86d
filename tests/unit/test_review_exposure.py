"""What a change opens: rules of security groups against trying, and settings wherever they stand."""

import ipaddress
import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.review.exposure import look
from ops.review.exposure.table import SETTINGS
from ops.review.model import Class, Found, Severity
from tests.unit.review_case_kit import compared

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
GROUP = "AWS::EC2::SecurityGroup"
Rule = dict[str, Any]


def of(type_: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type_, "Properties": properties}


def found(before: dict[str, Any], after: dict[str, Any], **more: Any) -> list[Found]:
    return [one for each in compared(before, after, **more) for one in look(each)]


def said(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[Severity, str]]:
    return [(one.severity, one.text) for one in found(before, after) if one.kind is Class.EXPOSURE]


PEERS = [{"CidrIp": text} for text in ("10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "0.0.0.0/0")]
PEERS += [{"CidrIpv6": "::/0"}, {"SourceSecurityGroupId": "sg-1"}]
rules = st.lists(
    st.fixed_dictionaries(
        {
            "IpProtocol": st.sampled_from(["tcp", "udp", "-1", "6"]),
            "FromPort": st.sampled_from([0, 22, 80]),
            "ToPort": st.sampled_from([80, 443, 65535]),
        }
    ).flatmap(lambda rule: st.sampled_from(PEERS).map(lambda peer: {**rule, **peer})),
    max_size=4,
)
ADDRESSES = ["10.1.0.0", "10.200.0.0", "192.0.2.1", "2001:db8::1", "sg-1"]
TRIED = list(itertools.product(["tcp", "udp", "icmp"], [0, 21, 22, 79, 80, 81, 443, 444, 65535], ADDRESSES))


def lets(rule: Rule, protocol: str, port: int, address: str) -> bool:
    own = {"6": "tcp"}.get(rule["IpProtocol"], rule["IpProtocol"])
    if own not in ("-1", protocol) or (own != "-1" and not rule["FromPort"] <= port <= rule["ToPort"]):
        return False
    if address == "sg-1" or "SourceSecurityGroupId" in rule:
        return rule.get("SourceSecurityGroupId") == address
    network = ipaddress.ip_network(rule.get("CidrIp") or rule["CidrIpv6"])
    return ipaddress.ip_address(address) in network


@given(rules, rules, st.integers(0, 4))
@settings(max_examples=80, deadline=None)
def test_a_group_lets_in_what_its_rules_do(before: list[Rule], after: list[Rule], apart: int) -> None:
    """Wherever they stand: some of them beside the group, as resources of their own."""

    def template(every: list[Rule]) -> dict[str, Any]:
        beside = {
            f"Rule{at}": of("AWS::EC2::SecurityGroupIngress", GroupId={"Fn::GetAtt": ["Group", "GroupId"]}, **one)
            for at, one in enumerate(every[:apart])
        }
        return {"Group": of(GROUP, SecurityGroupIngress=every[apart:], SecurityGroupEgress=[]), **beside}

    new = any(
        any(lets(one, *tried) for one in after) and not any(lets(one, *tried) for one in before) for tried in TRIED
    )
    assert bool(said(template(before), template(after))) == new


def test_a_new_group_is_told_of_only_where_it_is_open() -> None:
    inside = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}
    world = {**inside, "CidrIp": "0.0.0.0/0"}
    assert said({}, {"G": of(GROUP, SecurityGroupIngress=[inside], SecurityGroupEgress=[inside])}) == []
    assert said({}, {"G": of(GROUP, SecurityGroupEgress=[world])}) == [
        (MEDIUM, "The security group lets tcp 443 out to the whole internet")
    ]
    assert said({}, {"G": of(GROUP, SecurityGroupIngress=[world], SecurityGroupEgress=[])}) == [
        (HIGH, "The security group lets tcp 443 in from the whole internet")
    ]


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_setting_is_found_wherever_it_stands(name: str) -> None:
    setting = SETTINGS[name]
    opened = sorted(setting.open)[0]
    closed = "another"
    for inside in (lambda value: {name: value}, lambda value: {"A": [{"Name": "x", "B": {name: value}}]}):
        before, after = of("Any::Type::Thing", **inside(closed)), of("Any::Type::Thing", **inside(opened))
        [(severity, text)] = said({"R": before}, {"R": after})
        assert severity == setting.severity and text.endswith(f"to {opened}: {setting.why}")
        assert said({"R": after}, {"R": before}) == []
    unset = said({"R": of("Any::Type::Thing", **{name: closed, "C": 1})}, {"R": of("Any::Type::Thing", C=1)})
    assert bool(unset) == (setting.unset in setting.open)


def test_a_setting_that_only_a_deployment_knows_is_worth_a_look() -> None:
    before, after = (
        of("AWS::SageMaker::Model", EnableNetworkIsolation=True),
        of("AWS::SageMaker::Model", EnableNetworkIsolation={"Ref": "P"}),
    )
    [(severity, text)] = said({"M": before}, {"M": after})
    assert severity == LOW and "goes from true to P, which only a deployment knows" in text


def test_a_condition_that_opens_says_when() -> None:
    before = of("AWS::SageMaker::Model", EnableNetworkIsolation=True)
    after = of("AWS::SageMaker::Model", EnableNetworkIsolation={"Fn::If": ["Serverless", False, True]})
    [(_, text)] = said({"M": before}, {"M": after})
    assert text.endswith("(where Serverless holds)")


def test_what_is_left_out_with_all_around_it_is_left_out_as_well() -> None:
    job = {
        "NetworkConfig": {"EnableNetworkIsolation": True, "VpcConfig": {"Subnets": ["s"]}},
        "Capture": {"KmsKeyId": "k"},
    }
    texts = [text for _, text in said({"J": of("Any::Type::Job", **job)}, {"J": of("Any::Type::Job", Other=1)})]
    assert len(texts) == 2  # a capture that is gone stores nothing, and needs no key
    assert texts[0].startswith("Network isolation goes from true to false") and texts[1].startswith("VpcConfig is gone")


@pytest.mark.parametrize(
    ("type_", "before", "after", "severity", "words"),
    [
        ("WAFv2::WebACLAssociation", {}, None, MEDIUM, "no firewall"),
        ("WAFv2::IPSet", {"Addresses": ["192.0.2.0/24"]}, {"Addresses": ["0.0.0.0/0"]}, HIGH, "0.0.0.0/0"),
        (
            *("EC2::PrefixList", {"Entries": [{"Cidr": "10.0.0.0/8"}]}, {"Entries": [{"Cidr": "11.0.0.0/8"}]}),
            *(MEDIUM, "11.0.0.0/8; before from 10.0.0.0/8"),
        ),
        ("SageMaker::Workforce", {"SourceIpConfig": {"Cidrs": ["192.0.2.0/24"]}}, {"A": 1}, HIGH, "from everywhere"),
        (
            *("EC2::NetworkAclEntry", None, {"RuleAction": "allow", "Egress": True, "CidrBlock": "0.0.0.0/0"}),
            *(MEDIUM, "out to the whole internet"),
        ),
        (
            *("EC2::Route", None, {"DestinationCidrBlock": "10.9.0.0/16", "VpcPeeringConnectionId": "p"}),
            *(MEDIUM, "Requests to 10.9.0.0/16 now leave through another network, p"),
        ),
        ("Lambda::Url", None, {"AuthType": "NONE"}, HIGH, "everybody may then call it"),
        ("S3::Bucket", None, {"AccessControl": "PublicRead"}, HIGH, "everybody may then read objects"),
    ],
)
def test_ways_and_addresses(type_: str, before: Any, after: Any, severity: Severity, words: str) -> None:
    def template(properties: Any) -> dict[str, Any]:
        there = {} if properties is None else {"R": of(f"AWS::{type_}", **properties)}
        return {"Rest": of("AWS::SNS::Topic"), **there}

    [one] = said(template(before), template(after))
    assert one[0] == severity and words in one[1]


def test_a_route_inside_the_network_is_no_way_out() -> None:
    assert said({}, {"R": of("AWS::EC2::Route", DestinationCidrBlock="10.0.0.0/16", GatewayId="local")}) == []


@pytest.mark.parametrize(
    "isolation", [{"EnableNetworkIsolation": True}, {"EnableNetworkIsolation": {"Get": "Parameters.I"}}, {}]
)
def test_a_new_step_is_held_against_the_others(isolation: dict[str, Any]) -> None:
    def pipeline(*steps: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"Steps": steps})
        return {"P": of("AWS::SageMaker::Pipeline", PipelineDefinition={"PipelineDefinitionBody": body})}

    old = {"Name": "Old", "Type": "Training", "Arguments": {"EnableNetworkIsolation": True}}
    open_ = {"Name": "Old", "Type": "Training", "Arguments": {"A": 1}}
    new = {"Name": "New", "Type": "Processing", "Arguments": {"NetworkConfig": isolation}}
    chosen = {"Name": "If", "Type": "Condition", "Arguments": {"IfSteps": [new], "ElseSteps": []}}
    for steps in ([old, new], [old, chosen]):
        assert len(said(pipeline(old), pipeline(*steps))) == (0 if isolation else 1)
    assert said(pipeline(open_), pipeline(open_, new)) == []
