"""AwsSolutions, NIST 800-53 R5 and our own rules on labelling of every kind, the workforce, and Model Monitor."""

import json
import os
import subprocess
import sys
from pathlib import Path

from config.loading import ROOT

# In a process of its own: the checks must be known before the CDK starts its JavaScript.
_SYNTHESIS = """
import importlib.util
import sys
import aws_cdk as cdk
import stacks.platform_stage as platform_stage
from app import SETTINGS
from config import Workforce
from config.use_case.monitor import Monitor
from stacks.validation import rule_packs
from stacks.workforce_stack import WorkforceStage

spec = importlib.util.spec_from_file_location("labelling_kit", "tests/labelling.py")
kit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kit)
app = cdk.App(analytics_reporting=False, context=SETTINGS, outdir=sys.argv[1])
kinds = {
    "devown": kit.label(consolidation="majority", schedule="rate(7 days)", on_new_objects=True),
    "devauto": kit.label(
        workers=kit.PUBLIC, automatic=True, limits={"objects": 5000, "usd_per_object": 0.08, "usd_per_month": 900}
    ),
    "devimport": kit.Label.model_validate(kit.IMPORTED),
}
schedules = Monitor(backend="model_monitor", schedule="rate(1 day)", window_hours=24)
for name, section in kinds.items():
    # One of them is watched by SageMaker's own schedules.
    watched = {"monitor": schedules if name == "devimport" else None}
    case = kit.use_case(section).model_copy(update=watched)
    platform_stage.load_use_case = lambda _, case=case: case
    platform_stage.PlatformStage(app, kit.environment(name))
people = {"name": "people", "owner": "t", "cost_center": "c", "allowed_cidrs": ["203.0.113.0/24"]}
WorkforceStage(app, Workforce.model_validate(people))
cdk.Validations.of(app).add_plugins(*rule_packs(app))
app.synth()
"""


def test_no_finding_is_left_on_labelling_of_any_kind(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "CDK_VALIDATION"}
    command = [sys.executable, "-c", _SYNTHESIS, str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (tmp_path / "validation-report.json").exists(), ran.stderr
    report = json.loads((tmp_path / "validation-report.json").read_text())
    left = [
        (finding["ruleName"], finding["violatingConstructs"])
        for plugin in report["pluginReports"]
        for finding in plugin["violations"]
    ]
    warned = {rule for rule, _ in left if rule.startswith("Annotation::ml-loop:closed-")}
    closed = ("ground-truth", "public-crowd", "model-monitor")
    assert warned == {f"Annotation::ml-loop:closed-{service}" for service in closed}
    assert [(rule, where) for rule, where in left if rule not in warned] == []
    assert ran.returncode == 0, ran.stderr
    found = "".join(path.read_text() for path in tmp_path.rglob("*.template.json"))
    for kind in (
        "SageMaker::Workforce", "SageMaker::Workteam", "StepFunctions::StateMachine", "Cognito::UserPool",
        "SageMaker::MonitoringSchedule",
    ):  # fmt: skip
        assert f'"AWS::{kind}"' in found
