"""Makes `update_behaviour.json` of CloudFormation's schemas and documentation: `python -m ops.review.schema_table`.

For people who change the project; the review itself reads the table. The schemas are those that cfn-lint carries, which
rule I9001 of cloudformation-validate reads as well. The documentation is AWS's service specification, as
@aws-cdk/cloudformation-diff understands it. docs/replacement.md, made by the same command, shows where they differ.
"""

import json
import re
import subprocess  # runs this repository's own script
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ops.review.replacement import TABLE

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "replacement.md"
_SCRIPT = Path(__file__).with_name("documented.mjs")
_REGION = "us-east-1"  # where a type is first; types that are not there are taken from the first region that has them
_PACKAGES = ("@aws-cdk/cloudformation-diff", "@aws-cdk/aws-service-spec")
_OF_A_MACRO = "AWS::Serverless::"  # becomes other resources before CloudFormation compares anything
_MARKS = ("**Properties**", "**End**")
_TYPE = re.compile(r"AWS::[A-Za-z0-9]+::[A-Za-z0-9]+")
_IMPORT = re.compile(r"import aws_(\w+) as (\w+)")
_CLASS = re.compile(r"\b(\w+)\.Cfn([A-Za-z0-9]+)")
_WORDS = {"WILL_REPLACE": "replaces", "MAY_REPLACE": "may replace", "WILL_UPDATE": "in place"}
_KEYS = {"replace": "replaces", "may_replace": "may replace"}
Documented = Mapping[str, Mapping[str, str]]
Entry = dict[str, list[str]]


def documented() -> Documented:
    """Return what the peer says of each property of each type: `WILL_REPLACE`, `MAY_REPLACE` or `WILL_UPDATE`.

    Raises:
        subprocess.CalledProcessError: `make setup` was not run.
    """
    words = ["node", str(_SCRIPT)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - of our own
    found: Documented = json.loads(done.stdout)
    return {kind: said for kind, said in found.items() if not kind.startswith(_OF_A_MACRO)}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of each type."""
    import cfnlint.data.schemas as carried

    folder = Path(carried.__file__).parent
    regions = sorted((folder / "providers").glob("*.json"), key=lambda file: (file.stem != _REGION, file.stem))
    places: dict[str, str] = {}
    for file in regions:
        for kind, hashed in json.loads(file.read_text()).items():
            places.setdefault(kind, hashed)
    return {
        kind: json.loads((folder / "resources" / f"{hashed}.json").read_text())
        for kind, hashed in places.items()
        if not kind.startswith(_OF_A_MACRO)
    }


def entries(known: Mapping[str, Mapping[str, Any]], said: Documented) -> dict[str, Entry]:
    """Return of each type which properties replace it, which may, and which of these only the documentation names."""
    return {kind: _entry(known.get(kind, {}), said.get(kind, {})) for kind in sorted({*known, *said})}


def _entry(schema: Mapping[str, Any], said: Mapping[str, str]) -> Entry:
    replace, may = set(_paths(schema, "createOnlyProperties")), set(_paths(schema, "conditionalCreateOnlyProperties"))
    more = {name for name, impact in said.items() if impact == "WILL_REPLACE"} - replace
    perhaps = {name for name, impact in said.items() if impact == "MAY_REPLACE"} - replace - may
    found = {
        "replace": sorted(replace | more),
        "may_replace": sorted((may | perhaps) - more - replace),
        "documented": sorted(more | perhaps),
    }
    return {key: value for key, value in found.items() if value}


def _paths(schema: Mapping[str, Any], key: str) -> list[str]:
    """Return paths in the schema's own words, `/properties/A/B`, as `A.B`."""
    return [path.removeprefix("/properties/").replace("/", ".") for path in schema.get(key, ())]


def table(found: Mapping[str, Entry]) -> str:
    """Return the file: a line per type, so that what a new version changes can be read."""
    lines = ",\n".join(f"  {json.dumps(kind)}: {json.dumps(entry)}" for kind, entry in found.items())
    return f'{{\n "source": {json.dumps(_source())},\n "types": {{\n{lines}\n }}\n}}\n'


def _source() -> str:
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    peers = " with ".join(f"{name} {lock[f'node_modules/{name}']['version']}" for name in _PACKAGES)
    return f"CloudFormation's resource schemas as in cfn-lint {version('cfn-lint')}; documentation as in {peers}"


def page(found: Mapping[str, Entry], known: Mapping[str, Mapping[str, Any]], said: Documented) -> str:
    """Return docs/replacement.md with the list of differences of this project's types made anew."""
    begin, end = _MARKS
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    rows = [
        row
        for kind in types_of_the_project(found)
        for row in _rows(kind, found[kind], _entry(known.get(kind, {}), {}), said.get(kind, {}))
    ]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    heading = "| type | property | schema | cloudformation-diff | review |\n|---|---|---|---|---|"
    return f"{before}{begin}\n\n{_source()}.\n\n{heading}\n{lines}\n\n{end}{rest.partition(end)[2]}"


def _rows(kind: str, ours: Entry, schema: Entry, theirs: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for name in sorted({*ours.get("replace", ()), *ours.get("may_replace", ()), *theirs}):
        unasked = "not asked" if "." in name else "unknown"
        verdicts = _verdict(schema, name), _WORDS.get(theirs.get(name, ""), unasked), _verdict(ours, name)
        if len(set(verdicts)) > 1:
            yield f"`{kind}`", f"`{name}`", *verdicts


def _verdict(entry: Entry, name: str) -> str:
    return next((words for key, words in _KEYS.items() if name in entry.get(key, ())), "in place")


def types_of_the_project(known: Iterable[str]) -> list[str]:
    """Return the types that stacks and constructs make, and that snapshots of the templates have.

    Args:
        known: all types, in which `batch.CfnJobQueue` is `AWS::Batch::JobQueue`.
    """
    by_class = {tuple(kind.lower().split("::")[1:]): kind for kind in known}
    found: set[str] = set()
    for folder in ("stacks", "constructs"):
        for file in (ROOT / folder).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            found.update(_TYPE.findall(text))
            modules = {alias: module for module, alias in _IMPORT.findall(text)}
            classes = [(modules.get(alias, ""), name.lower()) for alias, name in _CLASS.findall(text)]
            found.update(by_class[one] for one in classes if one in by_class)
    for snapshot in (ROOT / "tests" / "snapshot").glob("*.json"):
        found.update(_TYPE.findall(snapshot.read_text(encoding="utf-8")))
    return sorted(found & set(known))


def main() -> None:
    """Write the table and the page."""
    known, said = schemas(), documented()
    found = entries(known, said)
    TABLE.write_text(table(found), encoding="utf-8")
    PAGE.write_text(page(found, known, said), encoding="utf-8")


if __name__ == "__main__":
    main()
