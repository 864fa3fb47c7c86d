"""Lines of exposures, as rows: whose request it was. What cannot be read is a row too, and costs itself only.

The collector writes them (docs/experiments.md): `{"inference_id": ..., "user": <pseudonym or null>, ...}`.
"""

import json
from collections.abc import Iterator
from typing import Any

from .reading import ERRORS, UNREADABLE, named

EXPOSED = {"id": "string", "user": "string"}


class Exposures:
    """Reads a line of exposures: a row for each request whose user is known, with the columns EXPOSED."""

    columns = EXPOSED

    def __call__(self, file: str, line: str) -> Iterator[tuple[Any, ...]]:
        """Yield the row of a line; of a line that is none its `user` names the file."""
        if not line.strip():
            return
        try:
            document = json.loads(line)
            name, user = document["inference_id"], document["user"] or ""
            if not (isinstance(name, str) and name and isinstance(user, str)):
                raise ValueError(line)
        except ERRORS:
            yield (UNREADABLE, named(file, 5))
            return
        if user:
            yield (name, user)
