"""Turns of use cases that Glue or Batch prepares: the state machine first, then the pipeline that it starts."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from retrain.events import Look
from retrain.machines import Machines
from retrain.reconcile import reconcile
from retrain.state import CHAMPION, SPLIT_UNTIL, Turn
from shared.pipelines import RefusedError
from tests.unit.release_stub_kit import stubbed
from tests.unit.retrain_cloud_kit import ALWAYS, CRASH, NOTHING, NOW, Cloud, CrashError, cause

MACHINE = "arn:aws:states:ap-northeast-1:111122223333:stateMachine:dev-toys-preparation"
LOOK = Look(use_case="toys", terms=ALWAYS.model_copy(update={"machine": MACHINE, "window": (14, 7)}))
ASKED = LOOK.model_copy(update={"causes": (cause("command", NOW),)})
TURN = Turn("toys", 3, (), NOW, parameters={CHAMPION: "s3://m/model.tar.gz"}, machine=MACHINE)
EXECUTION = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{TURN.name}"


def test_a_turn_prepares_and_then_follows_the_pipeline_that_was_started() -> None:
    cloud = Cloud()
    assert "is prepared" in reconcile(cloud, ASKED).reason
    [turn] = cloud.turns
    # The machine prepares anew each time, and knows no version of the raw data.
    assert set(turn.parameters) == {CHAMPION, SPLIT_UNTIL}
    cloud.prepared("SUCCEEDED")
    assert "is Executing" in reconcile(cloud, LOOK).reason
    cloud.end("Succeeded")
    reconcile(cloud, LOOK)
    [turn] = cloud.turns
    assert (turn.result, turn.package) == ("proposed", "package/1")


@pytest.mark.parametrize(("status", "result"), [("FAILED", "failed"), ("TIMED_OUT", "failed"), ("ABORTED", "stopped")])
def test_a_preparation_that_does_not_succeed_ends_the_turn(status: str, result: str) -> None:
    cloud = Cloud()
    reconcile(cloud, ASKED)
    cloud.prepared(status)
    reconcile(cloud, LOOK)
    assert cloud.turns[0].result == result
    assert cloud.executions == {}


@pytest.mark.parametrize("calls", range(14))
def test_a_crash_at_any_call_resumes_with_one_preparation_and_one_pipeline(calls: int) -> None:
    cloud = Cloud()
    for go_on in (lambda: None, lambda: cloud.prepared("SUCCEEDED"), lambda: cloud.end("Succeeded")):
        go_on()
        cloud.interruptions = [CRASH, *[NOTHING] * calls]
        try:
            reconcile(cloud, ASKED)
        except CrashError:
            cloud.interruptions = []
            reconcile(cloud, ASKED)
    cloud.interruptions = []
    reconcile(cloud, LOOK)
    assert (len(cloud.turns), len(cloud.preparations), len(cloud.executions)) == (1, 1, 1)
    assert cloud.turns[0].result == "proposed"


@pytest.fixture
def states() -> Any:
    with stubbed("stepfunctions") as (client, stub):
        yield Machines(client), stub


def test_a_machine_is_started_once_by_the_turns_name(states: Any) -> None:
    machines, stub = states
    asked = {"stateMachineArn": MACHINE, "name": TURN.name, "input": json.dumps(dict(TURN.parameters))}
    stub.add_response("start_execution", {"executionArn": EXECUTION, "startDate": NOW}, asked)
    assert machines.start(MACHINE, TURN) == EXECUTION
    stub.add_client_error("start_execution", "ExecutionAlreadyExists")
    assert machines.start(MACHINE, TURN) == EXECUTION
    stub.add_client_error("start_execution", "StateMachineDoesNotExist")
    with pytest.raises(RefusedError, match="Step Functions refuses"):
        machines.start(MACHINE, TURN)


def test_what_an_execution_came_to_is_read(states: Any) -> None:
    machines, stub = states
    told = {"executionArn": EXECUTION, "stateMachineArn": MACHINE, "startDate": datetime(2026, 1, 1, tzinfo=UTC)}
    pipeline = "arn:aws:sagemaker:ap-northeast-1:111122223333:pipeline/dev-toys/execution/abc"
    done = {**told, "status": "SUCCEEDED", "output": json.dumps({"PipelineExecutionArn": pipeline})}
    stub.add_response("describe_execution", done, {"executionArn": EXECUTION})
    assert machines.execution(EXECUTION).pipeline == pipeline
    failed = {**told, "status": "FAILED", "error": "States.TaskFailed", "cause": "no capacity"}
    stub.add_response("describe_execution", failed, {"executionArn": EXECUTION})
    assert machines.execution(EXECUTION).reason == "States.TaskFailed: no capacity"


def test_a_preparation_of_somebody_else_keeps_a_turn_waiting(states: Any) -> None:
    machines, stub = states
    one = {
        "executionArn": EXECUTION,
        "stateMachineArn": MACHINE,
        "name": "by-hand",
        "status": "RUNNING",
        "startDate": NOW,
    }
    asked = {"stateMachineArn": MACHINE, "statusFilter": "RUNNING", "maxResults": 1}
    stub.add_response("list_executions", {"executions": [one]}, asked)
    stub.add_response("list_executions", {"executions": []}, asked)
    assert (machines.running(MACHINE), machines.running(MACHINE)) == ("the data is prepared (by-hand)", "")
