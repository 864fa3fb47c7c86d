"""Run a step: `python3 <asset>.zip prepare --use-case flight_delays`, or `python -m pipelines_src prepare ...`."""

import importlib
import sys

if __name__ == "__main__":
    # Inside the asset `steps` is a package of its own, in the repository it is pipelines_src.steps.
    prefix = f"{__package__}." if __package__ else ""
    sys.exit(importlib.import_module(f"{prefix}steps.cli").main(sys.argv[1:]))
