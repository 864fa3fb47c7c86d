"""AwsSolutions and NIST 800-53 R5 on every environment: all is fixed, or acknowledged with a reason."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from app import platform

ROOT = Path(__file__).resolve().parents[2]


Checked = tuple["subprocess.CompletedProcess[str]", dict[str, Any], Path]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """The application with every check on, as `make synth` runs it: the run, the report, the assembly."""
    outdir = tmp_path_factory.mktemp("checked")
    environment = {key: value for key, value in os.environ.items() if key != "CDK_VALIDATION"}
    ran = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment | {"CDK_OUTDIR": str(outdir)},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran, json.loads((outdir / "validation-report.json").read_text()), outdir


def test_no_finding_is_left_but_that_the_laptops_workers_are_of_a_closed_service(checked: Checked) -> None:
    ran, report, _ = checked
    assert ran.returncode == 0, ran.stderr
    left = [
        (finding["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for finding in plugin["violations"]
        for construct in finding["violatingConstructs"]
    ]
    assert left == [("Annotation::ml-loop:closed-ground-truth", "WorkforceLocal/People")]


def test_reasons_are_sentences(checked: Checked) -> None:
    _, report, _ = checked
    acknowledged = [finding for plugin in report["pluginReports"] for finding in plugin.get("suppressedViolations", ())]
    assert acknowledged
    for finding in acknowledged:
        assert len(finding["reason"].split()) >= 5, finding["ruleName"]


def test_what_is_checked_is_what_is_deployed_without_checks(checked: Checked, templates: dict[str, Any]) -> None:
    paths = [path for path in checked[2].rglob("*.template.json") if not path.name.startswith("Workforce")]
    found = [json.loads(path.read_text()) for path in paths]
    assert len(found) == len(templates)
    assert [template for template in templates.values() if template not in found] == []


def test_a_bucket_that_breaks_the_rules_stops_synthesis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.environment_names", lambda: ["dev"])
    app = platform(str(tmp_path))
    stage = app.node.find_child("Dev")
    assert isinstance(stage, cdk.Stage)
    s3.Bucket(cdk.Stack(stage, "Careless"), "Open")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((tmp_path / "validation-report.json").read_text())
    found = Counter(v["ruleName"] for plugin in report["pluginReports"] for v in plugin["violations"])
    assert found["AwsSolutions-S1"] == 1
    assert found["NIST.800.53.R5-S3BucketLoggingEnabled"] == 1
