"""What a container of your own runs on AWS Batch: fetch the code and its libraries, then prepare.

The image needs Python 3.11 or newer, boto3, duckdb, numpy, pandas and pyarrow. This text is the container's command, so
that the image has nothing of ours.
"""

import os
import runpy
import sys
import tempfile

import boto3

for name in ("CODE", "LIBRARIES"):
    bucket, _, key = os.environ[f"ML_LOOP_{name}_URI"].removeprefix("s3://").partition("/")
    path = f"{tempfile.gettempdir()}/{name}.zip"
    boto3.client("s3").download_file(bucket, key, path)
    sys.path.insert(0, path)
sys.argv = ["standalone", *sys.argv[1:]]
runpy.run_module("pipelines_src.steps.standalone", run_name="__main__")
