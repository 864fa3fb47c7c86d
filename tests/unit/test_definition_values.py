"""Parameters, policies and conditions: what they say and what they refuse."""

from collections.abc import Callable
from typing import Any

import pytest

from pipelines_src.definition import (
    BooleanParameter,
    CachePolicy,
    DefinitionError,
    Equals,
    ExecutionVariable,
    FloatParameter,
    In,
    IntegerParameter,
    Join,
    Not,
    Or,
    RetryPolicy,
    StringParameter,
)


def test_parameters_are_spelled_as_sagemaker_does() -> None:
    assert StringParameter(name="A", default="x", allowed=("x", "y")).to_json() == {
        "Name": "A",
        "Type": "String",
        "DefaultValue": "x",
        "EnumValues": ["x", "y"],
    }
    assert IntegerParameter(name="B").to_json() == {"Name": "B", "Type": "Integer"}
    assert FloatParameter(name="C", default=0.5).to_json()["DefaultValue"] == 0.5
    assert BooleanParameter(name="D", default=False).to_json()["DefaultValue"] is False
    assert BooleanParameter(name="D").ref.to_json() == {"Get": "Parameters.D"}


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: StringParameter(name="has space"), ["has space", "letters, digits"]),
        (lambda: StringParameter(name=""), ["1 to 256"]),
        (lambda: StringParameter(name="A", default="z", allowed=("x", "y")), ["'z'", "x, y"]),
        (lambda: IntegerParameter(name="A", default=1.5), ["1.5", "Integer"]),
        (lambda: IntegerParameter(name="A", default=True), ["True", "Integer"]),
        (lambda: BooleanParameter(name="A", default="yes"), ["'yes'", "Boolean"]),
        (lambda: CachePolicy("30 days"), ["30 days", "P30D"]),
        (lambda: CachePolicy("P"), ["'P'"]),
        (lambda: CachePolicy("PT"), ["'PT'"]),
        (lambda: RetryPolicy(faults=("Step.SERVICE_FAULT",)), ["exactly one"]),
        (lambda: RetryPolicy(faults=("Step.THROTTLING",), max_attempts=1, expire_after_minutes=1), ["exactly one"]),
        (lambda: RetryPolicy(faults=("Step.THROTTLING",), max_attempts=21), ["21", "1 to 20"]),
        (lambda: RetryPolicy(faults=("Step.THROTTLING",), expire_after_minutes=14401), ["14401"]),
        (lambda: RetryPolicy(faults=("Step.THROTTLING",), max_attempts=1, backoff_rate=-1.0), ["backoff_rate"]),
        (lambda: RetryPolicy(faults=("Step.THROTTLING",), max_attempts=1, interval_seconds=43201), ["0 to 43200"]),
        (lambda: RetryPolicy(faults=(), max_attempts=1), ["no fault", "SageMaker.CAPACITY_ERROR"]),
        (lambda: Or(()), ["no conditions"]),
    ],
)
def test_wrong_values_are_refused_with_what_is_allowed(build: Callable[[], Any], words: list[str]) -> None:
    with pytest.raises(DefinitionError) as error:
        build()
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize("duration", ["P30D", "PT1H", "P4DT12H", "P1W", "PT90M", "P1Y2M"])
def test_durations_of_iso_8601_are_accepted(duration: str) -> None:
    assert CachePolicy(duration).to_json() == {"Enabled": True, "ExpireAfter": duration}


def test_conditions_nest_and_hold_references() -> None:
    run = ExecutionVariable.PIPELINE_EXECUTION_ID.ref
    condition = Not(Or((Equals(run, "a"), In(Join("-", ("x", run)), ("x-1", "x-2")))))
    get = {"Get": "Execution.PipelineExecutionId"}
    assert condition.to_json() == {
        "Type": "Not",
        "Condition": {
            "Type": "Or",
            "Conditions": [
                {"Type": "Equals", "LeftValue": get, "RightValue": "a"},
                {
                    "Type": "In",
                    "QueryValue": {"Std:Join": {"On": "-", "Values": ["x", get]}},
                    "Values": ["x-1", "x-2"],
                },
            ],
        },
    }
    assert run in condition.values()
