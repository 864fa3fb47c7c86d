"""AwsSolutions and NIST 800-53 R5 on a use case for each engine: all is fixed, or acknowledged with a reason."""

import json
import os
import subprocess
import sys
from pathlib import Path

from config.loading import ROOT

# In a process of its own: the checks must be known before the CDK starts its JavaScript.
_SYNTHESIS = """
import runpy
import sys
import aws_cdk as cdk
import stacks.platform_stage as platform_stage
from app import SETTINGS
from stacks.validation import rule_packs

kit = runpy.run_path("tests/preparation_engines.py")  # a package of another name may be installed as `tests`
app = cdk.App(analytics_reporting=False, context=SETTINGS, outdir=sys.argv[1])
for engine in ("spark", "glue", "batch"):
    platform_stage.load_use_case = lambda _, engine=engine: kit["use_case"](engine)
    platform_stage.PlatformStage(app, kit["environment"]().model_copy(update={"name": f"dev{engine}"}))
cdk.Validations.of(app).add_plugins(*rule_packs(app))
app.synth()
"""


def test_no_finding_is_left_on_any_engine(tmp_path: Path) -> None:
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
    assert left == []
    assert ran.returncode == 0, ran.stderr
    found = "".join(path.read_text() for path in tmp_path.rglob("*.template.json"))
    for kind in ("AWS::Glue::Job", "AWS::Batch::JobDefinition", "AWS::StepFunctions::StateMachine"):
        assert f'"{kind}"' in found
