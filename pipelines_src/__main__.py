"""Run a step as a job would, in the same code: `python -m pipelines_src prepare --use-case flight_delays`."""

import argparse
import subprocess
import sys

from config import ConfigError, load_use_case
from pipelines_src.job_code import assembled


def main(arguments: list[str]) -> int:
    """Assemble the use case's code, run it, and return its exit code."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--use-case", required=True)
    known, _ = parser.parse_known_args(arguments)
    try:
        use_case = load_use_case(known.use_case)
    except ConfigError as error:
        sys.exit(str(error))
    with assembled(use_case) as code:
        return subprocess.run([sys.executable, str(code), *arguments], check=False).returncode  # noqa: S603 - itself


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
