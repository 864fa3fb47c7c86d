"""What every template promises to CloudFormation, and synthesis to everybody."""

import json
from pathlib import Path
from typing import Any

from tests.assembly import write
from tests.cfn_lint import problems


def files(outdir: Path) -> dict[str, bytes]:
    return {str(path.relative_to(outdir)): path.read_bytes() for path in sorted(outdir.rglob("*")) if path.is_file()}


def test_two_processes_write_the_same_bytes_without_network_and_credentials(
    assembly_folder: Path, tmp_path: Path
) -> None:
    write(tmp_path / "again")
    first, second = files(assembly_folder), files(tmp_path / "again")
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []
    assert sum(name.endswith(".template.json") for name in first) >= 24


def test_cfn_lint_finds_nothing(templates: dict[str, Any]) -> None:
    assert problems(templates) == []


def test_cfn_lint_would_find_something(templates: dict[str, Any]) -> None:
    broken = json.loads(json.dumps(templates["dev-data"]))
    bucket = next(r for r in broken["Resources"].values() if r["Type"] == "AWS::S3::Bucket")
    bucket["Properties"]["Versioning"] = True
    assert any("E3002" in problem for problem in problems({"broken": broken}))
