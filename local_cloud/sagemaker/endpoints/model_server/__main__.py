"""Serve the model in a folder: `python -m local_cloud.sagemaker.endpoints.model_server --model-dir D --port P`.

If the parent hands over a listening socket (systemd's protocol: LISTEN_FDS, descriptor 3), that is served instead of
the port; so a process without any network can serve on a Unix domain socket.
"""

import argparse
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from local_cloud.sagemaker.endpoints.model_server import script
from local_cloud.sagemaker.endpoints.model_server.http_server import MAX_BODY_BYTES, Server
from local_cloud.sagemaker.endpoints.model_server.reply import Handler

_FIRST_PASSED_DESCRIPTOR = 3
_BACKLOG = 512
_MEBIBYTE = 1024 * 1024


def main() -> None:
    """Load the model, then serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model-dir", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument(
        "--algorithm", choices=("xgboost", "kmeans"), default="xgboost", help="what serves without script"
    )
    parser.add_argument("--no-scripts", action="store_true", help="serve the algorithm whatever SAGEMAKER_PROGRAM says")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    model_dir = arguments.model_dir.resolve()
    os.environ["SM_MODEL_DIR"] = str(model_dir)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the image's default, read when the libraries load
    program = None if arguments.no_scripts else os.environ.get("SAGEMAKER_PROGRAM")
    load = None if program else _algorithm(arguments.algorithm)
    _forget_the_project()
    handle = load(model_dir) if load else script.handler(model_dir, str(program))
    parameters = {
        "MaxConcurrentTransforms": os.cpu_count(),
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": MAX_BODY_BYTES // _MEBIBYTE,
    }
    listener = _listener(arguments.port)
    print(
        f"Serving {'script ' + program if program else arguments.algorithm + ' algorithm'} mode from {model_dir}",
        flush=True,
    )
    Server(listener, handle, json.dumps(parameters).encode()).serve_forever()


def _algorithm(name: str) -> Callable[[Path], Handler]:
    # Each loads its libraries, which a script or another algorithm may not need.
    if name == "kmeans":
        from local_cloud.sagemaker.endpoints.model_server import kmeans

        return kmeans.handler
    # Boosters need no scikit-learn, which XGBoost imports where it is: two thirds of its start.
    sys.modules["sklearn"] = None  # type: ignore[assignment]  # how Python marks a module as absent
    from local_cloud.sagemaker.endpoints.model_server import algorithm

    return algorithm.handler


def _forget_the_project() -> None:
    # The image has none of this project's modules: a model's code that needs one must fail here as it does there.
    root = Path(__file__).resolve().parents[4]
    sys.path[:] = [entry for entry in sys.path if entry and Path(entry).resolve() != root]
    os.environ.pop("PYTHONPATH", None)


def _listener(port: int) -> socket.socket:
    if os.environ.pop("LISTEN_FDS", None) == "1":
        return socket.socket(fileno=_FIRST_PASSED_DESCRIPTOR)
    return socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)


if __name__ == "__main__":
    main()
