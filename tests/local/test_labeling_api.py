"""The API of labeling jobs: what is refused and how, what IAM says, what a page looks like."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.labeling_kit import FUNCTIONS, PREFIX, SERVICE, LabelingKit
from tests.local.roles import allow, deny, make_role

ALGORITHM = "arn:aws:sagemaker:ap-northeast-1:027400017018:labeling-job-algorithm-specification/image-classification"
TOPIC = "arn:aws:sns:ap-northeast-1:000000000000:topic"
PUBLIC = "arn:aws:sagemaker:ap-northeast-1:394669845002:workteam/public-crowd/default"


@pytest.fixture(scope="module")
def cloud(start_cloud: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    with start_cloud(tmp_path_factory.mktemp("labeling-api")) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def kit(cloud: Any) -> LabelingKit:
    return LabelingKit(cloud.client, cloud.port)


@pytest.fixture(scope="module")
def request_(kit: LabelingKit) -> dict[str, Any]:
    return kit.request("refused", kit.team("refused"), [{"source": "x"}])


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"LabelAttributeName": "x-metadata"}, "must not end with -metadata"),
        ({"LabelAttributeName": "x-ref"}, "must not end with -ref"),
        ({"LabelCategoryConfigS3Uri": None}, "LabelCategoryConfigS3Uri is required"),
        ({"RoleArn": "arn:aws:iam::000000000000:role/nobody"}, "Could not assume role"),
        ({"InputConfig": {"DataSource": {}}}, "S3DataSource is required"),
        ({"InputConfig": {"DataSource": {"SnsDataSource": {"SnsTopicArn": TOPIC}}}}, "NotImplementedByLocalCloud.*Sns"),
        ({"OutputConfig": {"S3OutputPath": "s3://a", "SnsTopicArn": TOPIC}}, "NotImplementedByLocalCloud.*SnsTopicArn"),
        (
            {"LabelingJobAlgorithmsConfig": {"LabelingJobAlgorithmSpecificationArn": ALGORITHM}},
            "NotImplementedByLocalCloud.*LabelingJobAlgorithmsConfig",
        ),
        ({"LabelingJobName": "under_score"}, "allowed is the pattern"),
    ],
)
def test_what_cannot_run_is_refused_by_name(
    kit: LabelingKit, request_: dict[str, Any], change: dict[str, Any], refused: str
) -> None:
    asked = {key: value for key, value in {**request_, **change}.items() if value is not None}
    with pytest.raises(ClientError, match=refused):
        kit.sagemaker.create_labeling_job(**asked)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"WorkteamArn": f"{PREFIX}:workteam/private-crowd/gone"}, "does not exist"),
        ({"WorkteamArn": PUBLIC}, "NotImplementedByLocalCloud.*public-crowd"),
        ({"UiConfig": {}}, "needs one of UiTemplateS3Uri and HumanTaskUiArn"),
        ({"UiConfig": {"HumanTaskUiArn": f"{PREFIX}:human-task-ui/mine"}}, "NotImplementedByLocalCloud.*worker page"),
        ({"PreHumanTaskLambdaArn": f"{FUNCTIONS}:PRE-BoundingBox"}, "Use those of one task type"),
        (
            {"PreHumanTaskLambdaArn": f"{FUNCTIONS}:PRE-VideoObjectTracking"},
            "NotImplementedByLocalCloud.*PRE-VideoObjectTracking",
        ),
        (
            {"PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:PRE-TextMultiClass"},
            "in ap-northeast-1 AWS's functions are those of account 477331159723",
        ),
        ({"TaskTimeLimitInSeconds": 28801}, "allowed are 28800"),
        ({"TaskAvailabilityLifetimeInSeconds": 2592001}, "allowed are 2592000"),
        ({"NumberOfHumanWorkersPerDataObject": 10}, "allowed is 1 to 9"),
        ({"PublicWorkforceTaskPrice": {"AmountInUsd": {"Cents": 1}}}, "NotImplementedByLocalCloud.*Price"),
    ],
)
def test_tasks_that_cannot_be_given_are_refused_by_name(
    kit: LabelingKit, request_: dict[str, Any], change: dict[str, Any], refused: str
) -> None:
    with pytest.raises(ClientError, match=refused):
        kit.sagemaker.create_labeling_job(**{**request_, "HumanTaskConfig": {**request_["HumanTaskConfig"], **change}})


def test_names_of_jobs_are_not_case_sensitive(kit: LabelingKit) -> None:
    request = kit.request("Mixed-Case", kit.team("mixed"), [{"source": "x"}])
    arn = kit.sagemaker.create_labeling_job(**request)["LabelingJobArn"]
    assert arn == f"{PREFIX}:labeling-job/mixed-case"
    refused = kit.refusal(kit.sagemaker.create_labeling_job, **{**request, "LabelingJobName": "mixed-CASE"})
    assert refused.startswith("ResourceInUse")
    assert kit.describe("MIXED-case")["LabelingJobName"] == "Mixed-Case"
    assert kit.refusal(kit.sagemaker.describe_labeling_job, LabelingJobName="none").startswith("ResourceNotFound")


def test_iam_decides_about_jobs_teams_and_roles(cloud: Any, kit: LabelingKit, request_: dict[str, Any]) -> None:
    own, team = f"{PREFIX}:labeling-job/mine-*", request_["HumanTaskConfig"]["WorkteamArn"]
    rights = [
        allow("sagemaker:CreateLabelingJob", own),
        allow("sagemaker:DescribeLabelingJob", own),
        allow("sagemaker:DescribeWorkteam", team),
        allow("sagemaker:ListLabelingJobsForWorkteam", team),
        allow("iam:PassRole", kit.role),
        deny("sagemaker:CreateLabelingJob", {"StringNotEquals": {"sagemaker:WorkteamArn": team}}),
        deny("sagemaker:CreateLabelingJob", {"StringNotEquals": {"sagemaker:WorkteamType": "private-crowd"}}),
    ]
    role = make_role(kit.client("iam"), "labeling-caller", rights)
    limited = kit.client("sagemaker", cloud.session(role))
    limited.create_labeling_job(**{**request_, "LabelingJobName": "Mine-1"})
    assert limited.describe_labeling_job(LabelingJobName="MINE-1")["LabelingJobName"] == "Mine-1"
    assert limited.describe_workteam(WorkteamName="refused")["Workteam"]["WorkteamArn"] == team

    def denied(call: Any, **arguments: Any) -> str:
        refused = kit.refusal(call, **arguments)
        assert refused.startswith("AccessDenied")
        return refused

    assert "labeling-job/other" in denied(limited.create_labeling_job, **{**request_, "LabelingJobName": "other"})
    human = {**request_["HumanTaskConfig"], "WorkteamArn": kit.team("forbidden")}
    denied(limited.create_labeling_job, **{**request_, "LabelingJobName": "mine-2", "HumanTaskConfig": human})
    passed = make_role(kit.client("iam"), "labeling-powerful", [allow("*")], SERVICE)
    asked = {**request_, "LabelingJobName": "mine-3", "RoleArn": passed}
    assert "iam:PassRole" in denied(limited.create_labeling_job, **asked)
    tagged = {**request_, "LabelingJobName": "mine-4", "Tags": [{"Key": "a", "Value": "b"}]}
    assert "sagemaker:AddTags" in denied(limited.create_labeling_job, **tagged)
    denied(limited.stop_labeling_job, LabelingJobName="mine-1")
    assert len(limited.list_labeling_jobs_for_workteam(WorkteamArn=team)["LabelingJobSummaryList"]) == 1
    denied(limited.list_labeling_jobs_for_workteam, WorkteamArn=kit.team("not-theirs"))
    denied(limited.delete_workteam, WorkteamName="refused")
    denied(limited.delete_workforce, WorkforceName="people")
    page = {"UiTemplate": {"Content": "x"}, "Task": {"Input": "{}"}, "RoleArn": kit.role}
    denied(limited.render_ui_template, **page)


def test_a_role_that_may_not_read_the_manifest_fails_the_job(kit: LabelingKit) -> None:
    rights = [allow("s3:GetObject", "arn:aws:s3:::labeling-tests/elsewhere/*")]
    role = make_role(kit.client("iam"), "labeling-blind", rights, SERVICE)
    request = {**kit.request("blind", kit.team("blind"), [{"source": "x"}]), "RoleArn": role}
    kit.sagemaker.create_labeling_job(**request)
    job = kit.ended("blind")
    assert job["LabelingJobStatus"] == "Failed"
    assert "cannot read s3://labeling-tests/blind/in" in job["FailureReason"]
    assert "AccessDenied" in job["FailureReason"]


def test_a_page_is_rendered_for_preview(kit: LabelingKit) -> None:
    uri = kit.put("picture.txt", "what is seen")

    def render(template: str, task: Any = None) -> tuple[str, list[dict[str, str]]]:
        answer = kit.sagemaker.render_ui_template(
            UiTemplate={"Content": template}, Task={"Input": json.dumps(task or {})}, RoleArn=kit.role
        )
        return answer["RenderedContent"], answer["Errors"]

    given = {"source-ref": uri, "text": "<b>&amp;", "labels": ['a"b', "c"]}
    assert render("{{ task.input.text }}", given) == ("&lt;b&gt;&amp;amp;", [])
    assert render("{{ task.input.text | escape_once }}", given)[0] == "&lt;b&gt;&amp;"
    assert render("{{ task.input.text | skip_autoescape }}", given)[0] == "<b>&amp;"
    assert render("{% for each in task.input.labels %}{{ each }}.{% endfor %}", given)[0] == "a&#34;b.c."
    assert render("{{ task.input.labels | to_json }}", given)[0] == "[&#34;a\\&#34;b&#34;, &#34;c&#34;]"
    page, errors = render("{% if %}", given)
    assert (page, len(errors)) == ("", 1)
    address = render("{{ task.input.source-ref | grant_read_access | skip_autoescape }}", given)[0]
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - of the local cloud
        assert answer.read() == b"what is seen"
