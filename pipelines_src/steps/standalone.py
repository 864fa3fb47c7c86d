"""Prepare outside of SageMaker, on AWS Glue and AWS Batch: raw data from S3, what is made to S3, the manifest last.

Glue's workers read the raw files from S3 themselves; for DuckDB they are brought to the machine's disk. What is made is
written to the disk of the machine that runs this, whole, and delivered when all of it is there. A folder is of one
execution of the state machine, so that one which was delivered is what that execution wants, however often it asks.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import prepare, s3_files, use_case
from .engines import reads_addresses
from .folders import Folders


def main(arguments: Sequence[str]) -> None:
    """Run the preparation; arguments that are not its own are Glue's and left alone.

    Raises:
        StepError: it cannot be done; the text says what to do. Glue and Batch show it as the job's reason.
    """
    parser = argparse.ArgumentParser(prog="standalone", description="Prepare data that lies in S3.", allow_abbrev=False)
    parser.add_argument("--use_case", required=True, help="folder beside steps, for example flight_delays")
    parser.add_argument("--raw", required=True, help="s3://bucket/folder of the raw files")
    parser.add_argument("--labels", help="s3://bucket/folder of the labelled set, where labels are read of it")
    parser.add_argument("--prepared", required=True, help="s3://bucket/folder that is to be made")
    parser.add_argument("--split_until", help="ends of train, validation and test, where others than the file's")
    parser.add_argument("--scratch", help="s3://bucket/folder that every worker reaches")
    options, _ = parser.parse_known_args(arguments)
    if s3_files.delivered(options.prepared):  # by a job that was killed before it could say so
        print(f"{options.prepared}: all of it is there; nothing is prepared again", flush=True)
        return
    settings = use_case.with_bounds(use_case.load(options.use_case), options.split_until)
    with tempfile.TemporaryDirectory(prefix="ml-loop-") as base:
        read = {"raw": options.raw} | ({"labels": options.labels} if options.labels else {})
        folders = Folders(Path(base), read, options.scratch)
        if not reads_addresses(settings.prepare["engine"]):
            folders = Folders(Path(base))
            s3_files.download(options.raw, folders.input("raw"))
            if options.labels:
                s3_files.download(options.labels, folders.input("labels"), whether_any=True)
        prepare.run(settings, folders)
        s3_files.deliver(folders.outputs, options.prepared)


if __name__ == "__main__":
    main(sys.argv[1:])
