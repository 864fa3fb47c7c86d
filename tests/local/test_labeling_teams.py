"""Workforces and work teams, by the API and by CloudFormation: what is kept, and what is refused."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.endpoints_kit import until
from tests.local.labeling_kit import PREFIX, LabelingKit


@pytest.fixture(scope="module")
def kit(start_cloud: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    with start_cloud(tmp_path_factory.mktemp("labeling-teams")) as cloud:
        yield LabelingKit(cloud.client, cloud.port)


def test_there_is_one_workforce_and_it_stays_while_it_has_teams(kit: LabelingKit) -> None:
    sagemaker, config = kit.sagemaker, {"UserPool": kit.pool, "ClientId": kit.client_id}
    refused = kit.refusal(sagemaker.create_workforce, WorkforceName="second", CognitoConfig=config)
    assert "has the workforce people" in refused
    kit.team("staying")
    assert kit.refusal(sagemaker.delete_workforce, WorkforceName="people").startswith("ResourceInUse")
    cidrs = {"Cidrs": ["10.0.0.0/8"]}
    sagemaker.update_workforce(WorkforceName="people", SourceIpConfig=cidrs)
    found = sagemaker.describe_workforce(WorkforceName="people")["Workforce"]
    assert (found["SourceIpConfig"], found["Status"]) == (cidrs, "Active")
    assert found["WorkforceArn"] == f"{PREFIX}:workforce/people"
    assert [each["WorkforceName"] for each in sagemaker.list_workforces()["Workforces"]] == ["people"]
    many = {"Cidrs": [f"10.0.{part}.0/24" for part in range(11)]}
    assert "allowed are 10" in kit.refusal(sagemaker.update_workforce, WorkforceName="people", SourceIpConfig=many)
    assert "No workforce" in kit.refusal(sagemaker.describe_workforce, WorkforceName="other")


def test_a_team_is_of_groups_that_exist(kit: LabelingKit) -> None:
    sagemaker = kit.sagemaker
    arguments = {"WorkteamName": "odd", "Description": "d", "WorkforceName": "people"}

    def refused(member: dict[str, Any]) -> str:
        return kit.refusal(sagemaker.create_workteam, MemberDefinitions=[member], **arguments)

    assert "User group strangers" in refused(kit.member("strangers"))
    other = {"CognitoMemberDefinition": {**kit.member()["CognitoMemberDefinition"], "ClientId": "other"}}
    assert "the workforce has" in refused(other)
    assert refused({"OidcMemberDefinition": {"Groups": ["a"]}}).startswith("NotImplementedByLocalCloud")
    arn = kit.team("described")
    assert kit.refusal(kit.team, name="described").startswith("ResourceInUse")
    sagemaker.update_workteam(WorkteamName="described", Description="another")
    found = sagemaker.describe_workteam(WorkteamName="described")["Workteam"]
    assert (found["Description"], found["WorkteamArn"]) == ("another", arn)
    assert found["WorkforceArn"] == f"{PREFIX}:workforce/people"
    assert arn == f"{PREFIX}:workteam/private-crowd/described"
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    assert sagemaker.list_workteams(NameContains="describ")["Workteams"][0]["WorkteamName"] == "described"
    assert sagemaker.list_subscribed_workteams()["SubscribedWorkteams"] == []
    assert sagemaker.delete_workteam(WorkteamName="described")["Success"]
    assert "does not exist" in kit.refusal(sagemaker.describe_workteam, WorkteamName="described")


def test_cloudformation_makes_changes_and_removes_a_team(kit: LabelingKit) -> None:
    cloudformation = kit.client("cloudformation")

    def body(description: str, name: str, group: str = "labelers") -> str:
        member = {"CognitoUserPool": kit.pool, "CognitoUserGroup": group, "CognitoClientId": kit.client_id}
        properties = {
            "WorkteamName": name, "WorkforceName": "people", "Description": description,
            "MemberDefinitions": [{"CognitoMemberDefinition": member}],
        }  # fmt: skip
        team = {"Type": "AWS::SageMaker::Workteam", "Properties": properties}
        output = {"Arn": {"Value": {"Ref": "Team"}}, "Name": {"Value": {"Fn::GetAtt": ["Team", "WorkteamName"]}}}
        return json.dumps({"Resources": {"Team": team}, "Outputs": output})

    def wait(verb: str) -> dict[str, str]:
        waiter = cloudformation.get_waiter(f"stack_{verb}_complete")
        waiter.wait(StackName="team", WaiterConfig={"Delay": 1})
        stack = cloudformation.describe_stacks(StackName="team")["Stacks"][0]
        return {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}

    def described(name: str) -> dict[str, Any]:
        found: dict[str, Any] = kit.sagemaker.describe_workteam(WorkteamName=name)["Workteam"]
        return found

    cloudformation.create_stack(StackName="team", TemplateBody=body("first", "stacked"))
    assert wait("create") == {"Arn": f"{PREFIX}:workteam/private-crowd/stacked", "Name": "stacked"}
    made = described("stacked")["CreateDate"]
    cloudformation.update_stack(StackName="team", TemplateBody=body("second", "stacked"))
    wait("update")
    assert (described("stacked")["Description"], described("stacked")["CreateDate"]) == ("second", made)
    cloudformation.update_stack(StackName="team", TemplateBody=body("second", "renamed"))
    assert wait("update")["Name"] == "renamed"
    assert "does not exist" in kit.refusal(kit.sagemaker.describe_workteam, WorkteamName="stacked")
    cloudformation.update_stack(StackName="team", TemplateBody=body("second", "renamed", "strangers"))

    def rolled_back() -> bool:
        return bool(
            cloudformation.describe_stacks(StackName="team")["Stacks"][0]["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        )

    until(rolled_back, 30, "the rollback")
    cloudformation.delete_stack(StackName="team")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="team", WaiterConfig={"Delay": 1})
    assert "does not exist" in kit.refusal(kit.sagemaker.describe_workteam, WorkteamName="renamed")


def stack_of_people() -> dict[str, Any]:
    """A template with everything that a team needs, people aside."""
    pool, client = {"Ref": "Pool"}, {"Ref": "Client"}
    cognito = {"UserPool": pool, "ClientId": client}
    member = {
        "CognitoUserPool": "{{resolve:ssm:/people/pool}}", "CognitoUserGroup": {"Ref": "Group"},
        "CognitoClientId": client,
    }  # fmt: skip
    resources = {
        "Pool": ("Cognito::UserPool", {"UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}),
        "Domain": ("Cognito::UserPoolDomain", {"UserPoolId": pool, "Domain": "people-of-tests"}),
        "Client": ("Cognito::UserPoolClient", {"UserPoolId": pool, "GenerateSecret": True}),
        "Group": ("Cognito::UserPoolGroup", {"UserPoolId": pool, "GroupName": "labelers"}),
        "Known": ("SSM::Parameter", {"Type": "String", "Name": "/people/pool", "Value": pool}),
        "All": ("SageMaker::Workforce", {"WorkforceName": "all", "CognitoConfig": cognito}),
        "Team": ("SageMaker::Workteam", {"WorkteamName": "some", "WorkforceName": "all", "Description": "some",
                                         "MemberDefinitions": [{"CognitoMemberDefinition": member}]}),
    }  # fmt: skip
    made = {name: {"Type": f"AWS::{kind}", "Properties": given} for name, (kind, given) in resources.items()}
    made["Team"]["DependsOn"] = ["All", "Known"]
    return {"Resources": made}


def test_cloudformation_makes_the_workforce_and_all_that_it_needs(start_cloud: Any, tmp_path: Any) -> None:
    with start_cloud(tmp_path / "state") as cloud:
        cloudformation, sagemaker, cognito = map(cloud.client, ("cloudformation", "sagemaker", "cognito-idp"))
        body = stack_of_people()

        def wait(verb: str) -> None:
            waiter = cloudformation.get_waiter(f"stack_{verb}_complete")
            waiter.wait(StackName="all", WaiterConfig={"Delay": 1})

        cloudformation.create_stack(StackName="all", TemplateBody=json.dumps(body))
        wait("create")
        team = sagemaker.describe_workteam(WorkteamName="some")["Workteam"]
        member = team["MemberDefinitions"][0]["CognitoMemberDefinition"]
        cognito.admin_create_user(
            UserPoolId=member["UserPool"], Username="ana@example.com", MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": "ana@example.com"}],
        )  # fmt: skip
        cognito.admin_add_user_to_group(UserPoolId=member["UserPool"], Username="ana@example.com", GroupName="labelers")
        with urllib.request.urlopen(f"http://127.0.0.1:{cloud.port}/_local_cloud/worker") as page:
            assert "Sign in as ana@example.com" in page.read().decode()
        body["Resources"]["All"]["Properties"]["SourceIpConfig"] = {"Cidrs": ["192.0.2.0/24"]}
        cloudformation.update_stack(StackName="all", TemplateBody=json.dumps(body))
        wait("update")
        found = sagemaker.describe_workforce(WorkforceName="all")["Workforce"]
        assert found["SourceIpConfig"] == {"Cidrs": ["192.0.2.0/24"]}
        cloudformation.delete_stack(StackName="all")
        wait("delete")
        assert sagemaker.list_workforces()["Workforces"] == []
