"""Boxes of pictures: every resource has a place, on the right side of the walls."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.diagram.kinds import SHARED, SINGLE
from ops.diagram.model import Architecture, Box, Workload, Zone
from tests.unit.diagram_kit import function, of, role, shown, stack


def box(found: Architecture, title: str) -> Box:
    return next(one for one in found.boxes if one.title == title)


def test_subnets_put_a_function_into_the_vpc() -> None:
    inside = function(VpcConfig={"SubnetIds": [{"Ref": "Subnet"}]})
    found = shown(stack("control", Inside=inside, Outside=function(VpcConfig={}), Role=role()))
    assert (box(found, "inside").zone, box(found, "outside").zone) == (Zone.VPC, Zone.ACCOUNT)


def test_what_models_have_is_where_the_endpoint_is() -> None:
    found = shown(
        stack(
            "serving",
            "flights",
            Model=of("AWS::SageMaker::Model", VpcConfig={"Subnets": ["subnet-1"]}),
            Config=of(
                "AWS::SageMaker::EndpointConfig",
                ProductionVariants=[
                    {
                        "VariantName": "champion",
                        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
                        "InstanceType": "ml.m5.large",
                        "InitialInstanceCount": 2,
                    },
                    {"Fn::If": ["Two", {"VariantName": "challenger"}, {"Ref": "AWS::NoValue"}]},
                ],
            ),
            Endpoint=of(
                "AWS::SageMaker::Endpoint",
                EndpointName="dev-flights",
                EndpointConfigName={"Fn::GetAtt": ["Config", "EndpointConfigName"]},
            ),
        )
    )
    assert box(found, "endpoint").zone is Zone.VPC
    assert box(found, "endpoint").lines == (
        "dev-flights",
        "champion, challenger",
        "2 \N{MULTIPLICATION SIGN} ml.m5.large",
    )


def test_use_cases_share_boxes() -> None:
    stacks = [
        stack("serving", name, Endpoint=of("AWS::SageMaker::Endpoint", EndpointName=f"dev-{name}"))
        for name in ("flights", "pumps", "digits")
    ]
    found = shown(*stacks)
    assert len(box(found, "3 endpoints").members) == 3


def test_functions_of_custom_resources_are_no_part_of_it() -> None:
    served = of("Custom::Thing", ServiceToken={"Fn::GetAtt": ["Helper", "Arn"]})
    found = shown(stack("data", Helper=function(), Role=role(), Thing=served))
    assert [one.title for one in found.boxes if one.zone is not Zone.OUTSIDE] == []


def test_a_type_that_nobody_thought_of_has_a_box() -> None:
    found = shown(stack("labeling", "digits", One=of("AWS::Cognito::UserPool"), Two=of("AWS::Cognito::UserPool")))
    assert (box(found, "Cognito").lines, box(found, "Cognito").workload) == (("2 UserPools",), Workload.COLLECT)


def test_too_many_boxes_become_one() -> None:
    many = {f"Function{number:03}": function() for number in range(200)}
    found = shown(stack("control", many=many, Role=role()))
    inner = [one for one in found.boxes if one.workload is Workload.CONTROL and one.zone is Zone.ACCOUNT]
    assert len(inner) == 12
    assert box(found, "189 more").lines == ("189 Functions",)
    assert sum(len(one.members) for one in inner) == 200


@pytest.mark.parametrize("way", ["AWS::EC2::InternetGateway", "AWS::EC2::NatGateway"])
def test_a_way_to_the_internet_is_said(way: str) -> None:
    vpc = of("AWS::EC2::VPC", CidrBlock="10.0.0.0/20")
    closed, opened = shown(stack("network", Vpc=vpc)), shown(stack("network", Vpc=vpc, Way=of(way)))
    assert closed.network is not None and not closed.network.open and "no internet gateway" in closed.network.lines
    assert opened.network is not None and opened.network.open
    assert box(closed, "Internet").lines == ("no way from or to the VPC",)
    assert box(opened, "Internet").lines == ("a gateway leads there",)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["A", "B", "s3://x", "*", "${A}"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Ref", "Fn::Join", "Fn::Sub", "Fn::GetAtt", "Fn::If", "Statement", "x"]), inner, max_size=2
        )
    ),
    max_leaves=6,
)
NAMES = [
    "Policies", "PolicyDocument", "Roles", "Role", "RoleArn", "EventPattern", "Targets", "PipelineDefinition",
    "PipelineName", "EndpointConfigName", "ProductionVariants", "CidrBlock", "ServiceName", "EventSourceArn",
    "FunctionName", "LoggingConfiguration", "DataCaptureConfig", "ServiceToken", "Namespace", "VpcConfig", "QueueName",
    "ManagedPolicyArns",
]  # fmt: skip
TYPES = [
    *SINGLE,
    *SHARED,
    "AWS::SageMaker::Pipeline",
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::KMS::Key",
    "X",
    "A::B",
]


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(["A", "B", "C"]),
        st.tuples(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4)),
    )
)
def test_whatever_properties_hold_there_is_an_architecture(resources: dict[str, tuple[str, dict[str, object]]]) -> None:
    made = {name: {"Type": type_, "Properties": properties} for name, (type_, properties) in resources.items()}
    found = shown(stack("control", many=made))
    keys = {box.key for box in found.boxes}
    assert all({one.source, one.target} <= keys for one in found.arrows)
