"""The first line of the jobs' code: `python3 <asset>.zip prepare`. In the asset it lies at the top."""

import sys

from pipelines_src.steps.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
