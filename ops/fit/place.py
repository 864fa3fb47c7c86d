"""Which environment is meant where none is named."""

import json
import os
from pathlib import Path

from config import environment_names

VARIABLE = "ML_LOOP_ENVIRONMENT"
DEFAULT = "dev"
_INSTANCE = Path("/opt/ml/metadata/resource-metadata.json")  # SageMaker writes it on notebook instances


def environment(named: str | None, instance: Path = _INSTANCE) -> str:
    """Return the named environment; else that of ML_LOOP_ENVIRONMENT, of the notebook instance, or `dev`."""
    if named or (named := os.environ.get(VARIABLE)):
        return named
    name = json.loads(instance.read_text()).get("ResourceName", "") if instance.exists() else ""
    return next((known for known in environment_names() if name.startswith(f"{known}-")), DEFAULT)
