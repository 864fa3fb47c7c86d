"""Every function starts fast and is small; all of them are one asset."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

LAMBDA = Path(__file__).resolve().parents[2] / "lambda"
FUNCTIONS = sorted(path.parent.name for path in LAMBDA.glob("*/handler.py"))
TRIES = 12
# A function takes 0.25 to 0.28 s where nothing else runs, and the libraries that each needs a quarter of that.
SECONDS, TIMES = 0.3, 6
LIBRARIES = "pydantic, aws_lambda_powertools"


def imported(names: str) -> tuple[float, str, str]:
    """Return the CPU seconds that importing takes, and whether boto3 and the CDK come with it."""
    code = (
        f"import time; start = time.process_time(); import {names}, sys; "
        "print(time.process_time() - start, 'boto3' in sys.modules, 'aws_cdk' in sys.modules)"
    )
    environment = {"PYTHONPATH": str(LAMBDA), "LAMBDA_TASK_ROOT": str(LAMBDA), "AWS_DEFAULT_REGION": "ap-northeast-1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    seconds, boto3, cdk = done.stdout.split()
    return float(seconds), boto3, cdk


@pytest.mark.parametrize("package", FUNCTIONS)
def test_a_function_imports_fast_and_without_boto3(package: str) -> None:
    # CPU time, as wall time on a busy machine says little; the best of some, and beside the libraries', since even that
    # grows where other processes share the core.
    best, libraries = 99.0, 99.0
    for _ in range(TRIES):
        seconds, boto3, cdk = imported(f"{package}.handler")
        # One with a few lines has no client of its own.
        assert (boto3 == "False" or package == "default_security_group", cdk) == (True, "False")
        best = min(best, seconds)
        if best < SECONDS:
            return
        libraries = min(libraries, imported(LIBRARIES)[0])
    assert best < TIMES * libraries


def test_the_asset_is_small(tmp_path: Path) -> None:
    asset = tmp_path / "asset.zip"
    with zipfile.ZipFile(asset, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in LAMBDA.rglob("*.py"):
            archive.write(path, path.relative_to(LAMBDA))
    assert asset.stat().st_size < 10 * 1024 * 1024
