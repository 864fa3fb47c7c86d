"""`python -m local_cloud --port N --state-dir DIR`: serve in the foreground. People use `python -m ops local up`."""

import argparse
from pathlib import Path

from local_cloud import server
from local_cloud.clients import DEFAULT_PORT, ROOT


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m local_cloud", description="The laptop's AWS, on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--state-dir", type=Path, default=ROOT / "build" / "local-cloud")
    arguments = parser.parse_args()
    server.run(arguments.port, arguments.state_dir.resolve())


if __name__ == "__main__":
    main()
