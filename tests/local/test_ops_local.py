"""`python -m ops local`: start a cloud, turn a shell to it, stop it."""

import os
import subprocess
import sys
from pathlib import Path

from local_cloud.clients import ROOT

OPS = [sys.executable, "-m", "ops", "local"]


def run(command: list[str], **variables: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "COLUMNS": "80", **variables}, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_shell_is_turned_to_the_cloud_and_away_from_a_persons_account(tmp_path: Path, free_port: int) -> None:
    state = ["--state-dir", str(tmp_path / "a folder")]
    try:
        assert f"http://127.0.0.1:{free_port}" in run([*OPS, "up", "--port", str(free_port), *state])
        printed = run([*OPS, "env", *state], AWS_PROFILE="nobody", AWS_ENDPOINT_URL_SAGEMAKER="https://example.com")
        assert {"unset AWS_PROFILE", "unset AWS_ENDPOINT_URL_SAGEMAKER"} <= set(printed.splitlines())
        script = f"""set -eu
        eval "$({sys.executable} -m ops local env --state-dir '{tmp_path / "a folder"}')"
        python -c 'import boto3; print(boto3.client("sts").get_caller_identity()["Account"])'
        command -v cdk"""
        account, cdk = run(["bash", "-c", script], AWS_PROFILE="nobody").split()
        assert account == "000000000000"
        assert cdk == str(ROOT / "node_modules" / ".bin" / "cdk")
        assert "No stacks, no endpoints, no jobs." in run([*OPS, "status", *state])
    finally:
        assert "is stopped" in run([*OPS, "down", *state])
    assert "did not run" in run([*OPS, "down", *state])
    assert "does not run" in run([*OPS, "status", *state])
