"""The records of one captured request, in plain Python; `bodies` is the same in SQL, for many."""

import base64
import json
from typing import Any

from ..answers import JSON_LINES


def documents(data: str, encoding: str, content_type: str) -> list[Any]:
    """Return the records of a body in JSON or JSON Lines; ValueError if it is none."""
    text = base64.b64decode(data, validate=True).decode() if encoding.upper() == "BASE64" else data
    if content_type.partition(";")[0].strip().lower() == JSON_LINES:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    whole = json.loads(text)
    if isinstance(whole, dict) and isinstance(whole.get("instances"), list):
        instances: list[Any] = whole["instances"]
        return instances
    return [whole]
