"""What the tests of labeling share: a workforce with people in it, a bucket, roles, templates and requests."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local_cloud.clients import REGION
from tests.local.endpoints_kit import until
from tests.local.roles import allow, make_role

SERVICE = {"Service": "sagemaker.amazonaws.com"}
FUNCTIONS = f"arn:aws:lambda:{REGION}:477331159723:function"
PREFIX = f"arn:aws:sagemaker:{REGION}:000000000000"
BUCKET = "labeling-tests"
TAG = "local-cloud:simulated-workers"
ENDED = ("Completed", "Failed", "Stopped")
TEXT_PAGE = """
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="crowd-classifier" categories="{{ task.input.labels | to_json | escape }}" header="Which?">
    <classification-target>{{ task.input.taskObject }}</classification-target>
    <full-instructions header="How">Choose the class.</full-instructions>
    <short-instructions>Choose.</short-instructions>
  </crowd-classifier>
</crowd-form>
"""


class LabelingKit:
    """A cloud with a workforce, its people, and a bucket; names of jobs and teams are the test's."""

    def __init__(self, client: Callable[..., Any], port: int) -> None:
        self.client, self.port = client, port
        self.sagemaker, self.s3, self.cognito = client("sagemaker"), client("s3"), client("cognito-idp")
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        everything = [allow("s3:*"), allow("lambda:InvokeFunction"), allow("logs:*")]
        self.role = make_role(client("iam"), "labeling-job", everything, SERVICE)
        self.pool = self.cognito.create_user_pool(PoolName="workers")["UserPool"]["Id"]
        made = self.cognito.create_user_pool_client(UserPoolId=self.pool, ClientName="portal")
        self.client_id = made["UserPoolClient"]["ClientId"]
        self.cognito.create_group(UserPoolId=self.pool, GroupName="labelers")
        for name in ("ana", "ben", "eve"):
            self.cognito.admin_create_user(UserPoolId=self.pool, Username=name, MessageAction="SUPPRESS")
            self.cognito.admin_add_user_to_group(UserPoolId=self.pool, Username=name, GroupName="labelers")
        cognito = {"UserPool": self.pool, "ClientId": self.client_id}
        self.sagemaker.create_workforce(WorkforceName="people", CognitoConfig=cognito)

    def member(self, group: str = "labelers") -> dict[str, Any]:
        definition = {"UserPool": self.pool, "UserGroup": group, "ClientId": self.client_id}
        return {"CognitoMemberDefinition": definition}

    def team(self, name: str, simulated: str = "") -> str:
        tags = [{"Key": TAG, "Value": simulated}] if simulated else []
        made = self.sagemaker.create_workteam(
            WorkteamName=name,
            Description="a team",
            MemberDefinitions=[self.member()],
            WorkforceName="people",
            Tags=tags,
        )
        return str(made["WorkteamArn"])

    def put(self, key: str, content: str | bytes) -> str:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"

    def lines(self, uri: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.read(uri).decode().splitlines()]

    def read(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        content: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def keys(self, prefix: str) -> list[str]:
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]

    def request(
        self, name: str, team: str, objects: list[dict[str, Any]], task: str = "TextMultiClass", page: str = TEXT_PAGE,
        labels: tuple[str, ...] = ("cat", "dog", "owl"), **human: Any,
    ) -> dict[str, Any]:  # fmt: skip
        manifest = "".join(json.dumps(item) + "\n" for item in objects)
        categories = {"document-version": "2018-11-28", "labels": [{"label": label} for label in labels]}
        return {
            "LabelingJobName": name,
            "LabelAttributeName": "species",
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": self.put(f"{name}/in", manifest)}}},
            "OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/out/"},
            "RoleArn": self.role,
            "LabelCategoryConfigS3Uri": self.put(f"{name}/categories.json", json.dumps(categories)),
            "HumanTaskConfig": {
                "WorkteamArn": team,
                "UiConfig": {"UiTemplateS3Uri": self.put(f"{name}/page.html", page)},
                "PreHumanTaskLambdaArn": f"{FUNCTIONS}:PRE-{task}",
                "TaskTitle": "Which animal?",
                "TaskDescription": "Say which animal it is.",
                "NumberOfHumanWorkersPerDataObject": 3,
                "TaskTimeLimitInSeconds": 60,
                "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": f"{FUNCTIONS}:ACS-{task}"},
                **human,
            },
        }

    def describe(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sagemaker.describe_labeling_job(LabelingJobName=name)
        return found

    def ended(self, name: str, seconds: float = 60) -> dict[str, Any]:
        """Wait for a job's end and return its description."""

        def look() -> dict[str, Any] | None:
            job = self.describe(name)
            return job if job["LabelingJobStatus"] in ENDED else None

        job: dict[str, Any] = until(look, seconds, f"the end of {name}")
        return job

    def refusal(self, call: Callable[..., Any], **arguments: Any) -> str:
        """Return the error of a call that is refused, as "code: message"."""
        try:
            call(**arguments)
        except ClientError as error:
            return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
        raise AssertionError("the call was not refused")
