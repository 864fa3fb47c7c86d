"""The buckets: encrypted, private, watched, logged, and kept unless two settings agree that they may go."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy

from config import environment_names, load_environment
from config.environment import Access

ACCOUNT, REGION = "111122223333", "ap-northeast-1"
BUCKETS = ["Raw", "Labelled", "Processed", "Models", "Capture", "Logs"]


def named(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Resources of a type by the bucket that their logical id begins with."""
    found = {name: r for name, r in template["Resources"].items() if r["Type"] == kind}
    return {bucket: r for bucket in BUCKETS for name, r in found.items() if name.startswith(bucket)}


@pytest.fixture(params=environment_names())
def environment(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_bucket_is_private_versioned_and_watched(templates: dict[str, Any], environment: str) -> None:
    buckets = named(templates[f"{environment}-data"], "AWS::S3::Bucket")
    assert list(buckets) == BUCKETS
    for bucket in buckets.values():
        properties = bucket["Properties"]
        assert all(properties["PublicAccessBlockConfiguration"].values())
        assert len(properties["PublicAccessBlockConfiguration"]) == 4
        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
        assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert properties["NotificationConfiguration"]["EventBridgeConfiguration"] == {"EventBridgeEnabled": True}


def test_content_is_under_the_key_of_its_purpose(
    templates: dict[str, Any], plain: Callable[[Any], Any], environment: str
) -> None:
    buckets = plain(named(templates[f"{environment}-data"], "AWS::S3::Bucket"))
    for name, bucket in buckets.items():
        (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        default = rule["ServerSideEncryptionByDefault"]
        if name == "Logs":
            assert default == {"SSEAlgorithm": "AES256"}
            continue
        assert rule["BucketKeyEnabled"] is True
        assert default["SSEAlgorithm"] == "aws:kms"
        assert ("KeysModels" if name == "Models" else "KeysData") in default["KMSMasterKeyID"]


def test_accesses_are_logged_apart_by_bucket(
    templates: dict[str, Any], plain: Callable[[Any], Any], environment: str
) -> None:
    buckets = plain(named(templates[f"{environment}-data"], "AWS::S3::Bucket"))
    for name, bucket in buckets.items():
        logging = bucket["Properties"].get("LoggingConfiguration")
        if name == "Logs":
            assert logging is None
        else:
            assert logging["DestinationBucketName"].startswith("Logs")
            assert logging["LogFilePrefix"] == f"{name.lower()}/"


def test_lifecycle_follows_the_configuration(templates: dict[str, Any], environment: str) -> None:
    retention = load_environment(environment).retention
    expiring = {"Logs": retention.log_days, "Capture": retention.capture_days}
    for name, bucket in named(templates[f"{environment}-data"], "AWS::S3::Bucket").items():
        rules = {rule["Id"]: rule for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]}
        assert all(rule["Status"] == "Enabled" for rule in rules.values())
        old = rules["old-versions"]
        assert old["NoncurrentVersionExpiration"] == {"NoncurrentDays": retention.noncurrent_days}
        assert old["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
        assert rules.get("expire", {}).get("ExpirationInDays") == expiring.get(name)


def test_buckets_stay_or_go_as_configured(templates: dict[str, Any], environment: str) -> None:
    template = templates[f"{environment}-data"]
    goes = load_environment(environment).retention.removal == "destroy"
    for bucket in named(template, "AWS::S3::Bucket").values():
        assert bucket["DeletionPolicy"] == ("Delete" if goes else "RetainExceptOnCreate")
        assert bucket["UpdateReplacePolicy"] == ("Delete" if goes else "Retain")
    emptied = [r for r in template["Resources"].values() if r["Type"] == "Custom::S3AutoDeleteObjects"]
    assert len(emptied) == (len(BUCKETS) if goes else 0)


@pytest.mark.parametrize("half", [{"removal": "retain"}, {"allow_data_loss": False}])
def test_one_setting_alone_keeps_the_data(synthesise: Callable[..., dict[str, Any]], half: dict[str, Any]) -> None:
    # The configuration refuses this; the stack does not rely on it.
    dev = load_environment("dev")
    template = synthesise(dev.model_copy(update={"retention": dev.retention.model_copy(update=half)}))["dev-data"]
    policies = {bucket["DeletionPolicy"] for bucket in named(template, "AWS::S3::Bucket").values()}
    assert policies == {"RetainExceptOnCreate"}
    assert not [r for r in template["Resources"].values() if r["Type"] == "Custom::S3AutoDeleteObjects"]


def decide(policy: dict[str, Any], action: str, role: str = "Person", service: str | None = None, **given: Any) -> str:
    request = EvalContext(
        service or f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "Service" if service else "AssumedRole",
        ACCOUNT,
        action,
        policy["Statement"][0]["Resource"][0] + ("" if "Bucket" in action else "/flight_delays/flights.csv"),
        REGION,
        source_ip=given.get("source_ip", "198.51.100.1"),
        secure_transport=given.get("tls", True),
        service_context={key.lower(): value for key, value in given.get("keys", {}).items()},
    )
    return str(evaluate_resource_policy(policy, request, service=service).decision)


def test_without_tls_nothing_passes(templates: dict[str, Any], plain: Callable[[Any], Any], environment: str) -> None:
    policies = plain(named(templates[f"{environment}-data"], "AWS::S3::BucketPolicy"))
    assert list(policies) == BUCKETS
    for policy in policies.values():
        # From an address that every environment allows.
        judge = partial(decide, policy["Properties"]["PolicyDocument"], "s3:GetObject", source_ip="127.0.0.1")
        assert judge(tls=False) == "Deny"
        assert judge() == "ImplicitDeny"
        assert judge(keys={"s3:TlsVersion": "1.1"}) == "Deny"


@pytest.fixture(scope="module")
def restricted(synthesise: Callable[..., dict[str, Any]], plain: Callable[[Any], Any]) -> dict[str, Any]:
    access = Access.model_validate({"allowed_cidrs": ["203.0.113.0/24"]})
    template = synthesise(load_environment("dev").model_copy(update={"access": access}))["dev-data"]
    return {
        name: p["Properties"]["PolicyDocument"] for name, p in plain(named(template, "AWS::S3::BucketPolicy")).items()
    }


@pytest.mark.parametrize(
    ("action", "given", "expected"),
    [
        ("s3:GetObject", {}, "Deny"),
        ("s3:PutObject", {}, "Deny"),
        ("s3:ListBucket", {}, "Deny"),
        ("s3:GetObject", {"source_ip": "203.0.113.7"}, "ImplicitDeny"),
        ("s3:GetObject", {"source_ip": "10.10.0.9", "keys": {"aws:SourceVpc": "THE VPC"}}, "ImplicitDeny"),
        ("s3:GetObject", {"source_ip": "10.10.0.9", "keys": {"aws:SourceVpc": "vpc-of-somebody"}}, "Deny"),
        ("s3:GetObject", {"keys": {"aws:ViaAWSService": "true"}}, "ImplicitDeny"),
        # SageMaker and the functions, from networks of AWS.
        ("s3:GetObject", {"role": "dev-flight-delays-training-JobRole-1"}, "ImplicitDeny"),
        ("s3:PutObject", {"role": "ml-loop/dev/dev-flight-delays-release"}, "ImplicitDeny"),
        ("s3:GetObject", {"role": "prod-flight-delays-training-JobRole-1"}, "Deny"),
        # CloudFormation, under the role that deploys.
        ("s3:PutBucketPolicy", {"role": "cdk-hnb659fds-cfn-exec-role"}, "ImplicitDeny"),
        ("s3:GetBucketPolicy", {"role": "cdk-hnb659fds-cfn-exec-role"}, "ImplicitDeny"),
        ("s3:DeleteBucket", {"role": "cdk-hnb659fds-cfn-exec-role"}, "ImplicitDeny"),
    ],
)
def test_people_reach_the_data_from_known_addresses(
    restricted: dict[str, Any], action: str, given: dict[str, Any], expected: str
) -> None:
    for policy in restricted.values():
        (statement,) = (s for s in policy["Statement"] if s.get("Sid") == "DenyFromElsewhere")
        vpc = statement["Condition"]["StringNotEqualsIfExists"]["aws:SourceVpc"]
        keys = {key: vpc if value == "THE VPC" else value for key, value in given.get("keys", {}).items()}
        assert decide(policy, action, **(given | {"keys": keys})) == expected


def test_access_logs_are_still_delivered(restricted: dict[str, Any]) -> None:
    statements = [s for s in restricted["Logs"]["Statement"] if "Service" in s["Principal"]]
    assert {s["Principal"]["Service"] for s in statements} == {"logging.s3.amazonaws.com"}
    assert {s["Condition"]["StringEquals"]["aws:SourceAccount"] for s in statements} == {ACCOUNT}
    denial = next(s for s in restricted["Logs"]["Statement"] if s.get("Sid") == "DenyFromElsewhere")
    assert denial["Condition"]["BoolIfExists"]["aws:PrincipalIsAWSService"] == "false"
