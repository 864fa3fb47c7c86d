"""The assembly of an environment as the folder has it now."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from config.loading import ROOT
from ops.assembly.model import Assembly
from ops.assembly.reading import read_assembly
from ops.errors import OperationError

_SECONDS = 600  # that it may take
_SAID = 4000  # characters of what it printed last


def synthesised(environment: str) -> Assembly:
    """Return the assembly of one environment, made now.

    Args:
        environment: its name.

    Raises:
        OperationError: it cannot be synthesised; the text has the end of what the synthesis printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        variables = os.environ | {
            "CDK_OUTDIR": folder,
            "CDK_CONTEXT_JSON": json.dumps({"environments": environment}),
            "CDK_VALIDATION": "false",  # the checks of templates are another gate's, and take most of the time
        }
        made = subprocess.run(  # this repository's own application
            [sys.executable, "app.py"],
            cwd=ROOT,
            env=variables,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if made.returncode:
            raise OperationError(f"{environment} cannot be synthesised:\n{made.stderr.strip()[-_SAID:]}")
        return read_assembly(Path(folder))
