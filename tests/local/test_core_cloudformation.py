"""Stacks of the local cloud behave as AWS's where the platform depends on it."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.local.conftest import RunningCloud
from tests.local.roles import allow, make_role

CLOUDFORMATION = {"Service": "cloudformation.amazonaws.com"}
STACK_ARN = "arn:aws:cloudformation:ap-northeast-1:000000000000:stack"
IMAGE = "354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-xgboost:3.2-0"


def template(**resources: Any) -> str:
    return json.dumps({"Resources": resources})


def deploy(cloudformation: Any, name: str, body: str, **more: Any) -> None:
    cloudformation.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"], **more)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def update(cloudformation: Any, name: str, body: str, **more: Any) -> None:
    cloudformation.update_stack(StackName=name, TemplateBody=body, **more)
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def reasons(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return " ".join(event.get("ResourceStatusReason", "") for event in events)


def test_a_bucket_that_is_not_empty_cannot_be_deleted(client: Any) -> None:
    s3, cloudformation = client("s3"), client("cloudformation")
    properties = {"BucketName": "not-empty", "VersioningConfiguration": {"Status": "Enabled"}}
    deploy(cloudformation, "not-empty", template(B={"Type": "AWS::S3::Bucket", "Properties": properties}))
    s3.put_object(Bucket="not-empty", Key="k", Body=b"v")
    s3.delete_object(Bucket="not-empty", Key="k")  # leaves a version and a delete marker
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        s3.delete_bucket(Bucket="not-empty")
    cloudformation.delete_stack(StackName="not-empty")
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName="not-empty", WaiterConfig={"Delay": 1, "MaxAttempts": 10}
        )
    assert "BucketNotEmpty" in reasons(cloudformation, "not-empty")
    assert s3.list_object_versions(Bucket="not-empty")["Versions"]
    # Nor does the stack take an update, not even one that changes nothing.
    with pytest.raises(ClientError, match="is in DELETE_FAILED state and can not be updated"):
        cloudformation.create_change_set(
            StackName="not-empty", ChangeSetName="again", UsePreviousTemplate=True, ChangeSetType="UPDATE"
        )


def test_a_stacks_status_reaches_a_rule(client: Any) -> None:
    events, sqs, cloudformation = client("events"), client("sqs"), client("cloudformation")
    url = sqs.create_queue(QueueName="stack-status")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {**allow("sqs:SendMessage", arn), "Principal": {"Service": "events.amazonaws.com"}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    pattern = {
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        "detail": {"stack-id": [{"prefix": f"{STACK_ARN}/told/"}], "status-details": {"status": ["CREATE_COMPLETE"]}},
    }
    events.put_rule(Name="told", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="told", Targets=[{"Id": "queue", "Arn": arn}])
    body = template(Q={"Type": "AWS::SQS::Queue"})
    deploy(cloudformation, "told", body, ClientRequestToken="the-token")
    deploy(cloudformation, "told-not", body)
    messages = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, MaxNumberOfMessages=10)["Messages"]
    event = json.loads(messages[0]["Body"])
    assert len(messages) == 1
    assert event["resources"] == [event["detail"]["stack-id"]]
    assert event["detail"]["status-details"] == {"status": "CREATE_COMPLETE", "status-reason": ""}
    assert event["detail"]["client-request-token"] == "the-token"


def group(description: str) -> dict[str, Any]:
    properties = {"ModelPackageGroupName": f"made-by-{description}"}
    return {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": properties}


def test_a_stack_can_do_what_its_role_can_do_and_no_more(client: Any) -> None:
    cloudformation = client("cloudformation")
    group_arn = "arn:aws:sagemaker:ap-northeast-1:000000000000:model-package-group/made-by-role"
    narrow = make_role(client("iam"), "cfn-narrow", [allow("sagemaker:*", group_arn)], CLOUDFORMATION)
    deploy(cloudformation, "of-role", template(G=group("role")), RoleARN=narrow)
    cloudformation.create_stack(StackName="beyond-role", TemplateBody=template(G=group("nobody")), RoleARN=narrow)
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(StackName="beyond-role", WaiterConfig={"Delay": 1})
    assert "not authorized to perform: sagemaker:CreateModelPackageGroup" in reasons(cloudformation, "beyond-role")
    # The stack keeps its role: an update that names none works under it too.
    with pytest.raises(WaiterError):
        update(cloudformation, "of-role", template(G=group("role"), H=group("kept-role")))
    assert "not authorized" in reasons(cloudformation, "of-role")
    names = [
        found["ModelPackageGroupName"]
        for found in client("sagemaker").list_model_package_groups()["ModelPackageGroupSummaryList"]
    ]
    assert "made-by-role" in names
    assert not {"made-by-nobody", "made-by-kept-role"} & set(names)


def test_updating_a_stack_under_any_other_role_is_denied(local_cloud: RunningCloud) -> None:
    iam, root = local_cloud.client("iam"), local_cloud.client("cloudformation")
    everything = [allow("*")]
    release = make_role(iam, "cfn-release", everything, CLOUDFORMATION)
    administrator = make_role(iam, "cfn-administrator", everything, CLOUDFORMATION)
    only_release = {"StringEquals": {"cloudformation:RoleArn": release}}
    rights = [
        allow("cloudformation:UpdateStack", f"{STACK_ARN}/released/*", Condition=only_release),
        allow("iam:PassRole", [release, administrator]),
    ]
    function = local_cloud.client("cloudformation", local_cloud.session(make_role(iam, "cfn-function", rights)))
    body = template(Q={"Type": "AWS::SQS::Queue"})
    changed = template(Q={"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 1}})
    deploy(root, "released", body, RoleARN=administrator)
    deploy(root, "another", body)
    for stack, role in [("released", {"RoleARN": administrator}), ("released", {}), ("another", {"RoleARN": release})]:
        with pytest.raises(ClientError, match="AccessDenied"):
            function.update_stack(StackName=stack, TemplateBody=changed, **role)
    function.update_stack(StackName="released", TemplateBody=changed, RoleARN=release)


def test_a_role_that_cannot_be_passed_is_refused(local_cloud: RunningCloud) -> None:
    iam = local_cloud.client("iam")
    target = make_role(iam, "cfn-target", [allow("*")], CLOUDFORMATION)
    role = make_role(iam, "cfn-no-pass", [allow("cloudformation:*")])
    cloudformation = local_cloud.client("cloudformation", local_cloud.session(role))
    with pytest.raises(ClientError, match="iam:PassRole"):
        cloudformation.create_stack(
            StackName="no-pass", TemplateBody=template(Q={"Type": "AWS::SQS::Queue"}), RoleARN=target
        )


def model(role: str, isolated: str) -> dict[str, Any]:
    container = {"Image": IMAGE, "Environment": {"A": "1"}}
    properties = {"ExecutionRoleArn": role, "PrimaryContainer": container, "EnableNetworkIsolation": isolated}
    return {"Type": "AWS::SageMaker::Model", "Properties": properties}


def test_a_change_of_a_model_replaces_it(client: Any) -> None:
    cloudformation, sagemaker = client("cloudformation"), client("sagemaker")
    role = make_role(client("iam"), "cfn-model", [allow("s3:*")], {"Service": "sagemaker.amazonaws.com"})
    deploy(cloudformation, "model", template(M=model(role, "true")))

    def physical_id() -> str:
        resources = cloudformation.describe_stack_resources(StackName="model")["StackResources"]
        return str(resources[0]["PhysicalResourceId"])

    def names() -> list[str]:
        found = sagemaker.list_models(NameContains="model-M")["Models"]
        return [name["ModelName"] for name in found]

    before = physical_id()
    assert before.startswith("arn:aws:sagemaker:ap-northeast-1:000000000000:model/model-M-")
    assert sagemaker.describe_model(ModelName=names()[0])["EnableNetworkIsolation"] is True
    update(cloudformation, "model", template(M=model(role, "false")))
    assert physical_id() != before
    assert len(names()) == 1
    cloudformation.delete_stack(StackName="model")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="model", WaiterConfig={"Delay": 1})
    assert names() == []


def test_properties_that_ministack_drops(client: Any) -> None:
    role: dict[str, Any] = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": "bounded",
            "PermissionsBoundary": {"Ref": "Boundary"},
            "AssumeRolePolicyDocument": {"Statement": {**allow("sts:AssumeRole"), "Principal": CLOUDFORMATION}},
        },
    }
    del role["Properties"]["AssumeRolePolicyDocument"]["Statement"]["Resource"]
    boundary = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Statement": allow("s3:*")}}}
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "Key"}}}
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": "with-properties",
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [{**encryption, "BucketKeyEnabled": "true"}]},
            "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "Id": "old", "ExpirationInDays": "7"}]},
            "Tags": [{"Key": "owner", "Value": "us"}],
        },
    }
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": []}}}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "kept", "KmsMasterKeyId": {"Ref": "Key"}}}
    deploy(client("cloudformation"), "properties", template(R=role, Boundary=boundary, B=bucket, Key=key, T=topic))

    found = client("iam").get_role(RoleName="bounded")["Role"]["PermissionsBoundary"]
    assert found["PermissionsBoundaryArn"].startswith("arn:aws:iam::000000000000:policy/properties-Boundary")
    s3 = client("s3")
    rule = s3.get_bucket_encryption(Bucket="with-properties")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["BucketKeyEnabled"] is True
    lifecycle = s3.get_bucket_lifecycle_configuration(Bucket="with-properties")["Rules"]
    assert lifecycle[0]["Expiration"] == {"Days": 7}
    assert {"Key": "owner", "Value": "us"} in s3.get_bucket_tagging(Bucket="with-properties")["TagSet"]
    topics = [item["TopicArn"] for item in client("sns").list_topics()["Topics"] if item["TopicArn"].endswith(":kept")]
    assert client("sns").get_topic_attributes(TopicArn=topics[0])["Attributes"]["KmsMasterKeyId"]


def test_objects_tell_eventbridge(client: Any) -> None:
    s3, events, sqs = client("s3"), client("events"), client("sqs")
    s3.create_bucket(Bucket="telling", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    s3.put_bucket_notification_configuration(
        Bucket="telling", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    url = sqs.create_queue(QueueName="objects")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {**allow("sqs:SendMessage", arn), "Principal": {"Service": "events.amazonaws.com"}}
    sqs.set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": policy})}
    )
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": ["telling"]}}}
    events.put_rule(Name="objects", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="objects", Targets=[{"Id": "queue", "Arn": arn}])
    s3.put_object(Bucket="telling", Key="folder/new", Body=b"v")
    message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"][0]
    assert json.loads(message["Body"])["detail"]["object"]["key"] == "folder/new"


def test_an_answer_waits_until_the_stack_is_at_rest(client: Any) -> None:
    cloudformation = client("cloudformation")
    started = time.monotonic()
    cloudformation.create_stack(StackName="at-rest", TemplateBody=template(G=group("rest")))
    stack = cloudformation.describe_stacks(StackName="at-rest")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert time.monotonic() - started < 20


def budget(usd: int, percent: int = 80, **more: Any) -> dict[str, Any]:
    topic = "arn:aws:sns:ap-northeast-1:000000000000:alarms"
    notification = {"ComparisonOperator": "GREATER_THAN", "NotificationType": "ACTUAL", "Threshold": percent}
    ceiling = {
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": usd, "Unit": "USD"},
        "CostFilters": {"TagKeyValue": ["user:ml-loop:environment$dev"]},
    }
    told = [{"Notification": notification, "Subscribers": [{"SubscriptionType": "SNS", "Address": topic}]}]
    properties = {"Budget": {**ceiling, **more}, "NotificationsWithSubscribers": told}
    return {"Type": "AWS::Budgets::Budget", "Properties": properties}


def test_a_budget_comes_changes_and_goes_with_its_stack(client: Any) -> None:
    cloudformation, budgets = client("cloudformation"), client("budgets")

    def there() -> dict[str, str]:
        found = budgets.describe_budgets(AccountId="000000000000").get("Budgets", [])
        return {one["BudgetName"]: one["BudgetLimit"]["Amount"] for one in found}

    def told(name: str) -> list[tuple[str, float]]:
        found = budgets.describe_notifications_for_budget(AccountId="000000000000", BudgetName=name)["Notifications"]
        return [(one["NotificationType"], one["Threshold"]) for one in found]

    deploy(cloudformation, "spending", template(B=budget(150)))
    (name,) = there()
    assert name.startswith("spending-B-")
    update(cloudformation, "spending", template(B=budget(200)))
    assert {one: float(usd) for one, usd in there().items()} == {name: 200}
    assert told(name) == [("ACTUAL", 80)]
    update(cloudformation, "spending", template(B=budget(200, percent=90)))
    (other,) = there()
    assert other != name
    assert other.startswith("spending-B-")
    assert told(other) == [("ACTUAL", 90)]
    update(cloudformation, "spending", template(B=budget(200, BudgetName="named")))
    assert list(there()) == ["named"]
    cloudformation.delete_stack(StackName="spending")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="spending", WaiterConfig={"Delay": 1})
    assert there() == {}
