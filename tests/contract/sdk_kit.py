"""Programs that use the SageMaker SDK. They run as processes of their own, since the SDK wants its region at import."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from local_cloud import clients

NO_TELEMETRY = "SchemaVersion: '1.0'\nSageMaker:\n  PythonSDK:\n    Modules:\n      TelemetryOptOut: true\n"


def run(program: str, port: int, folder: Path, *arguments: str, timeout: float = 240) -> dict[str, Any]:
    """Run a program of this folder against a local cloud; return the JSON document that it wrote.

    Args:
        program: file name; its last argument is the file to write to, for the SDK prints progress on both streams.
        port: the cloud's.
        folder: its home and working folder.
        arguments: those before the file.
        timeout: seconds.
    """
    report, config = folder / "seen.json", folder / "config.yaml"
    config.write_text(NO_TELEMETRY)
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(program)), *arguments, str(report)],
        env={**clients.environment(port), "HOME": str(folder), "SAGEMAKER_USER_CONFIG_OVERRIDE": str(config)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    found: dict[str, Any] = json.loads(report.read_text())
    return found
