"""What the retrain function asks of S3, SageMaker and DynamoDB for labels: what jobs and labelling understand."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.response import StreamingBody

from config import load_use_case
from pipelines_src.definition.sample_pipelines import build_deliver_pipeline, build_sample_pipeline
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.steps.cli import STEPS
from pipelines_src.steps.sampling import choose as choose_step
from pipelines_src.steps.sampling import deliver as deliver_step
from pipelines_src.steps.sampling.request import Request
from retrain import samples
from retrain.events import Sampling
from retrain.pipelines import Pipelines
from retrain.records import Records
from retrain.samples import Samples
from retrain.state import Turn
from tests.unit.release_stub_kit import stubbed
from tests.unit.retrain_cloud_kit import NOW

TURN = Turn("flight_delays", 4, (), NOW, drawn="random", does="label", sample="turn-4-20260101")
SAMPLING = Sampling(records=50, days=2, ending=".png")
FOLDER = "flight_delays/samples/turn-4-20260101"
CAPTURED = "flight_delays/dev-flight-delays/champion"
EXECUTION = "arn:aws:sagemaker:ap-northeast-1:111122223333:pipeline/dev-flight-delays-sample/execution/abcdefghijkl"


class Clients:
    """Stubs, and what was written."""

    def __init__(self, s3: Any, sagemaker: Any) -> None:
        (self.client, self.s3), (maker, self.sagemaker) = s3, sagemaker
        self.written: dict[str, Any] = {}
        self.started: dict[str, Any] = {}
        self.client.meta.events.register("provide-client-params.s3.PutObject", self._write)
        maker.meta.events.register("provide-client-params.sagemaker.StartPipelineExecution", self._start)
        self.samples = Samples(
            self.client, maker, environment="dev", capture="captured", processed="processed", labelled="labels"
        )

    def _write(self, params: dict[str, Any], **_: Any) -> None:
        assert params["Bucket"] == "processed"
        self.written[params["Key"]] = json.loads(params["Body"])

    def _start(self, params: dict[str, Any], **_: Any) -> None:
        self.started = params

    def lists(self, *keys: str, key: str = "Key") -> None:
        self.s3.add_response("list_objects_v2", {"Contents": [{key: one, "Size": 1} for one in keys]})

    def begins(self) -> None:
        self.sagemaker.add_response("start_pipeline_execution", {"PipelineExecutionArn": EXECUTION})

    @property
    def values(self) -> dict[str, str]:
        return {one["Name"]: one["Value"] for one in self.started["PipelineParameters"]}


@pytest.fixture
def clients() -> Iterator[Clients]:
    with stubbed("s3") as s3, stubbed("sagemaker") as sagemaker:
        yield Clients(s3, sagemaker)


def choose(clients: Clients, *captured: str, baseline: str = "") -> dict[str, Any]:
    clients.s3.add_response("put_object", {})
    clients.lists(*captured)
    clients.s3.add_response("put_object", {})
    clients.begins()
    assert clients.samples.choose(TURN, SAMPLING, baseline) == EXECUTION
    return clients.written


def test_a_choice_is_asked_for_as_its_job_reads_it(clients: Clients) -> None:
    files = [f"{CAPTURED}/2025/12/31/{hour}/a.jsonl" for hour in ("05", "07")]
    written = choose(clients, *files, baseline="s3://processed/flight_delays/e1/baseline")
    asked = Request.of(written[f"{FOLDER}/request.json"])
    assert (asked.turn, asked.drawn, asked.records, asked.ending) == (TURN.sample, "random", 50, ".png")
    assert (asked.window.variants, asked.window.start, asked.window.end) == (
        ("champion",), (NOW - timedelta(days=2)).isoformat(), NOW.isoformat(),
    )  # fmt: skip
    below = "s3://captured/flight_delays/dev-flight-delays/"
    assert written[f"{FOLDER}/captures.manifest"] == [
        {"prefix": below}, *(f"champion/2025/12/31/{hour}/a.jsonl" for hour in ("05", "07"))
    ]  # fmt: skip
    assert clients.started["PipelineName"] == "dev-flight-delays-sample"
    folder = f"s3://processed/{FOLDER}"
    assert clients.values == {
        "RunUri": folder, "SamplesUri": "s3://processed/flight_delays/samples",
        "BaselineUri": "s3://processed/flight_delays/e1/baseline",
    }  # fmt: skip


def test_an_input_without_a_file_gets_one_since_a_job_fails_at_it(clients: Clients) -> None:
    written = choose(clients)
    assert written[f"{FOLDER}/captures.manifest"] == [{"prefix": f"s3://processed/{FOLDER}/"}, "request.json"]
    assert clients.values["BaselineUri"] == f"s3://processed/{FOLDER}"


def test_the_same_turn_starts_the_same_executions(clients: Clients) -> None:
    tokens = []
    for _ in range(2):
        choose(clients)
        tokens.append(clients.started["ClientRequestToken"])
    clients.begins()
    clients.samples.deliver(TURN)
    assert clients.started["PipelineName"] == "dev-flight-delays-deliver"
    assert clients.values == {
        "RunUri": f"s3://processed/{FOLDER}",
        "LabelsUri": "s3://labels/flight_delays/labelled/",
    }
    tokens.append(clients.started["ClientRequestToken"])
    assert (tokens[0], len(set(tokens))) == (tokens[1], 2)


def test_pipelines_take_what_the_function_gives_and_jobs_know_their_inputs(
    clients: Clients, pipeline_settings: PipelineSettings
) -> None:
    case = load_use_case("flight_delays")
    chooses = build_sample_pipeline(case, pipeline_settings, chosen_uri="s3://labels/chosen").to_definition()
    delivers = build_deliver_pipeline(case, pipeline_settings, ground_truth_uri="s3://c/truth").to_definition()
    for definition, step in ((chooses, choose_step), (delivers, deliver_step)):
        [one] = definition["Steps"]
        assert "CacheConfig" not in one
        arguments = one["Arguments"]
        assert STEPS[arguments["AppSpecification"]["ContainerArguments"][0]] == step.__name__.partition("steps.")[2]
        outputs = {each["OutputName"] for each in arguments["ProcessingOutputConfig"]["Outputs"]}
        assert outputs == set(step.OUTPUTS)
        own = [
            each["InputName"] for each in arguments["ProcessingInputs"] if each["InputName"] not in ("code", "wheels")
        ]
        assert all(f"`{name}`" in (step.run.__doc__ or "") for name in own)
    choose(clients)
    assert {one["Name"] for one in chooses["Parameters"]} == clients.values.keys()
    clients.begins()
    clients.samples.deliver(TURN)
    assert {one["Name"] for one in delivers["Parameters"]} == clients.values.keys()
    assert (samples.CHOOSE, samples.DELIVER) == ("sample", "deliver")


def test_how_labelling_ended_is_read(clients: Clients) -> None:
    request, answer = (f"flight_delays/chosen/turn-4-20260101{end}" for end in (".jsonl", ".json"))
    clients.lists(request, answer)
    assert clients.samples.asked(TURN)
    clients.lists()
    assert not clients.samples.asked(TURN)
    clients.lists()
    assert clients.samples.answered(TURN) is None
    clients.lists(answer)
    body = json.dumps({"result": "labelled", "detail": "40 labelled", "run": "r1"}).encode()
    clients.s3.add_response("get_object", {"Body": StreamingBody(io.BytesIO(body), len(body))})
    found = clients.samples.answered(TURN)
    assert found is not None
    assert (found.result, found.run) == ("labelled", "r1")


def test_labels_are_written_once_with_the_parameters() -> None:
    asked = {
        "TableName": "turns",
        "Key": {"use_case": {"S": "flight_delays"}, "item": {"S": "turn#000000000004"}},
        "UpdateExpression": "SET #labels = :labels, #parameters = :parameters",
        "ConditionExpression": "#result = :open AND #labels = :none",
        "ExpressionAttributeNames": {"#labels": "labels", "#parameters": "parameters", "#result": "result"},
        "ExpressionAttributeValues": {
            ":labels": {"S": "40 labelled"}, ":parameters": {"S": '{"a": "b"}'}, ":open": {"S": "started"},
            ":none": {"S": ""},
        },
    }  # fmt: skip
    with stubbed("dynamodb") as (client, stub):
        stub.add_response("update_item", {}, asked)
        assert Records(client, "turns").labelled(TURN, "40 labelled", {"a": "b"})


def test_a_turn_is_read_as_it_was_written_also_one_of_before_labels() -> None:
    written: dict[str, Any] = {}
    turn = replace(TURN, machine="arn:machine", labels="40 labelled", parameters={"a": "b"}, decision="promoted: good")
    with stubbed("dynamodb") as (client, stub):
        client.meta.events.register(
            "provide-client-params.dynamodb.PutItem", lambda params, **_: written.update(params["Item"])
        )
        stub.add_response("put_item", {})
        records = Records(client, "turns")
        assert records.claim(turn)
        stub.add_response("query", {"Items": [written]})
        assert records.turns("flight_delays") == (turn,)
        young = (
            "does",
            "drawn",
            "sample",
            "sampling",
            "run",
            "delivery",
            "labels",
            "machine",
            "preparation",
            "decision",
        )
        old = {name: value for name, value in written.items() if name not in young}
        stub.add_response("query", {"Items": [old]})
        plain = Turn("flight_delays", 4, (), NOW, parameters={"a": "b"})
        assert records.turns("flight_delays") == (plain,)


@pytest.mark.parametrize("folder", ["e1", "another"])
def test_the_baseline_is_the_champions_own_that_its_monitor_has(folder: str) -> None:
    group = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"
    uri = "s3://processed/flight_delays/e1/baseline/constraints.json"
    described = {
        "ModelPackageName": "p", "ModelPackageArn": f"{group}/1", "CreationTime": NOW,
        "ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelMetrics": {"ModelDataQuality": {"Constraints": {"ContentType": "application/json", "S3Uri": uri}}},
    }  # fmt: skip
    if folder != "e1":
        compared = {"ContentType": "application/json", "S3Uri": uri.replace("e1", folder)}
        described["DriftCheckBaselines"] = {"ModelDataQuality": {"Constraints": compared}}
    with stubbed("sagemaker") as (client, stub):
        stub.add_response(
            "describe_endpoint",
            {"EndpointName": "e", "EndpointArn": f"{group.replace('model-package', 'endpoint')}", "CreationTime": NOW,
             "EndpointStatus": "InService", "LastModifiedTime": NOW, "EndpointConfigName": "c"},
        )  # fmt: skip
        variant = {
            "VariantName": "champion",
            "ModelName": "m",
            "InitialInstanceCount": 1,
            "InstanceType": "ml.m5.large",
        }
        stub.add_response(
            "describe_endpoint_config",
            {"EndpointConfigName": "c", "EndpointConfigArn": f"{group.replace('model-package', 'endpoint-config')}",
             "ProductionVariants": [variant], "CreationTime": NOW},
        )  # fmt: skip
        stub.add_response(
            "describe_model",
            {"ModelName": "m", "ModelArn": f"{group.replace('model-package', 'model')}", "CreationTime": NOW,
             "PrimaryContainer": {"ModelPackageName": f"{group}/1"}},
        )  # fmt: skip
        stub.add_response("describe_model_package", described, {"ModelPackageName": f"{group}/1"})
        found = Pipelines(client, "dev").baseline("flight_delays")
        assert found == f"s3://processed/flight_delays/{folder}/baseline"
