"""Scores records with an unpacked package, by the code it brings: `python -c <this> <package> <records> <answers>`.

It runs by itself, in a process of its own, since the package has modules of the same names as the job.
"""

import importlib
import itertools
import sys
from pathlib import Path

ROWS = 2000
LINES = "application/jsonlines"


def main(package: str, records: str, answers: str) -> int:
    """Write a line per line of records, as an endpoint would answer it; return 1 after saying why it refuses."""
    sys.path.insert(0, str(Path(package) / "code"))
    serve = importlib.import_module("serve")
    model = serve.model_fn(package)
    with Path(records).open(encoding="utf-8") as lines, Path(answers).open("w", encoding="utf-8") as written:
        while chunk := list(itertools.islice(lines, ROWS)):
            answer = serve.transform_fn(model, "".join(chunk), LINES, LINES)
            if not isinstance(answer, tuple):
                print(answer.data.decode(), file=sys.stderr)
                return 1
            written.write(answer[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
