"""The application's assembly as `app.py` writes it, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from config.loading import ROOT
from tests.needs import without_network


def write(outdir: Path) -> None:
    """Synthesise all environments, unchecked, without a network, credentials, a region, or a configuration of AWS."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment |= {"CDK_OUTDIR": str(outdir), "CDK_VALIDATION": "false", "AWS_EC2_METADATA_DISABLED": "true"}
    environment |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    # Nothing goes before it on a system that lets nobody leave the network.
    command = [*without_network(), sys.executable, "app.py"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def stacks(outdir: Path) -> dict[str, dict[str, Any]]:
    """Return the templates of the environments' stacks, by the stack's name; those of workforces are left out."""
    return {
        artifact["properties"].get("stackName", name): json.loads(
            (manifest.parent / artifact["properties"]["templateFile"]).read_text(encoding="utf-8")
        )
        for manifest in outdir.glob("assembly-*/manifest.json")
        if not manifest.parent.name.startswith("assembly-Workforce")
        for name, artifact in json.loads(manifest.read_text(encoding="utf-8"))["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
