"""The command line of the job scripts."""

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from . import use_case, wheels
from .errors import StepError
from .folders import Folders

STEPS = {
    "warm_start": "warm_start",
    "prepare": "prepare",
    "evaluate": "evaluate",
    "split_batch": "batch.split",
    "collect_batch": "batch.collect",
    "outcomes": "outcomes.reduce",
    "monitor": "monitoring.monitor",
    "monitor_sketch": "monitoring.sketch",
    "monitor_merge": "monitoring.merge",
    "sample": "sampling.choose",
    "deliver": "sampling.deliver",
}
SPLIT_UNTIL = "ML_LOOP_SPLIT_UNTIL"
_MESSAGE_BYTES = 1024  # what DescribeProcessingJob shows


def main(arguments: Sequence[str]) -> int:
    """Run a step and return its exit code; a failure's reason goes to stderr and to the job's exit message."""
    parser = argparse.ArgumentParser(prog="steps", description="Run one job of a use case's pipeline.")
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--use-case", required=True, help="folder beside steps, for example flight_delays")
    options = parser.parse_args(arguments)
    folders = Folders.from_environment()
    folders.exit_message.unlink(missing_ok=True)  # of an earlier run in the same folders, on a laptop
    try:
        with wheels.importable(folders):
            # Only the wanted step is imported: evaluating needs xgboost, preparing does not.
            step = importlib.import_module(f".{STEPS[options.step]}", __package__)
            folders.empty(*step.OUTPUTS)
            step.run(use_case.with_bounds(use_case.load(options.use_case), os.environ.get(SPLIT_UNTIL)), folders)
    except StepError as error:
        _explain(folders, f"{options.step}: {error}")
    except Exception as error:  # the job must say why it failed, whatever it was
        traceback.print_exc()
        _explain(folders, f"{options.step}: {type(error).__name__}: {error}")
    else:
        return 0
    return 1


def _explain(folders: Folders, message: str) -> None:
    print(message, file=sys.stderr, flush=True)
    folders.exit_message.parent.mkdir(parents=True, exist_ok=True)
    folders.exit_message.write_bytes(message.encode()[:_MESSAGE_BYTES].decode(errors="ignore").encode())
