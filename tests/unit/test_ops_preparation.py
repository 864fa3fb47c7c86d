"""Starting a pipeline whose data Glue or Batch prepares."""

import json
from typing import Any

import pytest
from botocore.stub import ANY
from typer.testing import CliRunner

from ops import live, pipeline, preparation
from ops.target import OperationError, Target
from tests.preparation_engines import environment, use_case
from tests.unit.ops_stub_kit import EXECUTION, Stubs

MACHINE = "arn:aws:states:ap-northeast-1:111122223333:stateMachine:Machine-abc"
RUN = "arn:aws:states:ap-northeast-1:111122223333:execution:Machine-abc:0123"
NOW = 1


CHAMPION = "s3://models/flight_delays/abc/package/model.tar.gz"


@pytest.fixture
def stubs(monkeypatch: pytest.MonkeyPatch) -> Stubs:
    """dev with flight_delays on Glue."""
    stubs = Stubs()
    stubs.target = Target(environment(), use_case("glue"))
    monkeypatch.setattr(Target, "of", lambda *_: stubs.target)
    return stubs


def answer(status: str, **more: str) -> dict[str, Any]:
    return {"executionArn": RUN, "stateMachineArn": MACHINE, "status": status, "startDate": NOW, **more}


def deployed(stubs: Stubs) -> None:
    outputs = [{"OutputKey": "StateMachineArn", "OutputValue": MACHINE}]
    stack = {"StackName": "dev-flight-delays-preparation", "StackStatus": "CREATE_COMPLETE", "CreationTime": NOW}
    stubs.stub("cloudformation", "cloudformation").add_response(
        "describe_stacks",
        {"Stacks": [stack | {"Outputs": outputs}]},
        {"StackName": "dev-flight-delays-preparation"},
    )


def test_the_state_machine_is_started_and_its_pipeline_is_watched(
    stubs: Stubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(stubs)
    states, sagemaker = stubs.stub("states", "stepfunctions"), stubs.sagemaker
    monkeypatch.setattr(live, "champion_model", lambda _: CHAMPION)
    asked = {"stateMachineArn": MACHINE, "input": json.dumps({"ChampionModelUri": CHAMPION})}
    states.add_response("start_execution", {"executionArn": RUN, "startDate": NOW}, asked)
    output = json.dumps({"PipelineExecutionArn": EXECUTION})
    states.add_response("describe_execution", answer("SUCCEEDED", output=output), {"executionArn": RUN})
    sagemaker.add_response("describe_pipeline_execution", {"PipelineExecutionStatus": "Succeeded"})
    sagemaker.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": []})
    ran = CliRunner().invoke(pipeline.app, ["start", "dev", "flight_delays"])
    assert ran.exit_code == 0, ran.output
    assert ran.output.split() == [RUN, EXECUTION]
    for each in (states, sagemaker):
        each.assert_no_pending_responses()


def test_without_waiting_nothing_is_asked_but_to_start(stubs: Stubs) -> None:
    deployed(stubs)
    states = stubs.stub("states", "stepfunctions")
    asked = {"stateMachineArn": MACHINE, "input": "{}"}
    states.add_response("start_execution", {"executionArn": RUN, "startDate": NOW}, asked)
    ran = CliRunner().invoke(pipeline.app, ["start", "dev", "flight_delays", "--no-wait", "--no-champion"])
    assert ran.exit_code == 0, ran.output
    assert ran.output.split() == [RUN]


def test_a_failed_preparation_says_why(stubs: Stubs) -> None:
    states = stubs.stub("states", "stepfunctions")
    states.add_response("describe_execution", answer("FAILED", error="States.TaskFailed", cause="no column carrier"))
    with pytest.raises(OperationError, match=r"ended as FAILED\. States\.TaskFailed: no column carrier"):
        preparation.pipeline_of(stubs.target, RUN)


def test_data_that_was_prepared_before_is_used_when_it_is_whole(stubs: Stubs) -> None:
    s3, sagemaker = stubs.stub("s3", "s3"), stubs.sagemaker
    s3.add_response("head_object", {}, {"Bucket": "processed", "Key": "flight_delays/prepared/1/_SUCCESS"})
    uri = "s3://processed/flight_delays/prepared/1"
    expected = {
        "PipelineName": "dev-flight-delays",
        "PipelineParameters": [{"Name": "PreparedDataUri", "Value": uri}],
        "ClientRequestToken": ANY,
    }
    sagemaker.add_response("start_pipeline_execution", {"PipelineExecutionArn": EXECUTION}, expected)
    assert pipeline.start_execution(stubs.target, champion=False, prepared=uri) == EXECUTION


def test_half_of_a_preparation_is_refused(stubs: Stubs) -> None:
    s3 = stubs.stub("s3", "s3")
    s3.add_client_error("head_object", "404", "Not Found", 404)
    with pytest.raises(OperationError, match="There is no _SUCCESS below s3://processed/x"):
        pipeline.start_execution(stubs.target, prepared="s3://processed/x")


def test_a_pipeline_that_prepares_itself_takes_no_prepared_data() -> None:
    with pytest.raises(OperationError, match=r"prepares its data itself \(prepare.engine processing\)"):
        pipeline.start_execution(Stubs().target, prepared="s3://processed/x")
