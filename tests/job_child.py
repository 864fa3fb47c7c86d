"""What a forked process does for `tests.job_process`, which gives it GIVEN: words, variables, files of its streams."""

import os
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[1])


def run(words: list[str], variables: Mapping[str, str], *streams: str) -> None:
    """Become the job, as `python -I <words>` would: with nothing of this repository in sight but its asset."""
    redirect(*streams)
    os.environ.clear()
    os.environ.update(variables)
    own = [path for path in sys.path if not path or (path.startswith(_ROOT) and "site-packages" not in path)]
    sys.path[:] = [path for path in sys.path if path not in own]
    sys.argv = words
    runpy.run_path(words[0], run_name="__main__")


def redirect(*streams: str) -> None:
    """Write stdout, and stderr, to files."""
    for number, path in enumerate(streams, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)


if __name__ == "__main__":
    run(*globals()["GIVEN"])
