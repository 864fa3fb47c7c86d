"""A job's code in a process of its own, as a container runs it, but for what it imports, which is there already.

Starting Python and importing pandas, DuckDB, Ibis, XGBoost and Matplotlib takes longer than most jobs of the tests. So
a server imports them once and is forked for each job; the code itself is imported anew from its asset.
"""

import multiprocessing
import os
import runpy
import subprocess
import tempfile
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

_LIBRARIES = [
    "pandas", "pyarrow.parquet", "duckdb", "ibis.backends.duckdb", "xgboost", "scipy.stats", "jinja2",
    "matplotlib.figure", "matplotlib.backends.backend_svg", "sklearn.cluster", "sklearn.metrics",
]  # fmt: skip
_CHILD = str(Path(__file__).with_name("job_child.py"))


def run_job(
    asset: Path, job: str, use_case: str, base: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `<asset> <job> --use-case <use case>` with the container's folders below `base`; wait for its end."""
    words = [str(asset), job, "--use-case", use_case]
    return fork(_CHILD, words, {"ML_LOOP_BASE_DIR": str(base), "PATH": os.environ["PATH"], **(variables or {})})


def fork(child: str, *given: Any) -> subprocess.CompletedProcess[str]:
    """Fork a process that runs the file `child` with GIVEN, the files of its streams last; wait for its end."""
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / name for name in ("stdout", "stderr")]
        for path in said:
            path.touch()
        variables = {"GIVEN": (*given, *map(str, said))}
        process = _server().Process(target=runpy.run_path, args=(child, variables, "__main__"))
        process.start()
        process.join()
        return subprocess.CompletedProcess(given, process.exitcode or 0, *(path.read_text() for path in said))


def _server() -> ForkServerContext:
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(_LIBRARIES)
    return server
