"""Stop this notebook instance when nothing has run or been used in it for a while; started every few minutes.

It asks Jupyter, on the instance itself, which kernels and terminals there are. An instance is in use while a kernel is
busy, and until `--minutes` after the last activity of any kernel or terminal, or after the start if there was none. An
open browser tab alone is no use. When Jupyter does not answer, the last answer counts.

Runs on the instance with its own Python: standard library and boto3 only.
"""

import argparse
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

METADATA = Path("/opt/ml/metadata/resource-metadata.json")
# Jupyter of a notebook instance answers here, without a token, behind SageMaker's own sign-in.
JUPYTER = "https://127.0.0.1:8443"
BUSY = {"busy", "starting", "restarting"}
TIMEOUT_S = 20


def ask(jupyter: str, path: str) -> list[dict[str, Any]]:
    """Return what Jupyter lists, nothing if it does not answer; `no_track_activity`, or the question would be use."""
    # The certificate is of Jupyter's own making, and the connection does not leave the machine.
    context = ssl._create_unverified_context() if jupyter.startswith("https:") else None  # noqa: S323
    url = f"{jupyter}/api/{path}?no_track_activity=1"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S, context=context) as answer:  # noqa: S310 - http(s), as given
            found: list[dict[str, Any]] = json.load(answer)
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        print(f"Jupyter does not list its {path}: {error}", file=sys.stderr)
        return []
    return found


def last_use(kernels: Iterable[dict[str, Any]], terminals: Iterable[dict[str, Any]], now: float) -> float:
    """Return when something was used last, epoch seconds; `now` while a kernel is busy, 0 if there is nothing."""
    kernels = list(kernels)
    if any(kernel.get("execution_state") in BUSY for kernel in kernels):
        return now
    times = [item["last_activity"] for item in [*kernels, *terminals] if item.get("last_activity")]
    return max((datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() for text in times), default=0.0)


def remembered(state: Path, now: float) -> float:
    """Return the last use that is known from before; the first time, that is now."""
    try:
        # A clock that went back must not keep the instance for longer than it may be idle.
        return min(float(state.read_text(encoding="utf-8")), now)
    except (OSError, ValueError):
        return now


def look(jupyter: str, state: Path, now: float) -> float:
    """Return how long nothing was used, seconds, and remember when that was: closed kernels are not listed."""
    listed = last_use(ask(jupyter, "kernels"), ask(jupyter, "terminals"), now)
    used = max(remembered(state, now), min(listed, now))
    state.write_text(str(used), encoding="utf-8")
    return now - used


def stop(metadata: Path) -> None:
    """Stop the instance with the credentials of its role."""
    import boto3  # not before it is needed: it takes a second, and this runs every few minutes

    resource = json.loads(metadata.read_text(encoding="utf-8"))
    region = resource["ResourceArn"].split(":")[3]
    boto3.client("sagemaker", region_name=region).stop_notebook_instance(NotebookInstanceName=resource["ResourceName"])


def main() -> None:
    """Look once, and stop if it has been idle for long enough."""
    parser = argparse.ArgumentParser(description="Stop this notebook instance if it is idle.")
    parser.add_argument("--minutes", type=float, required=True, help="idle for so long, it is stopped")
    parser.add_argument("--state", type=Path, required=True, help="remembers the last use between two looks")
    parser.add_argument("--jupyter", default=JUPYTER, help="where Jupyter answers")
    parser.add_argument("--metadata", type=Path, default=METADATA, help="says which instance this is")
    options = parser.parse_args()
    idle = look(options.jupyter, options.state, time.time())
    print(f"idle for {idle / 60:.0f} of {options.minutes:g} minutes")
    if idle >= options.minutes * 60:
        stop(options.metadata)


if __name__ == "__main__":
    main()
