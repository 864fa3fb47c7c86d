"""Where policies are found: in which resources, attached by whom, chosen by which condition."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.review import access, exposure
from ops.review.model import Class, Found, Severity
from tests.unit.iam_kit import ONE
from tests.unit.review_case_kit import compared

WIDENED, NARROWED, UNKNOWN = Class.PERMISSIONS_WIDENED, Class.PERMISSIONS_NARROWED, Class.PERMISSIONS_UNKNOWN
ALLOW = {"Effect": "Allow", "Principal": {"AWS": ONE}, "Action": "s3:GetObject", "Resource": "*"}
MORE = {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject", "Resource": "*"}
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def document(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def found(before: dict[str, Any], after: dict[str, Any], **more: Any) -> list[Found]:
    return [one for each in compared(before, after, **more) for one in access.look(each)]


def of(type_: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type_, "Properties": properties}


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("AWS::ECR::Repository", "RepositoryPolicyText"),
        ("AWS::S3::AccessPoint", "Policy"),
        ("AWS::EFS::FileSystem", "FileSystemPolicy"),
        ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
        ("AWS::SageMaker::ModelPackageGroup", "ModelPackageGroupPolicy"),
        ("AWS::OpenSearchService::Domain", "AccessPolicies"),
        ("AWS::SNS::TopicPolicy", "PolicyDocument"),
        ("AWS::SQS::QueueInlinePolicy", "PolicyDocument"),
        ("AWS::Backup::BackupVault", "AccessPolicy"),
        ("Example::Future::Thing", "Whatever"),
    ],
)
def test_any_resource_may_carry_a_policy(type_: str, name: str) -> None:
    [one] = found({"R": of(type_, **{name: document(ALLOW)})}, {"R": of(type_, **{name: document(ALLOW, MORE)})})
    assert (one.kind, one.severity, one.paths) == (WIDENED, Severity.HIGH, (f"Properties.{name}",))
    assert one.text == "Account 444455556666 may also do s3:GetObject on every resource"


def test_a_policy_may_be_a_text_with_references_in_it() -> None:
    def policy(*names: str) -> dict[str, Any]:
        said = json.dumps(document({**ALLOW, "Resource": ["@" + name for name in names]}))
        parts: list[Any] = []
        for piece in said.split('"'):
            parts += [{"Fn::GetAtt": [piece[1:], "Arn"]}] if piece.startswith("@") else [piece]
            parts.append('"')
        text = {"Fn::Join": ["", parts[:-1]]}
        return {"R": of("AWS::Logs::ResourcePolicy", PolicyDocument=text), "A": of("AWS::S3::Bucket")}

    [one] = found(policy("A"), policy("A", "B"))
    assert one.text.endswith("s3:GetObject on ${B.Arn}")


def test_a_bus_has_its_statement_among_its_properties() -> None:
    bus = {"EventBusName": "b", "StatementId": "x", "Statement": {**ALLOW, "Action": "events:PutEvents"}}
    after = {**bus, "Statement": {**ALLOW, "Action": "events:PutEvents", "Principal": "*"}}
    found_ = found({"R": of("AWS::Events::EventBusPolicy", **bus)}, {"R": of("AWS::Events::EventBusPolicy", **after)})
    assert [one.kind for one in found_] == [WIDENED, Class.EXPOSURE]


def test_a_policy_of_two_roles_is_said_once_with_both() -> None:
    roles = {name: of("AWS::IAM::Role") for name in ("One", "Two")}
    policy = of("AWS::IAM::Policy", Roles=[{"Ref": "One"}, {"Ref": "Two"}], PolicyDocument=document())
    after = of("AWS::IAM::Policy", Roles=[{"Ref": "One"}, {"Ref": "Two"}], PolicyDocument=document(READ))
    [one] = found({**roles, "P": policy}, {**roles, "P": after})
    assert one.text == "One and Two may also do s3:GetObject on arn:aws:s3:::b/*"


def test_a_policy_that_one_role_more_gets_is_new_to_that_one() -> None:
    roles = {name: of("AWS::IAM::Role") for name in ("One", "Two")}
    policies = [
        of("AWS::IAM::Policy", Roles=names, PolicyDocument=document(READ))
        for names in ([{"Ref": "One"}], [{"Ref": "One"}, {"Ref": "Two"}])
    ]
    [one] = found({**roles, "P": policies[0]}, {**roles, "P": policies[1]})
    assert one.text.startswith("Two may also do")


@pytest.mark.parametrize("attached", [{"ManagedPolicyArns": [{"Ref": "M"}]}, {}])
def test_a_statement_may_move_into_a_managed_policy_of_the_stack(attached: dict[str, Any]) -> None:
    inline = {"Policies": [{"PolicyName": "x", "PolicyDocument": document(READ)}]}
    managed = of(
        "AWS::IAM::ManagedPolicy", PolicyDocument=document(READ), **({} if attached else {"Roles": [{"Ref": "R"}]})
    )
    assert found({"R": of("AWS::IAM::Role", **inline)}, {"R": of("AWS::IAM::Role", **attached), "M": managed}) == []


def test_what_a_named_policy_allows_counts_for_others_too() -> None:
    """One with a name may be on roles of other stacks, whatever the role beside it has already."""
    role = of(
        "AWS::IAM::Role",
        Policies=[{"PolicyName": "x", "PolicyDocument": document(READ)}],
        ManagedPolicyArns=[{"Ref": "M"}],
    )
    policies = [
        of("AWS::IAM::ManagedPolicy", ManagedPolicyName="m", PolicyDocument=one) for one in (document(), document(READ))
    ]
    [one] = found({"R": role, "M": policies[0]}, {"R": role, "M": policies[1]})
    assert one.text.startswith("Whoever has the policy may also")


def test_a_new_role_says_what_it_may_and_a_removed_one_only_in_passing() -> None:
    trust = document({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = of("AWS::IAM::Role", AssumeRolePolicyDocument=trust, Policies=[{"PolicyDocument": document(READ)}])
    assert [(one.kind, one.severity) for one in found({}, {"R": role})] == [(WIDENED, Severity.LOW)]
    assert [(one.kind, one.severity) for one in found({"R": role}, {})] == [(NARROWED, Severity.INFO)]


def test_a_new_role_that_others_may_assume_is_said() -> None:
    trust = document({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})
    kinds = [one.kind for one in found({}, {"R": of("AWS::IAM::Role", AssumeRolePolicyDocument=trust)})]
    assert kinds == [WIDENED, Class.EXPOSURE]


def test_a_new_key_for_the_own_account_is_none_of_its_business() -> None:
    root = {
        "Effect": "Allow",
        "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}},
        "Action": "kms:*",
        "Resource": "*",
    }
    assert found({}, {"K": of("AWS::KMS::Key", KeyPolicy=document(root))}) == []


def test_what_only_one_outcome_of_a_condition_widens() -> None:
    choice = {"Fn::If": ["Big", "arn:aws:s3:::b/*", "arn:aws:s3:::a/*"]}
    before = {"P": of("AWS::IAM::ManagedPolicy", PolicyDocument=document(READ))}
    after = {"P": of("AWS::IAM::ManagedPolicy", PolicyDocument=document({**READ, "Resource": choice}))}
    widened, narrowed = found(before, after)
    assert (
        widened.text == "Whoever has the policy may also do s3:GetObject on arn:aws:s3:::a/* (where Big does not hold)"
    )
    assert (
        narrowed.text
        == "Whoever has the policy may no longer do s3:GetObject on arn:aws:s3:::b/* (where Big does not hold)"
    )


def test_another_boundary_cannot_be_told() -> None:
    roles = [of("AWS::IAM::Role", PermissionsBoundary=f"arn:aws:iam::1:policy/{name}") for name in "ab"]
    [one] = found({"R": roles[0]}, {"R": roles[1]})
    assert one.kind is UNKNOWN and "arn:aws:iam::1:policy/a before, arn:aws:iam::1:policy/b now" in one.text


def test_the_partition_of_a_region_is_known() -> None:
    def policy(arn: Any) -> dict[str, Any]:
        return {"P": of("AWS::IAM::ManagedPolicy", PolicyDocument=document({**READ, "Resource": arn}))}

    sub = {"Fn::Sub": "arn:${AWS::Partition}:s3:::b/*"}
    assert found(policy(sub), policy("arn:aws-cn:s3:::b/*"), region="cn-north-1") == []
    assert found(policy(sub), policy("arn:aws:s3:::b/*"), region="us-east-1") == []
    assert {one.kind for one in found(policy(sub), policy("arn:aws:s3:::b/*"), region="")} == {WIDENED, NARROWED}


TYPES = ["AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::KMS::Key", "AWS::S3::BucketPolicy"]
TYPES += [
    "AWS::Lambda::Permission",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
]
TYPES += [
    "AWS::EC2::Route",
    "AWS::SageMaker::Pipeline",
    "AWS::SageMaker::Workforce",
    "AWS::SageMaker::NotebookInstance",
]
NAMES = [
    "Statement",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "Principal",
    "Condition",
    "PolicyDocument",
    "KeyPolicy",
]
NAMES += [
    "Policies",
    "AssumeRolePolicyDocument",
    "ManagedPolicyArns",
    "PermissionsBoundary",
    "Roles",
    "Bucket",
    "Fn::If",
]
NAMES += [
    "Fn::Sub",
    "Fn::Join",
    "Ref",
    "Fn::GetAtt",
    "SecurityGroupIngress",
    "CidrIp",
    "FromPort",
    "SourceIpConfig",
    "Cidrs",
]
NAMES += [
    "PipelineDefinition",
    "PipelineDefinitionBody",
    "StringEquals",
    "NumericLessThan",
    "IpAddress",
    "aws:SourceIp",
]
VALUES = [
    "Allow",
    "Deny",
    "s3:*",
    "*",
    "",
    "10.0.0.0/99",
    "NaN",
    "${X}",
    "${",
    "{",
    '{"Statement": 1}',
    "\ue0000\ue001",
    "a" * 300,
]
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(VALUES)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)),
    max_leaves=12,
)


@given(
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(NAMES), anything),
    st.dictionaries(st.sampled_from(NAMES), anything),
)
@settings(max_examples=60, deadline=None)
def test_whatever_a_template_holds_gives_findings(type_: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    for one in compared({"R": of(type_, **before)}, {"R": of(type_, **after)}):
        for said in (*access.look(one), *exposure.look(one)):
            assert isinstance(said, Found) and said.text


def test_a_policy_too_large_for_an_answer_is_unknown() -> None:
    patterns = [f"*{chr(97 + at % 26)}{at}*{at}*" for at in range(60)]
    before = {"P": of("AWS::IAM::ManagedPolicy", PolicyDocument=document({**READ, "Resource": patterns[:30]}))}
    after = {"P": of("AWS::IAM::ManagedPolicy", PolicyDocument=document({**READ, "Resource": patterns[30:]}))}
    [one] = found(before, after)
    assert one.kind is UNKNOWN and "overlap in too many ways" in one.text


def test_the_number_of_the_own_account_is_none_of_a_foreign_one() -> None:
    def policy(account: Any) -> dict[str, Any]:
        arn = {"Fn::Sub": f"arn:aws:iam::{account}:root"}
        return {
            "K": of("AWS::KMS::Key", KeyPolicy=document({**ALLOW, "Principal": {"AWS": arn}, "Action": "kms:Decrypt"}))
        }

    def of_account(account: str, before: dict[str, Any], after: dict[str, Any]) -> list[Found]:
        [one] = compared(before, after)
        bound = replace(one, base=replace(one.base, account=account), head=replace(one.head, account=account))
        return list(access.look(bound))

    own = "111122223333"
    assert of_account(own, policy("${AWS::AccountId}"), policy(own)) == []
    found_ = of_account(own, policy("444455556666"), policy(own))
    assert [(one.kind, one.severity) for one in found_] == [(WIDENED, Severity.MEDIUM), (NARROWED, Severity.LOW)]
    assert found_[0].text == "The own account may also do kms:Decrypt with the key"
    [other] = of_account("", policy(own), {"K": of("AWS::KMS::Key", KeyPolicy=document())})
    assert other.text == "Account 111122223333 may no longer do kms:Decrypt with the key"
