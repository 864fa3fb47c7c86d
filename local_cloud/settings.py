"""How ministack is told what to be. It reads its settings when it is imported, so this comes first."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from local_cloud.clients import ACCOUNT, REGION, environment_variables

# How many times faster than AWS's the periods of alarms pass: 1, unless a test cannot wait.
ALARM_SPEED = "LOCAL_CLOUD_ALARM_SPEED"
# "1": an endpoint's failed update leaves no reason, so that CloudFormation takes it for done, as was seen on AWS.
SILENT_ROLLBACKS = "LOCAL_CLOUD_SILENT_ROLLBACKS"


def alarm_speed() -> float:
    """Return by how much the periods of alarms are shortened."""
    return float(os.environ.get(ALARM_SPEED, "1"))


def silent_rollbacks() -> bool:
    """Whether an endpoint rolls a failed update back without a word."""
    return os.environ.get(SILENT_ROLLBACKS) == "1"


def configure(port: int, state_dir: Path) -> None:
    """Set ministack's environment: one loopback port, IAM enforced, state kept below `state_dir`."""
    # Functions are unpacked into temporary folders; here they go with the state, whatever ends the server.
    temporary = state_dir / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    tempfile.tempdir = str(temporary)
    for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE"):
        os.environ.pop(name, None)
    os.environ.update(environment_variables(port))
    os.environ.update(
        {
            "AUTH": "true",
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state_dir / "ministack"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state_dir / "s3"),
            "LOG_LEVEL": os.environ.get("LOCAL_CLOUD_LOG_LEVEL", "INFO"),
            # The functions run with this project's interpreter, whose packages stand for the public layers.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
    )
