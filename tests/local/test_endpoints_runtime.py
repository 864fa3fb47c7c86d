"""InvokeEndpoint: what passes through, what comes back when it fails, and what CloudWatch learns."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import xgboost as xgb
from botocore.exceptions import ClientError

from tests.local.endpoints_kit import ECHO, Kit, until

CURIOUS = """
import json, os, socket

def model_fn(model_dir):
    return model_dir

def transform_fn(model, body, content_type, accept):
    try:
        socket.create_connection(("127.0.0.1", int(body)), timeout=2).close()
        reached = True
    except OSError:
        reached = False
    seen = {"reached": reached, "credentials": "AWS_SESSION_TOKEN" in os.environ, "region": os.environ["AWS_REGION"]}
    return json.dumps(seen), "application/json"
"""


@pytest.fixture(scope="module")
def kit(local_cloud: Any, client: Callable[..., Any]) -> Kit:
    return Kit(client, local_cloud.port, "runtime")


@pytest.fixture(scope="module")
def endpoint(kit: Kit) -> Iterator[str]:
    config = kit.make_config("pair", {"champion": (kit.make_echo("a"), 1), "challenger": (kit.make_echo("b"), 0)})
    name = kit.make_endpoint("pair", config)
    yield name
    kit.delete(name)


def refused(kit: Kit, **arguments: Any) -> ClientError:
    with pytest.raises(ClientError) as caught:
        kit.runtime.invoke_endpoint(**arguments)
    return caught.value


def test_types_pass_through_and_the_variant_is_named(kit: Kit, endpoint: str) -> None:
    answer, variant = kit.ask(endpoint, "1", ContentType="text/x-own", Accept="text/y-own")
    assert answer == {"model": "a", "type": "text/x-own", "accept": "text/y-own"}
    assert variant == "champion"
    answer, variant = kit.ask(endpoint, "1", TargetVariant="challenger")  # the weight of 0 does not matter to it
    assert (answer["model"], variant) == ("b", "challenger")


def test_what_is_not_there_is_a_validation_error(kit: Kit, endpoint: str) -> None:
    error = refused(kit, EndpointName="nowhere", Body=b"1").response["Error"]
    assert error == {"Code": "ValidationError", "Message": "Endpoint nowhere of account 000000000000 not found."}
    error = refused(kit, EndpointName=endpoint, Body=b"1", TargetVariant="other").response["Error"]
    assert error["Code"] == "ValidationError"
    answer = refused(kit, EndpointName=endpoint, Body=b"x" * (6 * 1024 * 1024 + 1)).response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 413
    answer = refused(kit, EndpointName=endpoint, Body=b"1", TargetModel="m.tar.gz").response
    assert "TargetModel is not implemented" in answer["Error"]["Message"]


def test_a_body_of_six_megabytes_is_served(kit: Kit, endpoint: str) -> None:
    assert kit.ask(endpoint, b"x" * (6 * 1024 * 1024))[0]["model"] == "a"


def test_an_error_of_the_model_is_a_424_with_what_it_said(kit: Kit, endpoint: str) -> None:
    response: dict[str, Any] = {**refused(kit, EndpointName=endpoint, Body=b"fail").response}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["Error"]["Code"] == "ModelError"
    assert (response["OriginalStatusCode"], response["OriginalMessage"]) == (500, "Internal Server Error")
    assert response["LogStreamArn"].endswith(f":log-group:/aws/sagemaker/Endpoints/{endpoint}")
    assert 'Received server error (500) from primary with message "Internal' in response["Error"]["Message"]


def test_a_built_in_model_predicts_what_its_booster_predicts(kit: Kit) -> None:
    rows = np.random.default_rng(1).random((40, 3))
    booster = xgb.train({"objective": "binary:logistic"}, xgb.DMatrix(rows, label=rows[:, 0] > 0.5), 10)
    model = kit.make_model("booster", {"xgboost-model": bytes(booster.save_raw())})
    name = kit.make_endpoint("booster", kit.make_config("booster", {"champion": (model, 1)}))
    body = "\n".join(",".join(map(str, row)) for row in rows.tolist())
    answer = kit.runtime.invoke_endpoint(
        EndpointName=name, Body=body, ContentType="text/csv", Accept="application/json"
    )
    scores = [prediction["score"] for prediction in json.loads(answer["Body"].read())["predictions"]]
    assert scores == pytest.approx(booster.predict(xgb.DMatrix(rows)).tolist())
    response: dict[str, Any] = {**refused(kit, EndpointName=name, Body=b"1", ContentType="image/png").response}
    assert response["OriginalStatusCode"] == 415
    kit.delete(name)


def test_an_isolated_model_has_neither_network_nor_credentials(kit: Kit) -> None:
    outcome = {}
    for name, isolated in (("closed", True), ("open", False)):
        model = kit.make_echo(name, CURIOUS, EnableNetworkIsolation=isolated)
        where = kit.make_endpoint(name, kit.make_config(name, {"champion": (model, 1)}))
        outcome[name], _ = kit.ask(where, str(kit.port))
        kit.delete(where)
    assert outcome["open"] == {"reached": True, "credentials": True, "region": "ap-northeast-1"}
    assert outcome["closed"] == {"reached": False, "credentials": False, "region": "ap-northeast-1"}


def test_cloudwatch_counts_invocations_and_their_errors(kit: Kit) -> None:
    code = ECHO.replace('if text == "die"', 'if text == "refuse":\n        return refuse\n    if text == "die"')
    code += "\ndef refuse(environ, start_response):\n    start_response('422 No', [])\n    return [b'refused']\n"
    name = kit.make_endpoint("counted", kit.make_config("counted", {"champion": (kit.make_echo("counted", code), 1)}))
    for body in ["1"] * 7 + ["fail"] * 2 + ["refuse"]:
        try:
            kit.ask(name, body)
        except kit.runtime.exceptions.ModelError:
            assert body != "1"
    kit.delete(name)  # the last metrics are sent on the way out
    dimensions = [{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "champion"}]

    def statistics(metric: str) -> Any:
        now = time.time()
        points = kit.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker", MetricName=metric, Dimensions=dimensions, Period=3600,
            StartTime=now - 7200, EndTime=now + 3600, Statistics=["Sum", "SampleCount", "Minimum"],
        )["Datapoints"]  # fmt: skip
        return {
            "Sum": sum(point["Sum"] for point in points),
            "SampleCount": sum(point["SampleCount"] for point in points),
            "Minimum": min((point["Minimum"] for point in points), default=None),
        }

    until(lambda: statistics("Invocations")["Sum"] == 10, what="ten invocations in CloudWatch")
    assert statistics("Invocation4XXErrors")["Sum"] == 1
    assert statistics("Invocation5XXErrors")["Sum"] == 2
    assert statistics("Invocation5XXErrors")["SampleCount"] == 10
    latency = statistics("ModelLatency")
    assert latency["SampleCount"] == 10
    assert 20 < latency["Minimum"] < 1_000_000  # microseconds
    assert statistics("OverheadLatency")["SampleCount"] == 10
