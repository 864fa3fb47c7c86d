"""An environment's file that is right, changed at one place by tests."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from config.loading import ROOT

GOOD = {
    "name": "dev",
    "owner": "team",
    "cost_center": "c-1",
    "use_cases": ["flight_delays"],
    "network": {"cidr": "10.10.0.0/20", "zones": ["ap-northeast-1a"]},
    "access": {"allowed_cidrs": ["203.0.113.0/24"]},
    "notebooks": [{"name": "looking"}],
    "budget": {"monthly_usd": 10},
}
GITHUB = {"url": "https://github.com/org/models"}
CODECOMMIT = {"url": "https://git-codecommit.ap-northeast-1.amazonaws.com/v1/repos/models"}
SECRET = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:git-AbCdEf"
REMEDY = r"(Correct|Choose|Add|Remove|Rename|Mend|Check|Create|Set|Name|Save|Put|Did you mean)\b.*[.?]$"


def make_root(folder: Path) -> Path:
    """Make a repository with one use case and no environments of a folder, and return it."""
    (folder / "environments").mkdir()
    use_case = folder / "pipelines_src" / "flight_delays"
    use_case.mkdir(parents=True)
    shutil.copy(ROOT / "pipelines_src/flight_delays/use_case.yaml", use_case)
    shutil.copy(ROOT / "pipelines_src/flight_delays/transformations.py", use_case)
    return folder


def changed(path: str, value: object) -> dict[str, object]:
    document: dict[str, object] = yaml.safe_load(yaml.safe_dump(GOOD))
    *sections, key = path.split(".")
    section: Any = document
    for name in sections:
        section = section.setdefault(name, {})
    if value is ...:
        del section[key]
    else:
        section[key] = value
    return document
