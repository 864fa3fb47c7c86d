"""Endpoints from creation to deletion: what is refused, what fails, what is kept."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoints_kit import BROKEN, ECHO, IMAGE, Kit, archive, until

ACCOUNT = "000000000000"


@pytest.fixture(scope="module")
def kit(local_cloud: Any, client: Callable[..., Any]) -> Kit:
    kit = Kit(client, local_cloud.port, "life")
    kit.make_echo("one")
    kit.make_echo("two")
    kit.make_config("one", {"champion": ("life-one", 1)})
    kit.make_config("two", {"champion": ("life-two", 1)})
    return kit


def refusal(operation: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        operation(**arguments)
    return f"{caught.value.response['Error']['Code']}: {caught.value.response['Error']['Message']}"


def test_a_role_that_may_not_read_the_artifact_fails_the_endpoint(kit: Kit) -> None:
    role = kit.make_role("life-poor", ("logs:*",))
    kit.make_echo("poor", ExecutionRoleArn=role)
    endpoint = kit.make_endpoint("poor", kit.make_config("poor", {"champion": ("life-poor", 1)}), "Failed")
    described = kit.sagemaker.describe_endpoint(EndpointName=endpoint)
    assert described["FailureReason"].startswith(
        'Failed to download model data for container "container_1" from URL: "s3://life-bucket/models/poor/model.tar.gz"'
    )
    assert "not found" in refusal(kit.runtime.invoke_endpoint, EndpointName=endpoint, Body=b"1")
    problem = refusal(kit.sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName="life-one")
    assert "status Failed" in problem
    kit.delete(endpoint)


def test_a_model_that_does_not_come_up_fails_the_endpoint_and_says_why_in_its_log(kit: Kit) -> None:
    kit.make_echo("broken", BROKEN)
    endpoint = kit.make_endpoint("broken", kit.make_config("broken", {"champion": ("life-broken", 1)}), "Failed")
    reason = kit.sagemaker.describe_endpoint(EndpointName=endpoint)["FailureReason"]
    assert reason.startswith(
        "The primary container for production variant champion did not pass the ping health check."
    )
    logs, group = kit.client("logs"), f"/aws/sagemaker/Endpoints/{endpoint}"
    stream = logs.describe_log_streams(logGroupName=group)["logStreams"][0]["logStreamName"]
    assert stream.startswith("champion/i-")
    lines = [event["message"] for event in logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]]
    assert "RuntimeError: this model cannot be loaded" in lines
    kit.delete(endpoint)


def test_what_cannot_be_done_is_refused_in_the_words_of_aws(kit: Kit) -> None:
    sagemaker, arn = kit.sagemaker, f"arn:aws:sagemaker:ap-northeast-1:{ACCOUNT}"
    container = {"Image": IMAGE}
    same = refusal(sagemaker.create_model, ModelName="life-one", ExecutionRoleArn=kit.role, PrimaryContainer=container)
    assert same == f'ValidationException: Cannot create already existing model "{arn}:model/life-one".'
    assert f'Could not find model "{arn}:model/none".' in refusal(sagemaker.describe_model, ModelName="none")
    missing = refusal(sagemaker.create_endpoint, EndpointName="none", EndpointConfigName="none")
    assert missing == f'ValidationException: Could not find endpoint configuration "{arn}:endpoint-config/none".'
    assert "Could not find endpoint" in refusal(sagemaker.delete_endpoint, EndpointName="none")
    endpoint = "life-refused"
    sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName="life-one")
    progress = f'ValidationException: Cannot update in-progress endpoint "{arn}:endpoint/{endpoint}".'
    assert refusal(sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName="life-two") == progress
    assert refusal(sagemaker.delete_endpoint, EndpointName=endpoint) == progress
    again = refusal(sagemaker.create_endpoint, EndpointName=endpoint, EndpointConfigName="life-one")
    assert again == f'ValidationException: Cannot create already existing endpoint "{arn}:endpoint/{endpoint}".'
    kit.settled(endpoint)
    wish = [{"VariantName": "champion", "DesiredWeight": 0}]
    problem = refusal(
        sagemaker.update_endpoint_weights_and_capacities, EndpointName=endpoint, DesiredWeightsAndCapacities=wish
    )
    assert "at least one variant needs a weight above 0" in problem
    kit.delete(endpoint)


def test_traffic_shifting_that_aws_does_not_allow_is_refused(kit: Kit) -> None:
    endpoint = kit.make_endpoint("shift", "life-one")
    pair = kit.make_config("pair", {"champion": ("life-one", 1), "challenger": ("life-two", 1)})

    def problem(config: str, **deployment: Any) -> str:
        return refusal(
            kit.sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName=config, DeploymentConfig=deployment
        )

    size = {"Type": "CAPACITY_PERCENT", "Value": 20}
    canary = {"Type": "CANARY", "WaitIntervalInSeconds": 60, "CanarySize": size}
    blue_green = {"TrafficRoutingConfiguration": canary}
    assert "needs the same variants before and after" in problem(pair, BlueGreenUpdatePolicy=blue_green)
    linear = {"TrafficRoutingConfiguration": {**canary, "Type": "LINEAR"}}
    assert "of type LINEAR needs LinearStepSize" in problem("life-two", BlueGreenUpdatePolicy=linear)
    rolling = {"MaximumBatchSize": size, "WaitIntervalInSeconds": 60}
    assert "does not implement DeploymentConfig.RollingUpdatePolicy" in problem("life-two", RollingUpdatePolicy=rolling)
    assert kit.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointStatus"] == "InService"
    kit.delete(endpoint)


def test_what_is_not_implemented_is_refused_by_name(kit: Kit) -> None:
    sagemaker = kit.sagemaker
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{kit.bucket}/models/one/model.tar.gz"}
    common = {"ModelName": "life-no", "ExecutionRoleArn": kit.role}
    assert "inference pipeline" in refusal(sagemaker.create_model, Containers=[container, container], **common)
    many = {**container, "Mode": "MultiModel"}
    assert "Mode=MultiModel" in refusal(sagemaker.create_model, PrimaryContainer=many, **common)
    assert "NextToken" not in sagemaker.list_models(NameContains="life-no")
    assert sagemaker.list_models(NameContains="life-no")["Models"] == []


def test_a_model_package_gives_image_artifact_and_environment(kit: Kit) -> None:
    code = ECHO.replace(".read_text()", '.read_text() + os.environ["GREETING"] + os.environ["PLACE"]')
    kit.s3.put_object(
        Bucket=kit.bucket, Key="package.tar.gz", Body=archive({"name.txt": "packed", "code/inference.py": code})
    )
    container = {
        "Image": IMAGE, "ModelDataUrl": f"s3://{kit.bucket}/package.tar.gz",
        "Environment": {"SAGEMAKER_PROGRAM": "inference.py", "GREETING": " hello", "PLACE": " package"},
    }  # fmt: skip
    specification = {
        "Containers": [container], "SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"],
    }  # fmt: skip
    kit.sagemaker.create_model_package_group(ModelPackageGroupName="life-group")
    package = kit.sagemaker.create_model_package(
        ModelPackageGroupName="life-group", InferenceSpecification=specification, ModelApprovalStatus="Approved"
    )["ModelPackageArn"]
    primary = {"ModelPackageName": package, "Environment": {"PLACE": " model"}}
    kit.sagemaker.create_model(ModelName="life-packed", ExecutionRoleArn=kit.role, PrimaryContainer=primary)
    assert kit.sagemaker.describe_model(ModelName="life-packed")["PrimaryContainer"] == primary
    endpoint = kit.make_endpoint("packed", kit.make_config("packed", {"champion": ("life-packed", 1)}))
    described = kit.sagemaker.describe_endpoint(EndpointName=endpoint)
    assert described["ProductionVariants"][0]["DeployedImages"][0]["SpecifiedImage"] == IMAGE
    assert kit.ask(endpoint)[0]["model"] == "packed hello model"
    kit.delete(endpoint)


def test_code_beside_the_model_is_fetched_unless_the_model_is_isolated(kit: Kit) -> None:
    kit.s3.put_object(Bucket=kit.bucket, Key="code.tar.gz", Body=archive({"inference.py": ECHO}))
    environment = {
        "SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": f"s3://{kit.bucket}/code.tar.gz",
    }  # fmt: skip
    files: dict[str, bytes | str] = {"name.txt": "apart"}
    connected = kit.make_model("connected", files, environment=environment, EnableNetworkIsolation=False)
    endpoint = kit.make_endpoint("connected", kit.make_config("connected", {"champion": (connected, 1)}))
    assert kit.ask(endpoint)[0]["model"] == "apart"
    kit.delete(endpoint)
    isolated = kit.make_model("isolated", files, environment=environment)
    endpoint = kit.make_endpoint("isolated", kit.make_config("isolated", {"champion": (isolated, 1)}), "Failed")
    reason = kit.sagemaker.describe_endpoint(EndpointName=endpoint)["FailureReason"]
    assert reason.startswith("Variant champion is isolated and cannot download its code")
    kit.delete(endpoint)


def test_an_update_keeps_the_live_weights_when_asked(kit: Kit) -> None:
    variants = {"champion": ("life-one", 3.0), "challenger": ("life-two", 1.0)}
    first, second = kit.make_config("keep-1", variants), kit.make_config("keep-2", variants)
    endpoint = kit.make_endpoint("keep", first)
    wishes = [{"VariantName": "champion", "DesiredWeight": 9, "DesiredInstanceCount": 4}]
    kit.sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=wishes)
    kit.settled(endpoint)

    def champion_after(**retention: Any) -> tuple[float, int]:
        config = (
            first if kit.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"] == second else second
        )
        kit.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config, **retention)
        champion = kit.settled(endpoint)["ProductionVariants"][0]
        return champion["CurrentWeight"], champion["CurrentInstanceCount"]

    assert champion_after(RetainAllVariantProperties=True) == (9, 4)
    excluded = [{"VariantPropertyType": "DesiredInstanceCount"}]
    assert champion_after(RetainAllVariantProperties=True, ExcludeRetainedVariantProperties=excluded) == (9, 1)
    assert champion_after() == (3, 1)
    # Alone with a weight of 0 nobody would answer; what AWS does then it does not say.
    wishes = [{"VariantName": "champion", "DesiredWeight": 0}]
    kit.sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=wishes)
    kit.settled(endpoint)
    alone = kit.make_config("keep-3", {"champion": ("life-one", 1.0)})
    with pytest.raises(ClientError, match="keep a weight of 0"):
        kit.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=alone, RetainAllVariantProperties=True)
    kit.delete(endpoint)


def test_a_deleted_configuration_goes_on_serving_but_cannot_be_updated_from(kit: Kit) -> None:
    endpoint = kit.make_endpoint("orphan", kit.make_config("orphan", {"champion": ("life-one", 1)}))
    kit.sagemaker.delete_endpoint_config(EndpointConfigName="life-orphan")
    assert kit.ask(endpoint)[0]["model"] == "one"
    problem = refusal(kit.sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName="life-two")
    assert "Could not find endpoint configuration" in problem
    assert "endpoint-config/life-orphan" in problem
    kit.delete(endpoint)


def test_a_process_that_ends_is_started_again(kit: Kit) -> None:
    endpoint = kit.make_endpoint("mortal", "life-one")
    with pytest.raises(kit.runtime.exceptions.ModelError) as caught:
        kit.ask(endpoint, "die")
    assert caught.value.response["OriginalStatusCode"] == 0

    def answers() -> bool:
        try:
            return bool(kit.ask(endpoint)[0]["model"] == "one")
        except kit.runtime.exceptions.ModelError:
            return False

    until(answers, what="the restarted process")
    kit.delete(endpoint)


def test_state_changes_are_events(kit: Kit) -> None:
    events, queues = kit.client("events"), kit.client("sqs")
    url = queues.create_queue(QueueName="life-events")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": arn}]})
    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Endpoint State Change"],
        "detail": {"EndpointName": ["life-evented"]},
    }
    events.put_rule(Name="life-events", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="life-events", Targets=[{"Id": "queue", "Arn": arn}])
    kit.delete(kit.make_endpoint("evented", "life-one"))
    statuses: list[str] = []

    def complete() -> bool:
        for message in queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            event = json.loads(message["Body"])
            assert event["resources"] == [f"arn:aws:sagemaker:ap-northeast-1:{ACCOUNT}:endpoint/life-evented"]
            statuses.append(event["detail"]["EndpointStatus"])
        return len(statuses) >= 3

    until(complete, what="three events")
    assert sorted(statuses) == ["CREATING", "DELETING", "IN_SERVICE"]
