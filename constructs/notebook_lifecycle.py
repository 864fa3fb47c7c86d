"""What a notebook instance does when it starts."""

import base64
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

_SCRIPTS = Path(__file__).resolve().parent.parent / "workbench"
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_NotebookInstanceLifecycleHook.html
LONGEST = 16384


class NotebookLifecycle(Construct):
    """A lifecycle configuration that installs the idle stop at each start.

    Args:
        idle_stop_minutes: idle for so long, the instance stops itself; its role must allow it.

    Attributes:
        name: its name, for notebook instances.
    """

    def __init__(self, scope: Construct, construct_id: str, *, idle_stop_minutes: int) -> None:
        super().__init__(scope, construct_id)
        # As text with a function, not as the base64 that it becomes: a reviewer can read it in the template.
        content = cdk.Fn.base64(on_start(idle_stop_minutes))
        resource = sagemaker.CfnNotebookInstanceLifecycleConfig(self, "Resource", on_start=[{"content": content}])
        self.name = resource.attr_notebook_instance_lifecycle_config_name


def on_start(idle_stop_minutes: int) -> str:
    """Return the script `workbench/on_start.sh` with what it installs.

    Raises:
        ValueError: it is longer than SageMaker takes.
    """
    script = (_SCRIPTS / "on_start.sh").read_text(encoding="utf-8")
    script = script.replace("@IDLE_STOP_PY@", (_SCRIPTS / "idle_stop.py").read_text(encoding="utf-8").rstrip("\n"))
    script = script.replace("@IDLE_STOP_MINUTES@", str(idle_stop_minutes))
    length = len(base64.b64encode(script.encode()))
    if length > LONGEST:
        raise ValueError(
            f"workbench/on_start.sh and idle_stop.py are {length} characters in base64; allowed are {LONGEST}. "
            "Shorten them."
        )
    return script
