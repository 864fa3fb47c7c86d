"""Makes `update_behaviour.json` of CloudFormation's own schemas: `python -m ops.review.schema_table`.

The schemas are those that cfn-lint carries; rule I9001 of cloudformation-validate reads the same ones.
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ops.review.replacement import TABLE

_OVERLAY = Path(__file__).with_name("update_behaviour_overlay.json")
_REGION = "us-east-1"  # where a type is first; types that are not there are taken from the first region that has them


def generate() -> str:
    """Return the table: a line per type, so that what a new version changes can be read."""
    overlay = json.loads(_OVERLAY.read_text())
    lines = []
    for kind, schema in sorted(_schemas().items()):
        entry = _entry(schema, overlay["types"].get(kind, {}))
        lines.append(f"  {json.dumps(kind)}: {json.dumps(entry)}")
    source = f"CloudFormation's resource provider schemas as in cfn-lint {version('cfn-lint')}"
    head = f'{{\n "source": {json.dumps(source)},\n "overlay": {json.dumps(overlay["source"])},\n "types": {{\n'
    return head + ",\n".join(lines) + "\n }\n}\n"


def _entry(schema: dict[str, Any], overlay: dict[str, list[str]]) -> dict[str, list[str]]:
    replace = {*_paths(schema, "createOnlyProperties"), *overlay.get("replace", ())}
    may = {*_paths(schema, "conditionalCreateOnlyProperties"), *overlay.get("may_replace", ())} - replace
    found = {"replace": sorted(replace), "may_replace": sorted(may)}
    return {key: value for key, value in found.items() if value}


def _paths(schema: dict[str, Any], key: str) -> list[str]:
    """Return paths in the schema's own words, `/properties/A/B`, as `A.B`."""
    return [path.removeprefix("/properties/").replace("/", ".") for path in schema.get(key, ())]


def _schemas() -> dict[str, dict[str, Any]]:
    import cfnlint.data.schemas as carried  # for people who change the project; the review itself reads the table

    folder = Path(carried.__file__).parent
    regions = sorted((folder / "providers").glob("*.json"), key=lambda file: (file.stem != _REGION, file.stem))
    found: dict[str, str] = {}
    for file in regions:
        for kind, hashed in json.loads(file.read_text()).items():
            found.setdefault(kind, hashed)
    return {kind: json.loads((folder / "resources" / f"{hashed}.json").read_text()) for kind, hashed in found.items()}


if __name__ == "__main__":
    TABLE.write_text(generate())
