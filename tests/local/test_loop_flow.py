"""A turn of the loop that labels, as it is deployed: from captured requests through workers to outcomes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines_src.handwritten_digits import raw_data
from retrain.records import Records
from retrain.state import Turn
from tests.local.endpoints_kit import until
from tests.local.label_flow_kit import USE_CASE, Labelling
from tests.local.release_kit import Platform, deployed, repository

pytestmark = pytest.mark.flow
ENDPOINT = "local-handwritten-digits"
ASKED = [f"{number:04d}" for number in range(6)]
# In doubt about every image with ink in its first row.
MODEL = """
import json

def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    sure = 0.91 if json.loads(body)["pixel3"] < 8 else 0.19
    rest = (1 - sure) / 9
    chances = {str(digit): sure if digit == 3 else rest for digit in range(10)}
    return json.dumps({"predictions": [{"label": 3, "probabilities": chances}]}), "application/json"
"""


@pytest.fixture(scope="module")
def labelling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labelling]:
    with deployed(tmp_path_factory, "loop", USE_CASE) as platform:
        yield Labelling(platform, repository(tmp_path_factory), tmp_path_factory.mktemp("digits"))


def ask(platform: Platform, tmp_path: Any) -> None:
    """Send images as records, with their ids; wait until all are captured."""
    import pandas as pd

    [table] = raw_data.write(tmp_path)
    images: Any = pd.read_parquet(table).set_index("image")
    runtime = platform.cloud.client("sagemaker-runtime")
    for name in ASKED:
        record = {f"pixel{place}": float(images.loc[name, f"pixel{place}"]) for place in range(64)}
        body = json.dumps(record).encode()
        runtime.invoke_endpoint(EndpointName=ENDPOINT, ContentType="application/json", Body=body, InferenceId=name)
    capture = platform.physical("local-data", "AWS::S3::Bucket", "Capture")
    s3 = platform.cloud.client("s3")

    def captured() -> bool:
        found = s3.list_objects_v2(Bucket=capture, Prefix=f"{USE_CASE}/{ENDPOINT}/champion/").get("Contents", [])
        texts = [s3.get_object(Bucket=capture, Key=item["Key"])["Body"].read().decode() for item in found]
        return all(any(f'"{name}"' in text for text in texts) for name in ASKED)

    until(captured, 60, "the captures")


def test_a_sample_that_chance_draws_is_labelled_and_its_labels_are_outcomes(
    labelling: Labelling, tmp_path: Any
) -> None:
    platform = labelling.platform
    first = platform.register(MODEL)
    labelling.ops("release", "approve", "local", USE_CASE, "1")
    platform.settled(first, after=0)
    labelling.bring(*(f"{name}.png" for name in ASKED))
    labelling.workers("error-rate=0 seed=1 workers=3")
    ask(platform, tmp_path)

    cause = {"kind": "sample", "at": datetime.now(UTC).isoformat(timespec="seconds"), "source": "a test"}
    sample = {"records": 4, "days": 1, "ending": ".png"}
    asked = {"use_case": USE_CASE, "terms": {"propose": "person", "sample": sample}, "causes": [cause]}
    function = platform.physical("local-control", "AWS::Lambda::Function", "Retrain")
    answer = platform.cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps(asked).encode())
    assert "FunctionError" not in answer, answer["Payload"].read()

    turns = Records(
        platform.cloud.client("dynamodb"), platform.physical("local-control", "AWS::DynamoDB::Table", "Turns")
    )

    def over() -> Turn | None:
        [turn] = turns.turns(USE_CASE)
        return turn if turn.result != "started" else None

    turn = until(over, 240, "the turn's end")
    assert (turn.result, turn.does, turn.drawn) == ("labelled", "label", "random"), turn
    found = labelling.labels()
    assert len(found) == 4
    assert found == {name: labelling.truth[name] for name in found}
    assert told(platform) == {name.removesuffix(".png"): digit for name, digit in found.items()}
    assert "turn 1, " in labelling.ops("loop", "status", "local", USE_CASE)


def told(platform: Platform) -> dict[str, str]:
    """Return the outcomes that lie beside captures, by the request's id."""
    capture, s3 = platform.physical("local-data", "AWS::S3::Bucket", "Capture"), platform.cloud.client("s3")
    listed = s3.list_objects_v2(Bucket=capture, Prefix=f"{USE_CASE}/ground-truth/").get("Contents", [])
    lines = [
        json.loads(line)
        for item in listed
        for line in s3.get_object(Bucket=capture, Key=item["Key"])["Body"].read().decode().splitlines()
    ]
    return {line["eventMetadata"]["eventId"]: line["groundTruthData"]["data"] for line in lines}
