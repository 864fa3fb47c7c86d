"""A use case from a file: read it, infer what it holds, check that it can be learnt from, write the folder.

`create` is the way in. Files are read by DuckDB, which streams them, so that their size is limited by the disk alone;
why it is not pandas, and where the raw data goes, is told in docs/decisions/use-case-from-a-file.md.
"""

from ops.new_use_case.create import Created, create
from ops.new_use_case.errors import DataError
from ops.new_use_case.request import Request

__all__ = ["Created", "DataError", "Request", "create"]
