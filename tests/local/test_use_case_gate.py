"""The gate of a use case's pipeline, run: the evaluation decides, and a failure says what is lacking, by how much."""

import json
from typing import Any

import pytest

from config import load_use_case
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.use_case_pipeline import EVALUATION, build_pipeline
from pipelines_src.steps.evaluation import gate
from tests.local.pipelines_cloud import Cloud, processing

CONDITION = {"metric": "auc.value", "at_least": 0.6, "at_most": None}


@pytest.mark.parametrize(("auc", "status", "step"), [(0.61, "Succeeded", "Register"), (0.58, "Failed", "GateFailed")])
def test_a_model_is_registered_or_the_failure_says_what_it_lacks(
    auc: float, status: str, step: str, cloud: Cloud, pipeline_settings: PipelineSettings
) -> None:
    evaluation: dict[str, Any] = {"auc": {"value": auc}}
    evaluation["gate"] = gate.judge([CONDITION], evaluation)
    cloud.objects["bucket/Evaluate/evaluation.json"] = json.dumps(evaluation).encode()
    check = build_pipeline(load_use_case("flight_delays"), pipeline_settings).to_definition()["Steps"][-1]
    assert [one["Name"] for one in check["Arguments"]["IfSteps"]] == ["RegisterModel"]
    check["Arguments"]["IfSteps"] = [processing("Register")]  # what is registered is another test's matter
    file = {"PropertyFileName": EVALUATION, "OutputName": "out", "FilePath": "evaluation.json"}
    arn = cloud.run([processing("Evaluate", PropertyFiles=[file]), check], status)
    steps = cloud.steps(arn)
    assert set(steps) == {"Evaluate", "CheckGate", step}
    if status == "Failed":
        assert steps[step]["FailureReason"].endswith("auc.value must be at least 0.6 and is 0.58, 0.02 too little")
