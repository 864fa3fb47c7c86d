"""The state machine ahead of a pipeline, in the local cloud's Step Functions.

The local cloud has no Glue jobs, so that a state which passes its request on stands for the job, and another for the
start of the pipeline; what lies between them is as deployed.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from pipelines_src.definition.preparation_machine import glue_task, machine
from tests.local.roles import allow, make_role

BUCKET = "machine-processed"
PREPARED = f"s3://{BUCKET}/flights/prepared"
FILES = "2013-04-01/2013-05-01/2013-06-01"
CODE, CHAMPION = "s3://assets/code.zip", "s3://models/flights/model.tar.gz"


@pytest.fixture(scope="module")
def state_machine(client: Callable[..., Any]) -> str:
    client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    definition = machine(
        glue_task("job", PREPARED, ["SplitUntil"]),
        bucket=BUCKET,
        prepared_uri=PREPARED,
        pipeline="dev-flights",
        defaults={"ChampionModelUri": CODE},
        own={"SplitUntil": FILES},
        max_seconds=60,
    )
    states = definition["States"]
    for name, kept in (("Prepare", ("Parameters", "ResultPath", "Next")), ("StartPipeline", ("Parameters", "End"))):
        states[name] = {"Type": "Pass", **{key: states[name][key] for key in kept}}
    rights = [allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/flights/prepared/*")]
    role = make_role(client("iam"), "preparation-machine", rights, {"Service": "states.amazonaws.com"})
    made = client("stepfunctions").create_state_machine(name="machine", definition=json.dumps(definition), roleArn=role)
    return str(made["stateMachineArn"])


def run(client: Callable[..., Any], state_machine: str, name: str, given: dict[str, str]) -> dict[str, Any]:
    states = client("stepfunctions")
    started = states.start_execution(stateMachineArn=state_machine, name=name, input=json.dumps(given))
    deadline = time.monotonic() + 120  # it tries again for a while
    while time.monotonic() < deadline:
        execution = states.describe_execution(executionArn=started["executionArn"])
        if execution["status"] != "RUNNING":
            return dict(execution)
        time.sleep(0.1)
    pytest.fail(f"The execution {name} did not end.")


@pytest.mark.parametrize(
    ("name", "given", "champion", "until"),
    [("one", {}, CODE, FILES), ("two", {"ChampionModelUri": CHAMPION, "SplitUntil": "a/b/c"}, CHAMPION, "a/b/c")],
)
def test_a_pipeline_starts_on_whole_data_with_the_champion_that_is_given(
    name: str, given: dict[str, str], champion: str, until: str, client: Callable[..., Any], state_machine: str
) -> None:
    client("s3").put_object(Bucket=BUCKET, Key=f"flights/prepared/{name}/_SUCCESS", Body=b"{}")
    execution = run(client, state_machine, name, given)
    assert execution["status"] == "SUCCEEDED", execution
    request = json.loads(execution["output"])
    assert request["PipelineName"] == "dev-flights"
    assert {one["Name"]: one["Value"] for one in request["PipelineParameters"]} == {
        "PreparedDataUri": f"{PREPARED}/{name}",
        "ChampionModelUri": champion,
    }
    assert len(request["ClientRequestToken"]) == 64
    entered = client("stepfunctions").get_execution_history(executionArn=execution["executionArn"])["events"]
    passed = [one["stateExitedEventDetails"] for one in entered if "stateExitedEventDetails" in one]
    [prepared] = [json.loads(one["output"])["prepared"] for one in passed if one["name"] == "Prepare"]
    assert prepared["Arguments"]["--split_until"] == until


def test_no_pipeline_starts_on_half_of_the_data(client: Callable[..., Any], state_machine: str) -> None:
    client("s3").put_object(Bucket=BUCKET, Key="flights/prepared/three/train/train.csv", Body=b"1,2\n")
    execution = run(client, state_machine, "three", {})
    assert execution["status"] == "FAILED"
