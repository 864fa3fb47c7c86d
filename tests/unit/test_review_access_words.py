"""What came and went of a policy, in words."""

from typing import Any

import pytest

from ops.review.access import look
from ops.review.access.actions import of_service
from ops.review.model import Found, Severity
from tests.unit.review_case_kit import compared

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
BUCKET = "arn:aws:s3:::b/*"
Statements = list[dict[str, Any]]


def allow(action: Any = "s3:GetObject", resource: Any = BUCKET, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:GetObject", resource: Any = BUCKET, **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def all_but(action: Any, effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "NotAction": action, "Resource": "*"}


def when(operator: str, key: str, values: Any) -> dict[str, Any]:
    return allow(Condition={operator: {key: values}})


def said(before: Statements, after: Statements) -> list[Found]:
    def policy(statements: Statements) -> dict[str, Any]:
        return {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Statement": statements}}}}

    return [found for one in compared(policy(before), policy(after)) for found in look(one)]


GAINED = [
    ([], [allow("s3:Get*")], LOW, "s3:Get* (63 actions) on arn:aws:s3:::b/*"),
    ([allow()], [allow("s3:Get*")], LOW, "s3:Get* but s3:GetObject (62 actions) on arn:aws:s3:::b/*"),
    ([], [allow("*", "*")], HIGH, "everything on every resource"),
    ([], [all_but("iam:*")], HIGH, "everything but iam:* on every resource"),
    ([all_but(["iam:*", "kms:Decrypt"])], [all_but("iam:*")], HIGH, "kms:Decrypt on every resource"),
    ([allow()], [allow(resource=[BUCKET, "arn:aws:s3:::c/*"])], LOW, "s3:GetObject on arn:aws:s3:::c/*"),
    ([allow(resource="arn:aws:s3:::b/a/*")], [allow()], LOW, "s3:GetObject on arn:aws:s3:::b/* but arn:aws:s3:::b/a/*"),
    (
        [],
        [allow(["ec2:DescribeVpcs", "ec2:DescribeSubnets"], "*")],
        LOW,
        "ec2:DescribeSubnets and ec2:DescribeVpcs on every resource",
    ),
    ([], [allow("sagemaker:CreateModel", "*")], HIGH, "sagemaker:CreateModel on every resource"),
    ([], [allow("sqs:SendMessage", "arn:aws:sqs:r:1:*")], HIGH, "sqs:SendMessage on arn:aws:sqs:r:1:*"),
    ([], [allow("s3:PutObject")], MEDIUM, "s3:PutObject on arn:aws:s3:::b/*"),
    ([], [allow("s3:PutBucketPolicy", "arn:aws:s3:::b")], HIGH, "s3:PutBucketPolicy on arn:aws:s3:::b"),
    ([], [allow("iam:PassRole", "arn:aws:iam::1:role/x")], HIGH, "iam:PassRole on arn:aws:iam::1:role/x"),
    ([], [allow("sts:AssumeRole", "arn:aws:iam::1:role/x")], HIGH, "sts:AssumeRole on arn:aws:iam::1:role/x"),
    (
        [],
        [allow("kms:*", "arn:aws:kms:r:1:key/x")],
        HIGH,
        "kms:* (56 actions, kms:PutKeyPolicy, kms:CreateGrant and kms:RetireGrant among them) on arn:aws:kms:r:1:key/x",
    ),
    ([allow()], [allow(), allow("s3:Get?bject", "arn:aws:s3:::c")], LOW, "s3:Get?bject on arn:aws:s3:::c"),
    ([allow(list(of_service("s3")))], [allow("s3:*")], LOW, "what AWS may add to s3:* on arn:aws:s3:::b/*"),
    (
        [allow(resource="arn:aws:s3:::b/${aws:username}/*")],
        [allow()],
        LOW,
        "s3:GetObject on arn:aws:s3:::b/* but arn:aws:s3:::b/${aws:username}/*",
    ),
]
CONDITIONS = [
    (
        ("StringEquals", "aws:SourceVpc", "v1"),
        ("StringEquals", "aws:SourceVpc", ["v1", "v2"]),
        " if aws:SourceVpc is v2",
    ),
    (
        ("StringEquals", "aws:SourceVpc", "v1"),
        ("StringLike", "aws:SourceVpc", "v*"),
        " if aws:SourceVpc is like v* unless aws:SourceVpc is v1",
    ),
    (
        ("StringEquals", "aws:SourceVpc", "v1"),
        ("StringEqualsIfExists", "aws:SourceVpc", "v1"),
        " if aws:SourceVpc is missing",
    ),
    (("Null", "aws:SourceVpc", "false"), None, " if aws:SourceVpc is missing"),
    (("Bool", "aws:SecureTransport", "true"), None, " unless aws:SecureTransport is true"),
    (
        ("IpAddress", "aws:SourceIp", "10.0.0.0/9"),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/9", "192.0.2.0/24"]),
        " if aws:SourceIp is in 192.0.2.0/24",
    ),
    (
        ("IpAddress", "aws:SourceIp", "10.0.0.0/9"),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
        " if aws:SourceIp is in 10.0.0.0/8 unless aws:SourceIp is in 10.0.0.0/9",
    ),
    (
        ("NumericLessThan", "s3:max-keys", "10"),
        ("NumericLessThan", "s3:max-keys", "100"),
        " if s3:max-keys is below 100 unless s3:max-keys is below 10",
    ),
    (
        ("DateLessThan", "aws:CurrentTime", "2026-01-01"),
        ("DateLessThan", "aws:CurrentTime", "2027-01-01T00:00:00Z"),
        " if aws:CurrentTime is before 2027-01-01T00:00:00Z unless aws:CurrentTime is before 2026-01-01",
    ),
    (
        ("ForAllValues:StringEquals", "aws:TagKeys", "a"),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"]),
        " if every value of aws:TagKeys is a or b unless every value of aws:TagKeys is a",
    ),
]


@pytest.mark.parametrize(("before", "after", "severity", "text"), GAINED)
def test_what_is_gained(before: Statements, after: Statements, severity: Severity, text: str) -> None:
    [found] = said(before, after)
    assert (found.text, found.severity) == (f"Whoever has the policy may also do {text}", severity)
    [lost] = said(after, before)
    assert lost.text.split(" (")[0] == found.text.split(" (")[0].replace("may also", "may no longer")
    assert lost.severity == LOW


@pytest.mark.parametrize(("before", "after", "text"), CONDITIONS)
def test_under_which_conditions(before: tuple[str, str, Any], after: tuple[str, str, Any] | None, text: str) -> None:
    [found] = said([when(*before)], [when(*after) if after else allow()])
    assert found.text == f"Whoever has the policy may also do s3:GetObject on arn:aws:s3:::b/*{text}"


def test_a_refusal_with_one_exception_more() -> None:
    subnets = "sagemaker:VpcSubnets"
    before = deny("sagemaker:CreateModel", "*", Condition={"StringNotEquals": {subnets: ["s1"]}})
    after = deny("sagemaker:CreateModel", "*", Condition={"StringNotEquals": {subnets: ["s1", "s2"]}})
    [found] = said([before], [after])
    what = "sagemaker:CreateModel on every resource if sagemaker:VpcSubnets is s2"
    assert found.text == f"Whoever has the policy is no longer refused {what}"
    [back] = said([after], [before])
    assert back.text == f"Whoever has the policy is now refused {what}"


def test_the_worst_comes_first_and_many_are_counted() -> None:
    names = [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:ListBucket",
        "s3:PutBucketPolicy",
        "s3:GetObjectTagging",
    ]
    [found] = said([], [allow(name, f"arn:aws:s3:::{at}/*") for at, name in enumerate(names)])
    assert found.text.startswith("Whoever has the policy may also do s3:PutBucketPolicy on arn:aws:s3:::4/*; ")
    assert found.text.endswith("; and 3 more")
    assert len(found.detail.splitlines()) == 3 and "\ue002" not in found.detail + found.text


def test_exports_of_other_stacks_have_the_names_that_people_gave() -> None:
    arn = {"Fn::ImportValue": "dev-data:ExportsOutputFnGetAttRaw2403193CArn1577063A"}
    [found] = said([], [allow(resource=arn)])
    assert found.text == "Whoever has the policy may also do s3:GetObject on ${dev-data:Raw2403193CArn}"


def test_what_is_said_of_several_resources_is_said_once() -> None:
    statements = [allow(resource=f"arn:aws:s3:::{name}/*") for name in "cde"]
    [found] = said([], [*statements, allow("s3:PutObject", "arn:aws:s3:::c/*")])
    assert found.text == (
        "Whoever has the policy may also do s3:PutObject on arn:aws:s3:::c/*; "
        "s3:GetObject on arn:aws:s3:::c/*, arn:aws:s3:::d/* and arn:aws:s3:::e/*"
    )
