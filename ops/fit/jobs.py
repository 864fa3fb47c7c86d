"""The pipeline's processing jobs on this machine."""

import os
import subprocess
import sys
from pathlib import Path

from config.loading import ROOT
from ops.errors import OperationError

_END = 2000  # characters of each stream that an error shows


def run_here(step: str, use_case: str, base: Path) -> Path:
    """Run a step with this folder's code, and return the folder of its outputs.

    Args:
        step: prepare or evaluate.
        use_case: whose.
        base: stands for /opt/ml; the inputs are below `processing/input`.

    Raises:
        OperationError: it failed; the text has the end of what it wrote.
    """
    done = subprocess.run(  # noqa: S603 - this project's own code
        [sys.executable, "-m", "pipelines_src", step, "--use-case", use_case],
        cwd=ROOT,
        env={**os.environ, "ML_LOOP_BASE_DIR": str(base)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OperationError(f"{step} of {use_case} failed here:\n{done.stdout[-_END:]}{done.stderr[-_END:]}")
    return base / "processing" / "output"
