"""The templates of every environment as reviewed: a difference is shown here before it is deployed anywhere.

`UPDATE_SNAPSHOTS=1 .venv/bin/python -m pytest tests/snapshot` writes them anew; read the difference, then commit it.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from config import environment_names

FOLDER = Path(__file__).parent
# Content hashes of assets and code change with every line of a script; what is deployed with it does not.
HASH = re.compile(r"\b[0-9a-f]{64}\b")


def normalised(templates: dict[str, Any], environment: str) -> str:
    own = {name: template for name, template in templates.items() if name.startswith(f"{environment}-")}
    return HASH.sub("<hash>", json.dumps(own, indent=1, sort_keys=True)) + "\n"


@pytest.mark.parametrize("environment", environment_names())
def test_nothing_changed_unseen(templates: dict[str, Any], environment: str) -> None:
    path = FOLDER / f"{environment}.json"
    found = normalised(templates, environment)
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.write_text(found, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing; write it with UPDATE_SNAPSHOTS=1"
    reviewed, now = json.loads(path.read_text(encoding="utf-8")), json.loads(found)
    assert list(now) == list(reviewed)
    for stack in now:
        assert now[stack] == reviewed[stack], f"{stack} differs; if it is meant, write it with UPDATE_SNAPSHOTS=1"


def test_no_snapshot_outlives_its_environment() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == environment_names()


def test_only_hashes_are_normalised() -> None:
    template = {"dev-data": {"Key": f"{'0123456789abcdef' * 4}.zip", "Days": 14}, "prod-data": {}}
    assert json.loads(normalised(template, "dev")) == {"dev-data": {"Key": "<hash>.zip", "Days": 14}}
