"""Who may make a model without network and isolation: the release role of a serverless use case, of its own name."""

from typing import Any

import pytest

from tests import serverless
from tests.security.simulate import ACCOUNT, REGION, Cloud, Request, verdicts
from tests.serverless import SERVING

SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
BESIDE = "dev-flight-delays-serving"
OPEN: dict[str, Any] = {}
NOT_ISOLATED = {"sagemaker:NetworkIsolation": "false"}
MARK = {"aws:PrincipalTag/ml-loop:makes-open-models": "true"}


@pytest.fixture(scope="module")
def cloud(synthesise: Any) -> Cloud:
    return Cloud(synthesise(serverless.environment()))


def prefix(cloud: Cloud, stack: str) -> str:
    resources = cloud.templates[stack]["Resources"].values()
    model = next(resource for resource in resources if resource["Type"] == "AWS::SageMaker::Model")
    return str(model["Properties"]["ModelName"]["Fn::Join"][1][0])


def tags(cloud: Cloud, stack: str) -> dict[str, str]:
    """Return the tags of a release role, as IAM gives them to its requests."""
    resource = next(r for name, r in cloud.templates[stack]["Resources"].items() if name.startswith("ReleaseRole"))
    return {f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in resource["Properties"]["Tags"]}


def asked(cloud: Cloud, stack: str, *requests: Request) -> list[str]:
    """Return the verdicts on requests of the release role of a stack."""
    own = tags(cloud, stack)
    found = verdicts(
        [Request(one.action, one.resource, {**own, **one.context}) for one in requests],
        principal=cloud.role(stack, "ReleaseRole"),
        identity=cloud.identity_policies(stack, "ReleaseRole"),
        boundary=cloud.boundary("dev"),
        resource_policies=cloud.key_policies(),
    )
    return list(found.values())


@pytest.fixture(scope="module")
def private(cloud: Cloud) -> dict[str, Any]:
    resources = cloud.templates[BESIDE]["Resources"].values()
    model = next(resource for resource in resources if resource["Type"] == "AWS::SageMaker::Model")
    network = cloud.value(BESIDE, model["Properties"]["VpcConfig"])
    return {
        "sagemaker:VpcSubnets": network["Subnets"],
        "sagemaker:VpcSecurityGroupIds": network["SecurityGroupIds"],
        "sagemaker:NetworkIsolation": "true",
    }


def test_a_serverless_use_case_is_released(cloud: Cloud) -> None:
    model, package = (
        f"{SAGEMAKER}:model/{prefix(cloud, SERVING)}3",
        f"{SAGEMAKER}:model-package/dev-handwritten-digits/3",
    )
    key = next(key for key in cloud.key_policies() if "data" in key.lower())
    resources = cloud.templates[SERVING]["Resources"].values()
    config = next(one for one in resources if one["Type"] == "AWS::SageMaker::EndpointConfig")["Properties"]
    name = config["EndpointConfigName"]["Fn::Join"][1][0]
    requests = [
        Request("sagemaker:CreateModel", model, OPEN),
        Request("sagemaker:CreateModel", model, NOT_ISOLATED),
        Request("sagemaker:AccessModelPackage", package),
        Request(
            "sagemaker:CreateEndpointConfig",
            f"{SAGEMAKER}:endpoint-config/{name}3",
            {"sagemaker:VolumeKmsKeyArn": cloud.value(SERVING, config["KmsKeyId"])},
        ),
        Request("sagemaker:UpdateEndpoint", f"{SAGEMAKER}:endpoint/dev-handwritten-digits"),
        Request(
            "cloudwatch:PutMetricAlarm",
            f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{SERVING}-ChampionAlarmsConcurrency",
        ),
        Request("kms:CreateGrant", key, {"kms:GrantIsForAWSResource": "true"}),
    ]
    assert asked(cloud, SERVING, *requests) == ["Allowed"] * len(requests)


def test_it_makes_open_models_of_its_own_name_only(cloud: Cloud) -> None:
    requests = [
        Request("sagemaker:CreateModel", f"{SAGEMAKER}:model/{prefix(cloud, BESIDE)}3", OPEN),
        Request("sagemaker:CreateModel", f"{SAGEMAKER}:model/dev-anything-1a2b3c-1", OPEN),
        Request("sagemaker:AccessModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        # Nothing else of it may be open either
        Request("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/dev-handwritten-digits-x", OPEN),
        # and an endpoint needs its key.
        Request("sagemaker:CreateEndpointConfig", f"{SAGEMAKER}:endpoint-config/dev-handwritten-digits-1a2b3c-1"),
    ]
    assert "Allowed" not in asked(cloud, SERVING, *requests)


def test_a_network_that_an_open_model_has_all_the_same_is_ours(cloud: Cloud, private: dict[str, Any]) -> None:
    model = f"{SAGEMAKER}:model/{prefix(cloud, SERVING)}3"
    foreign = {**private, "sagemaker:VpcSubnets": ["subnet-elsewhere"]}
    assert asked(cloud, SERVING, Request("sagemaker:CreateModel", model, foreign)) == ["ExplicitlyDenied"]


def test_a_use_case_with_instances_beside_it_is_refused_an_open_model(cloud: Cloud, private: dict[str, Any]) -> None:
    own, other = f"{SAGEMAKER}:model/{prefix(cloud, BESIDE)}3", f"{SAGEMAKER}:model/{prefix(cloud, SERVING)}3"
    without_isolation = {**private, "sagemaker:NetworkIsolation": "false"}
    assert asked(cloud, BESIDE, Request("sagemaker:CreateModel", own, private)) == ["Allowed"]
    refused = [
        Request("sagemaker:CreateModel", own, OPEN),
        Request("sagemaker:CreateModel", own, NOT_ISOLATED),
        Request("sagemaker:CreateModel", own, without_isolation),
        Request("sagemaker:CreateModel", other, OPEN),
    ]
    assert asked(cloud, BESIDE, *refused) == ["ExplicitlyDenied"] * len(refused)


def test_a_mark_counts_for_nothing_where_no_use_case_is_serverless(templates: Any) -> None:
    cloud = Cloud(templates)
    own = f"{SAGEMAKER}:model/{prefix(cloud, BESIDE)}3"
    assert asked(cloud, BESIDE, Request("sagemaker:CreateModel", own, MARK)) == ["ExplicitlyDenied"]


def test_nobody_marks_a_role(cloud: Cloud) -> None:
    role = cloud.role(BESIDE, "ReleaseRole")
    requests = [Request(f"iam:{action}", role) for action in ("TagRole", "UntagRole")]
    assert "Allowed" not in asked(cloud, BESIDE, *requests)


def test_the_models_credentials_which_its_container_has_reach_its_files_and_logs_alone(cloud: Cloud) -> None:
    def of(stack: str, beginning: str) -> str:
        found = [name for name in cloud.templates[stack]["Resources"] if name.startswith(beginning)]
        return next(str(cloud.value(stack, {"Fn::GetAtt": [name, "Arn"]})) for name in found)

    models, capture, raw = (of("dev-data", name) for name in ("Models", "Capture", "Raw"))
    data_key, models_key = (of("dev-security", f"Keys{name}") for name in ("Data", "Models"))
    logs = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/Endpoints/dev-handwritten-digits"
    needed = [
        Request("s3:GetObject", f"{models}/handwritten_digits/abc/package/model.tar.gz"),
        Request("kms:Decrypt", models_key),
        Request("logs:PutLogEvents", f"{logs}:log-stream:champion/1"),
        Request("kms:CreateGrant", data_key, {"kms:GrantIsForAWSResource": "true"}),
    ]
    refused = [
        Request("kms:CreateGrant", data_key),
        *(Request(f"kms:{action}", data_key) for action in ("Decrypt", "Encrypt", "GenerateDataKey")),
        Request("s3:PutObject", f"{capture}/handwritten_digits/x.jsonl"),
        Request("s3:GetObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("s3:GetObject", f"{raw}/handwritten_digits/images.parquet"),
        Request("ec2:CreateNetworkInterface", f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-0123"),
        Request("iam:PassRole", cloud.role(SERVING, "ModelRole"), {"iam:PassedToService": "sagemaker.amazonaws.com"}),
    ]
    found = verdicts(
        [*needed, *refused],
        principal=cloud.role(SERVING, "ModelRole"),
        identity=cloud.identity_policies(SERVING, "ModelRole"),
        boundary=cloud.boundary("dev"),
        resource_policies=cloud.key_policies(),
    )
    assert [text for text, verdict in found.items() if verdict == "Allowed"] == [str(one) for one in needed]


def test_jobs_of_the_serverless_use_case_stay_private(cloud: Cloud) -> None:
    found = verdicts(
        [
            Request("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/pipelines-x", MARK),
            Request("sagemaker:CreateModel", f"{SAGEMAKER}:model/{prefix(cloud, SERVING)}3", OPEN),
        ],
        principal=cloud.role("dev-handwritten-digits-training", "JobRole"),
        identity=[{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}],
        boundary=cloud.boundary("dev"),
    )
    assert set(found.values()) == {"ExplicitlyDenied"}
