"""What AWS Glue runs; the code and its libraries are in zips that Glue puts on Python's path.

It ends without an exit code: Glue takes every SystemExit for a failure.
"""

import sys

from pipelines_src.steps.standalone import main

main(sys.argv[1:])
