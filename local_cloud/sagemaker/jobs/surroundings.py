"""What every job's program finds: variables, resourceconfig.json, files for failure and messages."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local_cloud.platform import Credentials
from local_cloud.sagemaker.jobs.failure import JobFailureError, shorten
from local_cloud.sagemaker.jobs.process import Outcome, base_of
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.supervisor import STATE_VARIABLE

_CONTAINER_BASE = "/opt/ml"
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def environment(job: Job, folder: Path, credentials: Credentials | None) -> dict[str, str]:
    """Return the variables of every job; `credentials` is None for a job without network, as on AWS."""
    base = str(base_of(folder))
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", ""), _SYSTEM_PATH]
    home = folder / "home"
    home.mkdir(exist_ok=True)
    cache = job.call.platform.state_dir / "sagemaker-cache"
    cache.mkdir(parents=True, exist_ok=True)
    variables = {
        "PATH": ":".join(part for part in path if part), "HOME": str(home), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1",
        "AWS_REGION": job.call.store.region, "AWS_DEFAULT_REGION": job.call.store.region,
        "ML_LOOP_BASE_DIR": base, "SAGEMAKER_BASE_DIR": base,
        STATE_VARIABLE: str(job.call.platform.state_dir),  # by which a later start finds what a killed server left
        # Threads that wait for each other by spinning stand still on a machine that does something else besides.
        "OMP_WAIT_POLICY": "PASSIVE",
        "MPLCONFIGDIR": str(cache),  # matplotlib looks through all fonts where it has no cache
    }  # fmt: skip
    if credentials is not None:
        variables.update(credentials.environment(), AWS_ENDPOINT_URL=job.call.platform.endpoint_url)
    return variables


def in_folder(text: str, folder: Path) -> str:
    """Return a word of a command with /opt/ml replaced by the folder that stands for it, where it is not real."""
    return text.replace(_CONTAINER_BASE, str(base_of(folder)))


def local(path: str, folder: Path) -> Path:
    """Return where a container path below /opt/ml lies; JobFailureError if it is not below it."""
    base = (folder / "ml").resolve()
    target = (base / Path(path).relative_to(_CONTAINER_BASE)).resolve() if path.startswith("/opt/ml/") else None
    if target is None or not target.is_relative_to(base):
        raise JobFailureError(f"ClientError: the local path {path} is not below /opt/ml, which the local cloud needs.")
    return target


def write_json(path: Path, content: Any) -> None:
    """Write a configuration file of the container contract."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def check(outcome: Outcome, folder: Path, kind: str = "AlgorithmError") -> None:
    """Raise JobFailureError if a program failed: with what it left in output/failure, else with its last line."""
    if outcome.exit_code == 0:
        return
    left = read_short(folder / "ml/output/failure")
    said = left or outcome.last_error or "the program wrote nothing"
    ending = f", exit code: {outcome.exit_code}"
    raise JobFailureError(f"{kind}: {shorten(said)[: 1000 - len(ending)]}{ending}")


def check_all(
    outcomes: Mapping[str, Outcome],
    folders: Mapping[str, Path],
    kind: Callable[[int], str] = lambda _: "AlgorithmError",
) -> None:
    """Raise JobFailureError for the program that failed first; others may have failed because it was gone.

    `kind` makes the reason's first word of an exit code.
    """
    for host, outcome in sorted(outcomes.items(), key=lambda item: item[1].ended_at):
        if outcome.ended_by != "peer":
            check(outcome, folders[host], kind(outcome.exit_code))


def read_short(path: Path) -> str:
    """Return the beginning of a file that a program may have left, or nothing."""
    try:
        return shorten(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""
