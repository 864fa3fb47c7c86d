"""The template of a training stack: least privilege, a body that parses, code that changes only with itself."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from config import ConfigError, Environment, load_environment, load_use_case
from config.loading import ROOT
from constructs.placement import Placement
from pipelines_src import job_wheels
from pipelines_src.job_code import Sources
from stacks.training_stack import TrainingStack

PREFIX = "flight_delays"
# Calls for which AWS knows no resource.
WITHOUT_RESOURCE = {
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
}


class Platform(cdk.Stack):
    """What the other stacks offer to a training stack."""

    def __init__(self, scope: cdk.App) -> None:
        super().__init__(scope, "platform")
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            availability_zones=["ap-northeast-1a", "ap-northeast-1c"],
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
            ],
        )
        self.jobs = Placement(self.vpc, ec2.SecurityGroup(self, "Jobs", vpc=self.vpc))
        self.data_key, self.models_key = kms.Key(self, "DataKey"), kms.Key(self, "ModelsKey")
        self.raw, self.processed, self.models = (s3.Bucket(self, name) for name in ("Raw", "Processed", "Models"))

    @property
    def availability_zones(self) -> list[str]:
        return ["ap-northeast-1a", "ap-northeast-1c"]


def synthesise(
    folder: Path, environment: Environment | None = None, code: Path = ROOT / "pipelines_src"
) -> tuple[Template, Path]:
    app = cdk.App(analytics_reporting=False, outdir=str(folder))
    platform = cast(Any, Platform(app))
    stack = TrainingStack(
        app,
        "training",
        environment=environment or load_environment("dev"),
        use_case=load_use_case(PREFIX),
        network=platform,
        security=platform,
        data=platform,
        sources=Sources(code),
    )
    return Template.from_stack(stack), folder / "training.template.json"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return dict(synthesise(tmp_path_factory.mktemp("out"))[0].to_json())


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    [found] = [item for item in template["Resources"].values() if item["Type"] == kind]
    return cast(dict[str, Any], found)


def statements(template: dict[str, Any]) -> Iterator[tuple[set[str], list[str], dict[str, Any]]]:
    """Actions, resources as text and conditions of the role's policy."""
    policy = of_type(template, "AWS::IAM::Policy")
    for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
        assert statement["Effect"] == "Allow"
        action, resource = statement["Action"], statement["Resource"]
        actions = {action} if isinstance(action, str) else set(action)
        resources = resource if isinstance(resource, list) else [resource]
        yield actions, [flat(item) for item in resources], statement.get("Condition", {})


def flat(value: Any) -> str:
    """A text with its references as `<name>`."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return str(argument[0]).join(flat(part) for part in argument[1])
    return f"<{argument}>" if not isinstance(argument, list) else f"<{'.'.join(argument)}>"


def body(template: dict[str, Any]) -> dict[str, Any]:
    pipeline = of_type(template, "AWS::SageMaker::Pipeline")
    text = flat(pipeline["Properties"]["PipelineDefinition"]["PipelineDefinitionBody"])
    return cast(dict[str, Any], json.loads(text))


def test_a_use_case_is_four_resources(template: dict[str, Any]) -> None:
    assert sorted(item["Type"] for item in template["Resources"].values()) == [
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::SageMaker::ModelPackageGroup",
        "AWS::SageMaker::Pipeline",
    ]


def test_pipeline_and_group_have_the_name_people_use(template: dict[str, Any]) -> None:
    pipeline = of_type(template, "AWS::SageMaker::Pipeline")
    assert pipeline["Properties"]["PipelineName"] == "dev-flight-delays"
    group = of_type(template, "AWS::SageMaker::ModelPackageGroup")
    # Nothing create-only that can be edited: CloudFormation replaces no resource that has a name.
    assert set(group["Properties"]) <= {"ModelPackageGroupName", "Tags"}
    assert group["Properties"]["ModelPackageGroupName"] == "dev-flight-delays"
    kinds = {template["Resources"][name]["Type"] for name in pipeline["DependsOn"]}
    assert kinds == {"AWS::IAM::Policy", "AWS::SageMaker::ModelPackageGroup"}


@pytest.mark.parametrize(("environment", "policy"), [("dev", "Delete"), ("prod", "RetainExceptOnCreate")])
def test_models_stay_unless_two_settings_agree(environment: str, policy: str, tmp_path: Path) -> None:
    template = dict(synthesise(tmp_path, load_environment(environment))[0].to_json())
    assert of_type(template, "AWS::SageMaker::ModelPackageGroup")["DeletionPolicy"] == policy


def test_the_body_parses_with_its_tokens_resolved(template: dict[str, Any]) -> None:
    document = body(template)
    assert [step["Name"] for step in document["Steps"]] == ["Prepare", "Train", "Evaluate", "CheckGate"]
    assert "Token[" not in json.dumps(document)
    train = document["Steps"][1]["Arguments"]
    assert train["EnableNetworkIsolation"] is True
    assert train["EnableInterContainerTrafficEncryption"] is True
    assert len(train["VpcConfig"]["Subnets"]) == 2
    assert "ModelsKey" in train["OutputDataConfig"]["KmsKeyId"]
    assert "DataKey" in train["ResourceConfig"]["VolumeKmsKeyId"]
    assert train["RoleArn"].startswith("<JobRole")
    code = document["Steps"][0]["Arguments"]["ProcessingInputs"][1]["S3Input"]["S3Uri"]
    command = document["Steps"][0]["Arguments"]["AppSpecification"]["ContainerEntrypoint"][1]
    assert code.split("/")[-1].rstrip(">") == command.split("/")[-1]


def test_only_sagemaker_of_this_account_may_take_the_role(template: dict[str, Any]) -> None:
    [trust] = of_type(template, "AWS::IAM::Role")["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert flat(trust["Condition"]["StringEquals"]["aws:SourceAccount"]) == "<AWS::AccountId>"
    assert flat(trust["Condition"]["ArnLike"]["aws:SourceArn"]).endswith(":<AWS::AccountId>:*")


def test_only_calls_that_know_no_resource_have_a_wildcard_resource(template: dict[str, Any]) -> None:
    for actions, resources, _ in statements(template):
        assert "*" not in "".join(actions)
        if "*" in resources:
            assert actions <= WITHOUT_RESOURCE


def test_objects_of_the_use_case_its_code_and_its_wheels_alone_are_reached(template: dict[str, Any]) -> None:
    reached = {
        (action, resource.split("/", 1)[1] if "/" in resource else "")
        for actions, resources, _ in statements(template)
        for resource in resources
        for action in actions
        if action.startswith("s3:") and action not in ("s3:ListBucket", "s3:GetBucketLocation")
    }
    zip_name = body(template)["Steps"][0]["Arguments"]["AppSpecification"]["ContainerEntrypoint"][1].split("/")[-1]
    wheels = job_wheels.digest("xgboost")
    assert {path for _, path in reached} == {f"{PREFIX}/*", zip_name, wheels}
    assert {action for action, path in reached if path in (zip_name, wheels)} == {"s3:GetObject"}
    assert not [action for action, _ in reached if "Delete" in action]
    writable = {
        resource
        for actions, resources, _ in statements(template)
        for resource in resources
        if "s3:PutObject" in actions
    }
    assert not [resource for resource in writable if "Raw" in resource]
    for actions, _, conditions in statements(template):
        if "s3:ListBucket" in actions:
            assert "s3:prefix" in json.dumps(conditions)


def test_the_role_passes_itself_to_sagemaker_only(template: dict[str, Any]) -> None:
    [(_, [role], conditions)] = [item for item in statements(template) if "iam:PassRole" in item[0]]
    assert role.startswith("<JobRole")
    assert conditions == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def test_jobs_of_pipelines_and_versions_of_the_own_group_alone_are_made(template: dict[str, Any]) -> None:
    for actions, resources, _ in statements(template):
        if any(action.startswith("sagemaker:") for action in actions):
            assert all(
                resource.endswith(("-job/pipelines-*", "-group/dev-flight-delays", "model-package/dev-flight-delays/*"))
                for resource in resources
            )
        assert "sagemaker:UpdateModelPackage" not in actions  # approving is not the pipeline's


def test_one_key_alone_is_granted_on_for_volumes(template: dict[str, Any]) -> None:
    [[resource]] = [resources for actions, resources, _ in statements(template) if "kms:CreateGrant" in actions]
    assert "DataKey" in str(resource)


def test_a_region_without_image_is_refused_at_synthesis(tmp_path: Path) -> None:
    elsewhere = load_environment("dev").model_copy(update={"region": "mars-north-1"})
    with pytest.raises(ConfigError, match="'mars-north-1'"):
        synthesise(tmp_path, elsewhere)


def test_the_wheels_are_named_by_their_lock_and_made_by_who_deploys(template: dict[str, Any], tmp_path: Path) -> None:
    digest = job_wheels.digest("xgboost")
    for step in ("Prepare", "Evaluate"):
        [job] = [one for one in body(template)["Steps"] if one["Name"] == step]
        [given] = [one for one in job["Arguments"]["ProcessingInputs"] if one["InputName"] == "wheels"]
        assert given["S3Input"]["S3Uri"].rstrip(">").split("/")[-1] == digest
        assert given["S3Input"]["LocalPath"] == "/opt/ml/processing/input/wheels"
    synthesise(tmp_path)
    source = json.loads((tmp_path / "training.assets.json").read_text())["files"][digest]["source"]
    assert source == {"executable": job_wheels.command("xgboost")}  # nothing that has to be there at synthesis


def test_two_syntheses_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (synthesise(tmp_path / name)[1].read_bytes() for name in ("a", "b"))
    assert first == second


def test_the_code_changes_with_its_own_files_alone(tmp_path: Path) -> None:
    code = tmp_path / "pipelines_src"
    shutil.copytree(ROOT / "pipelines_src", code, ignore=shutil.ignore_patterns("__pycache__"))
    runs = iter(range(10))

    def zip_name() -> str:
        document = body(dict(synthesise(tmp_path / f"out{next(runs)}", code=code)[0].to_json()))
        return str(document["Steps"][0]["Arguments"]["AppSpecification"]["ContainerEntrypoint"][1])

    before = zip_name()
    (code / "another").mkdir()
    (code / "another" / "transformations.py").write_text("x = 1\n")
    (code / "definition" / "errors.py").write_text("x = 1\n")
    (code / PREFIX / "__pycache__").mkdir()
    (code / PREFIX / "__pycache__" / "x.cpython-311.pyc").write_bytes(b"x")
    assert zip_name() == before
    staged = next(path for path in (tmp_path / "out1").glob("asset.*") if (path / "__main__.py").exists())
    assert {path.name for path in staged.iterdir()} == {"__main__.py", "pipelines_src"}
    assert {path.name for path in (staged / "pipelines_src").iterdir()} == {"__init__.py", "steps", PREFIX}
    assert not [path for path in staged.rglob("*") if "pyc" in path.name]
    (code / PREFIX / "transformations.py").write_text("x = 1\n")
    assert zip_name() != before
