"""What the release role may do, under which CloudFormation releases, and what it may not."""

from typing import Any

import pytest

from tests.security.release_arns import (
    ADMINISTRATOR,
    BY_CLOUDFORMATION,
    BY_SAGEMAKER,
    RELEASE_ROLE,
    ROLES,
    SAGEMAKER,
    SERVING,
)
from tests.security.simulate import ACCOUNT, REGION, Cloud, Request


@pytest.fixture(scope="module")
def cloud(templates):
    return Cloud(templates)


@pytest.fixture(scope="module")
def names(templates):
    """The beginnings of the names that the template gives models and configurations."""
    resources = templates["dev-flight-delays-serving"]["Resources"].values()
    found = {resource["Type"]: resource["Properties"] for resource in resources}
    return {
        "model": found["AWS::SageMaker::Model"]["ModelName"]["Fn::Join"][1][0],
        "endpoint-config": found["AWS::SageMaker::EndpointConfig"]["EndpointConfigName"]["Fn::Join"][1][0],
    }


@pytest.fixture(scope="module")
def ask(cloud: Cloud):
    def run(*requests: Request) -> dict[str, str]:
        return cloud.verdicts("dev-flight-delays-serving", "ReleaseRole", requests)

    return run


@pytest.fixture(scope="module")
def private(cloud, templates):
    """Condition keys of a private model, as the template makes it."""
    resources = templates["dev-flight-delays-serving"]["Resources"].values()
    model = next(resource for resource in resources if resource["Type"] == "AWS::SageMaker::Model")
    network = cloud.value("dev-flight-delays-serving", model["Properties"]["VpcConfig"])
    return {
        "sagemaker:VpcSubnets": network["Subnets"],
        "sagemaker:VpcSecurityGroupIds": network["SecurityGroupIds"],
        "sagemaker:NetworkIsolation": "true",
    }


def calls_of_a_release(names: dict[str, str], private: dict[str, Any], key: str) -> list[Request]:
    model = f"{SAGEMAKER}:model/{names['model']}12"
    config = f"{SAGEMAKER}:endpoint-config/{names['endpoint-config']}12"
    endpoint = f"{SAGEMAKER}:endpoint/dev-flight-delays"
    package = f"{SAGEMAKER}:model-package/dev-flight-delays/12"
    alarm = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:"
    via = {"kms:ViaService": f"sagemaker.{REGION}.amazonaws.com"}
    return [
        Request("sagemaker:CreateModel", model, private),
        Request("sagemaker:AccessModelPackage", package),
        Request("sagemaker:DescribeModelPackage", package),
        Request("sagemaker:CreateEndpointConfig", config, {"sagemaker:VolumeKmsKeyArn": key}),
        *(
            Request(f"sagemaker:{verb}Endpoint", target)
            for verb in ("Create", "Update")
            for target in (endpoint, config)
        ),
        *(Request(f"sagemaker:{verb}Model", model) for verb in ("Describe", "Delete")),
        *(Request(f"sagemaker:{verb}EndpointConfig", config) for verb in ("Describe", "Delete")),
        *(Request(f"sagemaker:{verb}Endpoint", endpoint) for verb in ("Describe", "Delete")),
        *(
            Request(f"sagemaker:{verb}Tags", target)
            for verb in ("Add", "List", "Delete")
            for target in (model, config, endpoint)
        ),
        Request("kms:CreateGrant", key, via),
        Request("kms:CreateGrant", key, {"kms:GrantIsForAWSResource": "true"}),
        Request("kms:DescribeKey", key, via),
        Request("cloudwatch:DescribeAlarms", f"{alarm}*"),
    ]


def test_the_release_role_may_do_what_cloudformation_does(ask, cloud, names, private, templates):
    stack = "dev-flight-delays-serving"
    key = next(
        cloud.value(stack, resource["Properties"]["KmsKeyId"])
        for resource in templates[stack]["Resources"].values()
        if resource["Type"] == "AWS::SageMaker::EndpointConfig"
    )
    alarms = [
        f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{stack}-{logical}"
        for logical, resource in templates[stack]["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Condition" in resource
    ]
    assert len(alarms) == 6
    requests = [
        *calls_of_a_release(names, private, key),
        Request("iam:PassRole", cloud.role(stack, "ModelRole"), BY_SAGEMAKER),
        *(
            Request(f"cloudwatch:{action}", alarm)
            for alarm in alarms
            for action in ("PutMetricAlarm", "DeleteAlarms", "TagResource", "UntagResource", "ListTagsForResource")
        ),
    ]
    denied = {request: verdict for request, verdict in ask(*requests).items() if verdict != "Allowed"}
    assert denied == {}


def test_the_release_role_may_do_nothing_else(ask, cloud, names, private):
    own_model = f"{SAGEMAKER}:model/{names['model']}12"
    requests = [
        # Another use case, whose name begins with ours, and another environment
        Request("sagemaker:CreateModel", f"{SAGEMAKER}:model/dev-flight-delays-more-1a2b3c-1", private),
        Request("sagemaker:DeleteModel", f"{SAGEMAKER}:model/dev-flight-delays-more-1a2b3c-1"),
        Request("sagemaker:UpdateEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays-more"),
        Request("sagemaker:DeleteEndpoint", f"{SAGEMAKER}:endpoint/prod-flight-delays"),
        Request("sagemaker:DeleteEndpointConfig", f"{SAGEMAKER}:endpoint-config/prod-flight-delays-1a2b3c-1"),
        Request("sagemaker:AddTags", f"{SAGEMAKER}:model/prod-flight-delays-1a2b3c-1"),
        Request("sagemaker:DescribeModelPackage", f"{SAGEMAKER}:model-package/prod-flight-delays/1"),
        # A model that is not private
        Request("sagemaker:CreateModel", own_model, {**private, "sagemaker:NetworkIsolation": "false"}),
        Request("sagemaker:CreateModel", own_model, {**private, "sagemaker:VpcSubnets": ["subnet-elsewhere"]}),
        Request("sagemaker:CreateModel", own_model),
        # Other roles, or its own to another service
        Request("iam:PassRole", cloud.role("dev-flight-delays-serving", "ModelRole"), BY_CLOUDFORMATION),
        Request("iam:PassRole", cloud.role("dev-control", "ReleaseRole"), BY_SAGEMAKER),
        Request("iam:PassRole", RELEASE_ROLE, BY_SAGEMAKER),
        Request("iam:PassRole", ADMINISTRATOR, BY_SAGEMAKER),
        # Anything else that a smuggled template could hold
        Request("iam:CreateRole", f"{ROLES}/ml-loop/dev/anything"),
        Request("iam:PutRolePolicy", RELEASE_ROLE),
        Request("lambda:CreateFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:anything"),
        Request("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:anything"),
        Request("s3:PutBucketPolicy", "arn:aws:s3:::anything"),
        Request("s3:GetObject", "arn:aws:s3:::anything/secret"),
        Request("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/anything"),
        Request("sagemaker:CreateNotebookInstance", f"{SAGEMAKER}:notebook-instance/anything"),
        Request("cloudwatch:DeleteAlarms", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:dev-control-Errors-1"),
        *(Request("kms:Decrypt", key) for key in cloud.key_policies() if ":key/dev-" in key),
        *(Request("kms:CreateGrant", key) for key in cloud.key_policies() if ":key/dev-" in key),
        Request("cloudformation:UpdateStack", SERVING, {"cloudformation:RoleArn": RELEASE_ROLE}),
    ]
    allowed = [request for request, verdict in ask(*requests).items() if verdict == "Allowed"]
    assert allowed == []


def test_only_cloudformation_assumes_the_release_role_and_only_sagemaker_the_models(templates, cloud):
    stack = "dev-flight-delays-serving"
    trusts = {
        logical: cloud.value(stack, resource["Properties"]["AssumeRolePolicyDocument"]["Statement"])
        for logical, resource in templates[stack]["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }
    release = next(trust for logical, trust in trusts.items() if logical.startswith("ReleaseRole"))
    model = next(trust for logical, trust in trusts.items() if logical.startswith("ModelRole"))
    assert [statement["Principal"] for statement in release] == [{"Service": "cloudformation.amazonaws.com"}]
    assert [statement["Principal"] for statement in model] == [{"Service": "sagemaker.amazonaws.com"}]
    conditions = model[0]["Condition"]
    assert set(conditions) == {"StringEquals", "ArnLike"}
    assert conditions["ArnLike"]["aws:SourceArn"].startswith("arn:aws:sagemaker:")
