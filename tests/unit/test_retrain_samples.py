"""What the retrain function asks of S3, SageMaker and DynamoDB for labels: what jobs and labelling understand."""

import io
import json
from collections.abc import Iterator
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
from tests.unit.release_stub_kit import stubbed
from tests.unit.retrain_cloud_kit import NOW
from tests.unit.retrain_samples_kit import CAPTURED, EXECUTION, FOLDER, SAMPLING, TURN, Clients


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
