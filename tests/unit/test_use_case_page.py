"""docs/use-cases.md knows every key that a use case file may have, and every option of the command that writes one."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config import UseCase

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "use-cases.md").read_text()
LABELLING = (ROOT / "docs" / "labelling.md").read_text()  # which it points to for the section `label`


def keys(schema: dict[str, Any]) -> Iterator[str]:
    for section in (schema, *schema["$defs"].values()):
        yield from section.get("properties", {})


def test_the_page_explains_every_key() -> None:
    explained = set(re.findall(r"`([a-z0-9_]+)`", PAGE))
    for text in re.findall(r"```.*?```|`[^`]+`", LABELLING, re.DOTALL):  # `limits.objects` explains both
        explained.update(re.findall(r"[a-z0-9_]+", text))
    assert set(keys(UseCase.model_json_schema())) - explained - {"rule", "why"} == set()
    assert "each `rule` has a `why`" in PAGE


@pytest.mark.parametrize(("command", "least"), [("new", 8), ("data", 4)])
def test_the_page_explains_every_option(command: str, least: int) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "ops", "use-case", command, "--help"],
        cwd=ROOT, check=True, capture_output=True, text=True, env={"COLUMNS": "200", "PATH": ""},
    ).stdout  # fmt: skip
    options = set(re.findall(r"--[a-z-]+", shown)) - {"--help"}
    assert len(options) >= least
    for option in options:
        assert option in PAGE, option
