"""What every template promises to CloudFormation, and synthesis to everybody."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cfn_lint import problems
from tests.needs import without_network

ROOT = Path(__file__).resolve().parents[2]


def synthesise(outdir: Path, *prefix: str) -> dict[str, bytes]:
    # Neither credentials nor a region, nor a home folder with a configuration of AWS.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment |= {"CDK_OUTDIR": str(outdir), "CDK_VALIDATION": "false", "AWS_EC2_METADATA_DISABLED": "true"}
    environment |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    command = [*prefix, sys.executable, "app.py"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return {str(path.relative_to(outdir)): path.read_bytes() for path in sorted(outdir.rglob("*")) if path.is_file()}


def test_two_processes_write_the_same_bytes_without_network_and_credentials(tmp_path: Path) -> None:
    prefix = without_network()  # nothing on a system that lets nobody leave the network; the bytes count all the same
    first = synthesise(tmp_path / "first", *prefix)
    second = synthesise(tmp_path / "second", *prefix)
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []
    assert sum(name.endswith(".template.json") for name in first) >= 24


def test_cfn_lint_finds_nothing(templates: dict[str, Any]) -> None:
    assert problems(templates) == []


def test_cfn_lint_would_find_something(templates: dict[str, Any]) -> None:
    broken = json.loads(json.dumps(templates["dev-data"]))
    bucket = next(r for r in broken["Resources"].values() if r["Type"] == "AWS::S3::Bucket")
    bucket["Properties"]["Versioning"] = True
    assert any("E3002" in problem for problem in problems({"broken": broken}))
