"""AwsSolutions, NIST 800-53 R5 and our own rules on a use case for each engine, and on a serverless endpoint: all is
fixed, or acknowledged with a reason.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from config.loading import ROOT
from tests.serverless import INTERNET

# In a process of its own: the checks must be known before the CDK starts its JavaScript.
_SYNTHESIS = """
import runpy
import sys
import aws_cdk as cdk
from config import load_use_case
import stacks.platform_stage as platform_stage
from app import SETTINGS
from stacks.validation import rule_packs

kit = runpy.run_path("tests/preparation_engines.py")  # a package of another name may be installed as `tests`
app = cdk.App(analytics_reporting=False, context=SETTINGS, outdir=sys.argv[1])
for engine in ("spark", "glue", "batch"):
    platform_stage.load_use_case = lambda _, engine=engine: kit["use_case"](engine)
    platform_stage.PlatformStage(app, kit["environment"]().model_copy(update={"name": f"dev{engine}"}))
platform_stage.load_use_case = load_use_case
serverless = runpy.run_path("tests/serverless.py")
platform_stage.PlatformStage(app, serverless["environment"](name="devserverless"))
cdk.Validations.of(app).add_plugins(*rule_packs(app))
app.synth()
"""


def test_no_finding_is_left_on_any_engine_and_without_instances(tmp_path: Path) -> None:
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
    # It names no workforce, and deploys a use case that people could label.
    assert [rule for rule, _ in left] == ["Annotation::ml-loop:no-workforce"]
    assert ran.returncode == 0, ran.stderr
    found = "".join(path.read_text() for path in tmp_path.rglob("*.template.json"))
    excused = {
        (finding["ruleName"], finding["reason"].rpartition(": ")[2])
        for plugin in report["pluginReports"]
        if plugin["pluginName"] == "MlLoop"
        for finding in plugin["suppressedViolations"]
    }
    assert excused == {(rule, INTERNET) for rule in ("ModelIsolated", "ModelInVpc")}
    for kind in ("AWS::Glue::Job", "AWS::Batch::JobDefinition", "AWS::StepFunctions::StateMachine"):
        assert f'"{kind}"' in found
