"""Serverless endpoints: what is refused, a process while somebody asks, and no more requests at once than allowed."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_cloud.clients import REGION, endpoint_url
from tests.local.endpoints_kit import ECHO, Kit, until

SLOW = f"import time\ntime.sleep(3)\n{ECHO}"  # loads for longer than a request waits
NETWORK = {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}


@pytest.fixture(scope="module")
def kit(local_cloud: Any, client: Callable[..., Any]) -> Kit:
    made = Kit(client, local_cloud.port, "less")
    # Tries nothing again by itself: boto3's own does with 429, and with what is throttled.
    made.runtime = boto3.client(
        "sagemaker-runtime",
        endpoint_url=endpoint_url(local_cloud.port),
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    return made


def variant(model: str, name: str = "champion", **changes: Any) -> dict[str, Any]:
    size = {"MemorySizeInMB": 2048, "MaxConcurrency": 2} | changes.pop("size", {})
    return {"VariantName": name, "ModelName": model, "ServerlessConfig": size, **changes}


def configured(kit: Kit, name: str, *variants: dict[str, Any], **changes: Any) -> str:
    name = f"{kit.prefix}-{name}"
    kit.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[*variants], **changes)
    return name


@pytest.fixture(scope="module")
def echo(kit: Kit) -> str:
    return kit.make_echo("echo", EnableNetworkIsolation=False)


@pytest.fixture(scope="module")
def slow(kit: Kit) -> str:
    return kit.make_echo("slow", SLOW, EnableNetworkIsolation=False)


@pytest.fixture(scope="module")
def endpoint(kit: Kit, echo: str) -> Iterator[str]:
    name = kit.make_endpoint("echo", configured(kit, "echo", variant(echo)))
    yield name
    kit.delete(name)


def said(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


CAPTURE = {
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://less-bucket/capture",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}


@pytest.mark.parametrize(
    ("size", "changes", "problem"),
    [
        ({"MemorySizeInMB": 1536}, {}, "MemorySizeInMB is 1536; allowed are 1024, 2048, 3072, 4096, 5120, 6144"),
        ({"MemorySizeInMB": 7168}, {}, "MemorySizeInMB"),
        ({"MaxConcurrency": 201}, {}, "MaxConcurrency"),
        ({"ProvisionedConcurrency": 3}, {}, "ProvisionedConcurrency 3 is more than MaxConcurrency 2"),
        ({}, {"DataCaptureConfig": CAPTURE}, "Data capture is not supported"),
    ],
)
def test_sizes_and_capture_that_aws_refuses(
    kit: Kit, echo: str, size: dict[str, int], changes: dict[str, Any], problem: str
) -> None:
    text = said(
        kit.sagemaker.create_endpoint_config,
        EndpointConfigName="less-no",
        ProductionVariants=[variant(echo, size=size)],
        **changes,
    )
    assert text.startswith("ValidationException")
    assert problem in text


def test_other_variants_instances_and_networks_are_refused(kit: Kit, echo: str) -> None:
    in_network = kit.make_echo("networked", EnableNetworkIsolation=False, VpcConfig=NETWORK)
    isolated = kit.make_echo("isolated")
    serverless, beside = variant(echo), variant(echo, "challenger")
    instances: dict[str, Any] = {"InstanceType": "ml.t2.medium", "InitialInstanceCount": 1}
    by_instances = {"VariantName": "challenger", "ModelName": echo, **instances}
    refused: dict[str, dict[str, Any]] = {
        "found 2 variants": {"ProductionVariants": [serverless, beside]},
        "one production variant": {"ProductionVariants": [serverless, by_instances]},
        "no shadow": {"ProductionVariants": [serverless], "ShadowProductionVariants": [by_instances]},
        "InstanceType, InitialInstanceCount": {"ProductionVariants": [variant(echo, **instances)]},
        "VpcConfig of model less-networked": {"ProductionVariants": [variant(in_network)]},
        "EnableNetworkIsolation of model less-isolated": {"ProductionVariants": [variant(isolated)]},
    }
    for problem, request in refused.items():
        text = said(kit.sagemaker.create_endpoint_config, EndpointConfigName="less-no", **request)
        assert text.startswith("ValidationException"), text
        assert problem in text


def test_it_answers_and_says_its_size(kit: Kit, endpoint: str) -> None:
    answer, answered_by = until(lambda: asked(kit, endpoint), what="an answer after a cold start")
    assert (answer["model"], answered_by) == ("echo", "champion")
    (described,) = kit.sagemaker.describe_endpoint(EndpointName=endpoint)["ProductionVariants"]
    assert described["CurrentServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 2}
    assert described["DesiredServerlessConfig"] == described["CurrentServerlessConfig"]
    assert {"CurrentInstanceCount", "DesiredInstanceCount"} & described.keys() == set()


def asked(kit: Kit, endpoint: str) -> Any:
    """Return an answer, None while the model is not ready."""
    try:
        return kit.ask(endpoint, "1")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ModelNotReadyException"
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 429
        return None


def test_a_model_that_is_long_in_loading_is_not_ready_at_first(kit: Kit, slow: str) -> None:
    endpoint = kit.make_endpoint("slow", configured(kit, "slow", variant(slow)))
    assert asked(kit, endpoint) is None
    assert until(lambda: asked(kit, endpoint), what="an answer after a cold start")[0]["model"] == "slow"
    kit.delete(endpoint)


def test_a_provisioned_one_is_there_at_once(kit: Kit, slow: str) -> None:
    config = configured(kit, "provisioned", variant(slow, size={"ProvisionedConcurrency": 1}))
    endpoint = kit.make_endpoint("provisioned", config)
    assert asked(kit, endpoint)[0]["model"] == "slow"
    kit.delete(endpoint)


def test_more_requests_at_once_than_allowed_are_throttled(kit: Kit, endpoint: str) -> None:
    until(lambda: asked(kit, endpoint), what="an answer after a cold start")
    invoke = kit.runtime.invoke_endpoint

    def ask(_: int) -> str:
        try:
            body = invoke(EndpointName=endpoint, ContentType="text/csv", Body=b"sleep 1500")["Body"]
            return str(json.loads(body.read())["model"])
        except ClientError as error:
            return str(error.response["Error"]["Code"])

    with ThreadPoolExecutor(5) as pool:
        answers = sorted(pool.map(ask, range(5)))
    assert set(answers) == {"ThrottlingException", "echo"}
    assert answers.count("echo") == 2

    def seen() -> bool:
        found = kit.client("cloudwatch").list_metrics(
            Namespace="AWS/SageMaker", Dimensions=[{"Name": "EndpointName", "Value": endpoint}]
        )["Metrics"]
        names = {metric["MetricName"] for metric in found}
        assert "InvocationsPerInstance" not in names
        return {"ServerlessConcurrentExecutionsUtilization", "ModelSetupTime", "ModelLatency"} <= names

    until(seen, what="the metrics of serverless endpoints")


def test_it_takes_smaller_bodies_than_one_with_instances(kit: Kit, endpoint: str) -> None:
    text = said(kit.runtime.invoke_endpoint, EndpointName=endpoint, Body=bytes(4 * 1024 * 1024 + 1))
    assert text == "ValidationError: The body has 4194305 bytes; serverless endpoints take 4194304."


def test_it_becomes_one_of_instances_and_never_again_serverless(kit: Kit, echo: str) -> None:
    one = configured(kit, "way", variant(echo))
    instances = kit.make_config("way-instances", {"champion": (echo, 1)})
    endpoint = kit.make_endpoint("way", one)
    weights = kit.sagemaker.update_endpoint_weights_and_capacities
    wish = [{"VariantName": "champion", "DesiredInstanceCount": 2}]
    assert "it has no instances" in said(weights, EndpointName=endpoint, DesiredWeightsAndCapacities=wish)
    size = {"Type": "CAPACITY_PERCENT", "Value": 20}
    canary = {"Type": "CANARY", "WaitIntervalInSeconds": 60, "CanarySize": size}
    update = kit.sagemaker.update_endpoint
    shift = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": canary}}
    assert "does not implement traffic routing CANARY" in said(
        update, EndpointName=endpoint, EndpointConfigName=one, DeploymentConfig=shift
    )
    update(EndpointName=endpoint, EndpointConfigName=instances, RetainAllVariantProperties=True)
    (described,) = kit.settled(endpoint)["ProductionVariants"]
    assert described["CurrentInstanceCount"] == 1
    assert "CurrentServerlessConfig" not in described
    assert kit.ask(endpoint, "1")[0]["model"] == "echo"
    text = said(update, EndpointName=endpoint, EndpointConfigName=one)
    assert text == "ValidationException: An endpoint with instances cannot be updated to a serverless one."
    kit.delete(endpoint)
