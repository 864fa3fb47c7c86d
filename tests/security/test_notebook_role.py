"""What code in a notebook may do, and from where people may open one."""

from collections.abc import Callable
from typing import Any

import pytest

from config import Environment, load_environment
from tests.security.simulate import ACCOUNT, REGION, Cloud, Request, verdicts

STACK = "dev-workbench"
SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker"
OWN = f"{SAGEMAKER}:notebook-instance/dev-looking"
CODECOMMIT = f"arn:aws:codecommit:{REGION}:{ACCOUNT}"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:git-AbCdEf"
SAGEMAKER_SERVICE = {"iam:PassedToService": "sagemaker.amazonaws.com"}
FOREIGN_KEY = f"arn:aws:kms:{REGION}:444455556666:key/theirs"
THROUGH_S3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
FITTED = "flight_delays/training/dev-flight-delays-0a1b-20260101000000/output/model.tar.gz"
JOB_ROLES = f"arn:aws:iam::{ACCOUNT}:role/ml-loop/dev/flight-delays/jobs"


@pytest.fixture(scope="module")
def cloud(synthesise: Callable[..., dict[str, Any]]) -> Cloud:
    given = load_environment("dev").model_dump()
    given["network"]["interface_endpoints"] = "minimal"
    given["access"] = {"allowed_cidrs": ["203.0.113.0/24"]}
    given["notebooks"] = [
        {"name": "looking", "repository": {"url": f"https://git-codecommit.{REGION}.amazonaws.com/v1/repos/models"}},
        {
            "name": "elsewhere",
            "repository": {
                "url": "https://git.example.com/models.git",
                "inside_network": "GitLab over VPC peering",
                "credentials_secret": SECRET,
            },
        },
    ]
    return Cloud(synthesise(Environment.model_validate(given)))


def physical(cloud: Cloud, stack: str, kind: str, prefix: str) -> str:
    resources = cloud.templates[stack]["Resources"].items()
    [name] = [name for name, item in resources if item["Type"] == kind and name.startswith(prefix)]
    attribute = "Ref" if kind.startswith("AWS::EC2") else "Arn"
    return str(cloud.value(stack, {"Ref": name} if attribute == "Ref" else {"Fn::GetAtt": [name, attribute]}))


def answers(cloud: Cloud, requests: list[Request], role: str = "LookingRole") -> dict[str, str]:
    return cloud.verdicts(STACK, role, requests)


def job(cloud: Cloud, kind: str, name: str, **changes: Any) -> Request:
    """The request for a job that is private and encrypted, but for the changes."""
    key = physical(cloud, "dev-security", "AWS::KMS::Key", "KeysData")
    subnets = [
        name for name, item in cloud.templates["dev-network"]["Resources"].items() if item["Type"].endswith("::Subnet")
    ]
    context = {
        "sagemaker:VolumeKmsKeyArn": key,
        "sagemaker:OutputKmsKeyArn": key,
        "sagemaker:NetworkIsolation": "true",
        "sagemaker:InterContainerTrafficEncryption": "true",
        "sagemaker:VpcSubnets": [cloud.value("dev-network", {"Ref": subnet}) for subnet in subnets],
        "sagemaker:VpcSecurityGroupIds": [group_id(cloud)],
    } | {f"sagemaker:{name}": value for name, value in changes.items()}
    kept = {key: value for key, value in context.items() if value is not None}
    titles = {"processing": "Processing", "training": "Training", "hyper-parameter-tuning": "HyperParameterTuning"}
    return Request(f"sagemaker:Create{titles[kind]}Job", f"{SAGEMAKER}:{kind}-job/{name}", kept)


def fit_requests(cloud: Cloud) -> list[Request]:
    """What `ops.fit` asks SageMaker and the logs for, in its order."""
    name = "dev-flight-delays-0a1b2c3d-20260101000000"
    pipeline, training = f"{SAGEMAKER}:pipeline/dev-flight-delays", f"{SAGEMAKER}:training-job/{name}"
    models_key = physical(cloud, "dev-security", "AWS::KMS::Key", "KeysModels")
    return [
        Request("sagemaker:DescribePipeline", pipeline),
        Request("sagemaker:ListPipelineExecutions", pipeline),
        Request("sagemaker:ListPipelineParametersForExecution", f"{pipeline}/execution/abc"),
        Request("sagemaker:ListPipelineExecutionSteps", f"{pipeline}/execution/abc"),
        job(cloud, "training", name, OutputKmsKeyArn=models_key),
        Request("sagemaker:AddTags", training),
        Request("sagemaker:DescribeTrainingJob", training),
        Request("logs:DescribeLogStreams", f"{LOGS}/TrainingJobs:log-stream:"),
        Request("logs:GetLogEvents", f"{LOGS}/TrainingJobs:log-stream:{name}/algo-1-1700000000"),
    ]


def group_id(cloud: Cloud) -> str:
    [statement] = [
        item for item in cloud.boundary("dev")["Statement"] if item.get("Sid") == "DenyForeignSecurityGroups"
    ]
    found = statement["Condition"]["ForAnyValue:StringNotEquals"]["sagemaker:VpcSecurityGroupIds"]
    return str(found if isinstance(found, str) else found[0])


def test_it_may_do_what_people_do_in_a_notebook(cloud: Cloud) -> None:
    raw, processed, models = (
        physical(cloud, "dev-data", "AWS::S3::Bucket", name) for name in ("Raw", "Processed", "Models")
    )
    key = physical(cloud, "dev-security", "AWS::KMS::Key", "KeysData")
    models_key = physical(cloud, "dev-security", "AWS::KMS::Key", "KeysModels")
    requests = [
        *fit_requests(cloud),
        Request("s3:GetObject", f"{models}/{FITTED}"),
        Request("kms:Decrypt", models_key, THROUGH_S3),
        Request("s3:ListBucket", raw, {"s3:prefix": "flight_delays/"}),
        Request("s3:GetObject", f"{raw}/flight_delays/flights.parquet"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:PutObject", f"{processed}/flight_delays/sandbox/dev-looking/train.csv"),
        Request("s3:DeleteObject", f"{processed}/flight_delays/sandbox/dev-looking/train.csv"),
        *(Request(f"kms:{action}", key) for action in ("Decrypt", "GenerateDataKey", "DescribeKey")),
        Request("kms:CreateGrant", key, {"kms:GrantIsForAWSResource": "true"}),
        *(job(cloud, kind, "dev-flight-delays-try") for kind in ("processing", "training", "hyper-parameter-tuning")),
        Request("sagemaker:AddTags", f"{SAGEMAKER}:training-job/dev-flight-delays-try"),
        Request("sagemaker:StopTrainingJob", f"{SAGEMAKER}:training-job/dev-flight-delays-try"),
        Request("iam:PassRole", f"{JOB_ROLES}/dev-flight-delays-training-JobRole-x", SAGEMAKER_SERVICE),
        Request("sagemaker:DescribePipeline", f"{SAGEMAKER}:pipeline/dev-flight-delays"),
        Request("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/dev-flight-delays"),
        Request("sagemaker:ListPipelineExecutions", f"{SAGEMAKER}:pipeline/dev-flight-delays"),
        Request("sagemaker:ListPipelineExecutionSteps", f"{SAGEMAKER}:pipeline/dev-flight-delays/execution/abc"),
        Request("sagemaker:DescribePipelineExecution", f"{SAGEMAKER}:pipeline/dev-flight-delays/execution/abc"),
        Request("sagemaker:DescribeModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/1"),
        Request("sagemaker:DescribeModelPackageGroup", f"{SAGEMAKER}:model-package-group/dev-flight-delays"),
        Request("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("logs:DescribeLogStreams", f"{LOGS}/TrainingJobs:log-stream:"),
        Request("logs:GetLogEvents", f"{LOGS}/TrainingJobs:log-stream:dev-flight-delays-try/algo-1"),
        Request("logs:PutLogEvents", f"{LOGS}/NotebookInstances:log-stream:dev-looking/jupyter.log"),
        Request("sagemaker:StopNotebookInstance", OWN),
        Request("sagemaker:DescribeNotebookInstance", OWN),
        Request("ec2:CreateNetworkInterface", f"{EC2}:network-interface/eni-0123"),
        Request("codecommit:GitPull", f"{CODECOMMIT}:models"),
        Request("codecommit:GitPush", f"{CODECOMMIT}:models"),
    ]
    found = answers(cloud, requests)
    assert {text: result for text, result in found.items() if result != "Allowed"} == {}


def test_it_may_not_leave_the_data_of_its_use_cases(cloud: Cloud) -> None:
    raw, processed, models, capture = (
        physical(cloud, "dev-data", "AWS::S3::Bucket", name) for name in ("Raw", "Processed", "Models", "Capture")
    )
    key = physical(cloud, "dev-security", "AWS::KMS::Key", "KeysData")
    models_key = physical(cloud, "dev-security", "AWS::KMS::Key", "KeysModels")
    requests = [
        Request("s3:GetObject", f"{raw}/handwritten_digits/images.parquet"),
        Request("s3:GetObject", f"{raw}/flight_delays_2/flights.parquet"),
        Request("s3:ListBucket", raw, {"s3:prefix": ""}),
        Request("s3:PutObject", f"{raw}/flight_delays/flights.parquet"),
        Request("s3:PutObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:PutObject", f"{processed}/flight_delays/sandbox/dev-elsewhere/train.csv"),
        Request("s3:PutObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("s3:GetObject", f"{capture}/flight_delays/x.jsonl"),
        Request("kms:CreateGrant", key),
        Request("kms:CreateGrant", key, {"kms:GrantIsForAWSResource": "false"}),
        Request("kms:Decrypt", models_key),
        Request("kms:Decrypt", models_key, {"kms:ViaService": f"sagemaker.{REGION}.amazonaws.com"}),
        Request("kms:GenerateDataKey", models_key, THROUGH_S3),
        Request("s3:GetObject", f"{models}/flight_delays/training/pipelines-abc-Train-x/output/model.tar.gz"),
        Request("s3:GetObject", f"{models}/{FITTED.replace('flight_delays', 'handwritten_digits')}"),
        Request("s3:GetObject", f"{models}/{FITTED.replace('dev-', 'prod-')}"),
        Request("s3:PutObject", f"{models}/{FITTED}"),
        Request("s3:GetObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("kms:ScheduleKeyDeletion", key),
        Request("logs:GetLogEvents", f"{LOGS}/TrainingJobs:log-stream:somebody-elses"),
        Request("codecommit:GitPull", f"{CODECOMMIT}:others"),
        Request("secretsmanager:GetSecretValue", SECRET),
    ]
    found = answers(cloud, requests)
    assert {text: result for text, result in found.items() if result == "Allowed"} == {}


def test_it_may_not_start_jobs_deploy_or_hand_on_rights_elsewhere(cloud: Cloud) -> None:
    models_key = physical(cloud, "dev-security", "AWS::KMS::Key", "KeysModels")
    requests = [
        job(cloud, "training", "prod-flight-delays-try"),
        job(cloud, "training", "pipelines-abc"),
        job(cloud, "training", "dev-flight-delays-try", NetworkIsolation="false"),
        job(cloud, "training", "dev-flight-delays-try", InterContainerTrafficEncryption="false"),
        job(cloud, "training", "dev-flight-delays-try", VpcSubnets=None),
        job(cloud, "training", "dev-flight-delays-try", VpcSubnets=["subnet-foreign"]),
        job(cloud, "training", "dev-flight-delays-try", VpcSecurityGroupIds=["sg-foreign"]),
        job(cloud, "training", "dev-flight-delays-try", OutputKmsKeyArn=None),
        job(cloud, "training", "dev-flight-delays-try", VolumeKmsKeyArn=None),
        job(cloud, "training", "dev-flight-delays-try", VolumeKmsKeyArn=models_key),
        job(cloud, "training", "dev-flight-delays-try", OutputKmsKeyArn=FOREIGN_KEY),
        job(cloud, "training", "dev-flight-delays-try", VolumeKmsKeyArn=FOREIGN_KEY),
        job(cloud, "hyper-parameter-tuning", "dev-flight-delays-try", VolumeKmsKeyArn=FOREIGN_KEY),
        job(cloud, "processing", "dev-flight-delays-try", OutputKmsKeyArn=FOREIGN_KEY),
        job(cloud, "processing", "dev-flight-delays-try", OutputKmsKeyArn=None),
        Request("iam:PassRole", cloud.role(STACK, "LookingRole"), SAGEMAKER_SERVICE),
        Request(
            "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/dev-flight-delays-serving-ModelRole-x", SAGEMAKER_SERVICE
        ),
        Request(
            "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/ml-loop/dev/dev-flight-delays-release", SAGEMAKER_SERVICE
        ),
        Request("iam:PassRole", JOB_ROLES.replace("/dev/", "/prod/") + "/x", SAGEMAKER_SERVICE),
        Request("iam:PassRole", f"{JOB_ROLES}/x", {"iam:PassedToService": "lambda.amazonaws.com"}),
        Request("sagemaker:UpdateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/1"),
        Request("sagemaker:CreateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/2"),
        Request("sagemaker:UpdatePipeline", f"{SAGEMAKER}:pipeline/dev-flight-delays"),
        Request("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/prod-flight-delays"),
        Request("sagemaker:UpdateEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:StopNotebookInstance", OWN.replace("looking", "elsewhere")),
        Request("sagemaker:StartNotebookInstance", OWN),
        Request("sagemaker:UpdateNotebookInstance", OWN, {"sagemaker:RootAccess": "Enabled"}),
        Request("sagemaker:CreatePresignedNotebookInstanceUrl", OWN),
    ]
    found = answers(cloud, requests)
    assert {text: result for text, result in found.items() if result == "Allowed"} == {}


def test_a_repository_with_credentials_lets_it_read_that_secret_alone(cloud: Cloud) -> None:
    read = "secretsmanager:GetSecretValue"
    requests = [
        Request(read, SECRET),
        Request(read, SECRET.replace("git", "tig")),
        Request("codecommit:GitPull", f"{CODECOMMIT}:models"),
    ]
    found = answers(cloud, requests, "ElsewhereRole")
    assert list(found.values()) == ["Allowed", "ImplicitlyDenied", "ImplicitlyDenied"]


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"aws:SourceIp": "203.0.113.7", "aws:ViaAWSService": "false"}, "Allowed"),
        ({"aws:SourceIp": "203.0.114.7", "aws:ViaAWSService": "false"}, "ExplicitlyDenied"),
        ({"aws:SourceIp": "198.51.100.1", "aws:ViaAWSService": "false"}, "ExplicitlyDenied"),
        ({"aws:SourceIp": "2001:db8::1", "aws:ViaAWSService": "false"}, "ExplicitlyDenied"),
        # Through the interface endpoint of notebooks, from a machine in the VPC.
        ({"aws:SourceVpc": "the vpc", "aws:ViaAWSService": "false"}, "Allowed"),
        ({"aws:SourceVpc": "vpc-of-somebody", "aws:ViaAWSService": "false"}, "ExplicitlyDenied"),
    ],
)
@pytest.mark.parametrize("action", ["CreatePresignedNotebookInstanceUrl", "StartNotebookInstance"])
def test_people_open_notebooks_from_allowed_addresses_only(
    cloud: Cloud, action: str, context: dict[str, str], expected: str
) -> None:
    resources = cloud.templates["dev-security"]["Resources"].values()
    [policy] = [
        item["Properties"]["PolicyDocument"]
        for item in resources
        if item["Type"] == "AWS::IAM::ManagedPolicy" and "ManagedPolicyName" not in item["Properties"]
    ]
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}}
    vpc = physical(cloud, "dev-network", "AWS::EC2::VPC", "Network")
    request = Request(f"sagemaker:{action}", OWN, {k: vpc if v == "the vpc" else v for k, v in context.items()})
    found = verdicts(
        [request],
        principal=f"arn:aws:iam::{ACCOUNT}:user/ana",
        identity=[everything, cloud.value("dev-security", policy)],
    )
    assert list(found.values()) == [expected]
