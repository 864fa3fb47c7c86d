"""The network: no way to the internet, and only what a level opens."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template
from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy

from config import environment_names, load_environment

ACCOUNT, REGION = "111122223333", "ap-northeast-1"
WAYS_OUT = [
    "InternetGateway",
    "NatGateway",
    "EIP",
    "EgressOnlyInternetGateway",
    "VPNGateway",
    "TransitGatewayAttachment",
]


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [resource["Properties"] for resource in template["Resources"].values() if resource["Type"] == kind]


@pytest.fixture(params=environment_names())
def network(request: pytest.FixtureRequest, templates: dict[str, Any]) -> dict[str, Any]:
    template: dict[str, Any] = templates[f"{request.param}-network"]
    return template


def test_nothing_leads_out(network: dict[str, Any]) -> None:
    for way in WAYS_OUT:
        assert of_type(network, f"AWS::EC2::{way}") == [], way
    assert of_type(network, "AWS::EC2::Route") == []
    for subnet in of_type(network, "AWS::EC2::Subnet"):
        assert subnet["MapPublicIpOnLaunch"] is False


def test_zones_are_those_of_the_file(templates: dict[str, Any]) -> None:
    for name in environment_names():
        zones = [subnet["AvailabilityZone"] for subnet in of_type(templates[f"{name}-network"], "AWS::EC2::Subnet")]
        assert tuple(zones) == load_environment(name).network.zones


def test_another_zone_leaves_the_subnets_where_they_are(
    templates: dict[str, Any], synthesise: Callable[..., dict[str, Any]]
) -> None:
    dev = load_environment("dev")
    zones = (*dev.network.zones, "ap-northeast-1d")
    wider = dev.model_copy(update={"network": dev.network.model_copy(update={"zones": zones})})
    before = [s["CidrBlock"] for s in of_type(templates["dev-network"], "AWS::EC2::Subnet")]
    after = [s["CidrBlock"] for s in of_type(synthesise(wider)["dev-network"], "AWS::EC2::Subnet")]
    assert after[: len(before)] == before
    assert len(set(after)) == len(before) + 1


@pytest.mark.parametrize(("name", "count"), [("dev", 0), ("staging", 5), ("prod", 18)])
def test_a_level_opens_its_services(
    templates: dict[str, Any], plain: Callable[[Any], Any], name: str, count: int
) -> None:
    endpoints = of_type(templates[f"{name}-network"], "AWS::EC2::VPCEndpoint")
    interfaces = [plain(endpoint) for endpoint in endpoints if endpoint["VpcEndpointType"] == "Interface"]
    assert len(interfaces) == count
    assert len(endpoints) - count == 2
    for endpoint in interfaces:
        assert endpoint["PrivateDnsEnabled"] is True
        assert len(endpoint["SubnetIds"]) == len(load_environment(name).network.zones)
        (statement,) = endpoint["PolicyDocument"]["Statement"]
        assert statement["Condition"]["StringEquals"] == {"aws:PrincipalAccount": ACCOUNT}


def test_jobs_talk_to_each_other_and_over_tls(network: dict[str, Any], plain: Callable[[Any], Any]) -> None:
    template = Template.from_json(network)
    template.has_resource_properties(
        "AWS::EC2::SecurityGroup",
        {
            "GroupDescription": Match.string_like_regexp("^Jobs"),
            "SecurityGroupIngress": Match.absent(),
            "SecurityGroupEgress": [Match.object_like({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443})],
        },
    )
    for rule in plain(of_type(network, "AWS::EC2::SecurityGroupIngress")):
        itself = rule["GroupId"] == rule["SourceSecurityGroupId"]
        assert itself or (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)
    for rule in plain(of_type(network, "AWS::EC2::SecurityGroupEgress")):
        assert rule["GroupId"] == rule["DestinationSecurityGroupId"]


def test_no_group_lets_addresses_in(network: dict[str, Any]) -> None:
    for group in of_type(network, "AWS::EC2::SecurityGroup"):
        assert "SecurityGroupIngress" not in group
    assert all("CidrIp" not in rule for rule in of_type(network, "AWS::EC2::SecurityGroupIngress"))


@pytest.mark.parametrize(
    ("caller", "action", "resource", "owner", "expected"),
    [
        (ACCOUNT, "s3:GetObject", "arn:aws:s3:::own/raw.csv", ACCOUNT, "Allow"),
        (ACCOUNT, "s3:PutObject", "arn:aws:s3:::own/raw.csv", ACCOUNT, "Allow"),
        (ACCOUNT, "s3:PutObject", "arn:aws:s3:::theirs/leak.csv", "999999999999", "ImplicitDeny"),
        ("999999999999", "s3:PutObject", "arn:aws:s3:::theirs/leak.csv", "999999999999", "ImplicitDeny"),
        ("999999999999", "s3:GetObject", "arn:aws:s3:::own/raw.csv", ACCOUNT, "ImplicitDeny"),
        (ACCOUNT, "s3:PutBucketPolicy", "arn:aws:s3:::own", ACCOUNT, "ImplicitDeny"),
        (
            "999999999999",
            "s3:GetObject",
            f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/x",
            "999999999999",
            "Allow",
        ),
        (
            ACCOUNT,
            "s3:PutObject",
            f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/x",
            "999999999999",
            "ImplicitDeny",
        ),
    ],
)
def test_the_gateway_reaches_this_accounts_buckets(
    templates: dict[str, Any],
    plain: Callable[[Any], Any],
    monkeypatch: pytest.MonkeyPatch,
    caller: str,
    action: str,
    resource: str,
    owner: str,
    expected: str,
) -> None:
    # An ARN of S3 names no account, so the evaluator is told.
    monkeypatch.setattr("ministack.core.iam_evaluator._account_from_arn", lambda _: owner)
    gateways = plain(of_type(templates["dev-network"], "AWS::EC2::VPCEndpoint"))
    (policy,) = (g["PolicyDocument"] for g in gateways if g["ServiceName"].endswith(".s3"))
    context = EvalContext(f"arn:aws:iam::{caller}:role/any", "AssumedRole", caller, action, resource, REGION)
    assert evaluate_resource_policy(policy, context).decision == expected
