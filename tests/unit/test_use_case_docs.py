"""The tables of docs/use-cases.md say the defaults that the schema has."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from config.use_case.batch import BatchTransform
from config.use_case.evaluate import Evaluate
from config.use_case.monitor import Monitor
from config.use_case.prepare import Prepare
from config.use_case.retrain import Retrain

PAGE = Path(__file__).resolve().parents[2] / "docs" / "use-cases.md"
_LINE = re.compile(r"^\| (`[^|]*) \| .* \| ([^|]*) \|$", re.MULTILINE)


def told(section: str) -> dict[str, str]:
    """Return what the table of a section says of each key that is left out."""
    table = re.split(r"\n(?=\*\*|##)", PAGE.read_text(encoding="utf-8").split(f"\n**`{section}`**", 1)[1])[0]
    found: dict[str, str] = {}
    for keys, defaults in _LINE.findall(table):
        names = re.findall(r"`([^`]+)`", keys)
        values = defaults.split("; ")
        found |= dict(zip(names, values if len(values) == len(names) else [defaults] * len(names), strict=True))
    return found


@pytest.mark.parametrize(
    ("section", "model"),
    [
        ("prepare", Prepare),
        ("evaluate", Evaluate),
        ("batch", BatchTransform),
        ("retrain", Retrain),
        ("monitor", Monitor),
    ],
)
def test_numbers_in_the_tables_are_the_schemas(section: str, model: type[BaseModel]) -> None:
    fields, page = model.model_fields, told(section)
    assert fields.keys() <= page.keys(), "every key has a line"
    numbers = {name: field.default for name, field in fields.items() if type(field.default) in (int, float)}
    assert {name: page[name] for name in numbers} == {name: str(default) for name, default in numbers.items()}
