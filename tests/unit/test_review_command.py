"""`python -m ops review` and `make review`: what is written where, and how it ends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.__main__ import app
from ops.review import command, sides
from ops.review.sides import Sides

BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
LOOSE = {"Type": "AWS::S3::Bucket"}


def assembly(folder: Path, **resources: Any) -> Path:
    """A cloud assembly of one stack of production."""
    folder.mkdir(parents=True)
    (folder / "data.template.json").write_text(json.dumps({"Resources": resources}, indent=1))
    tags = {"ml-loop:environment": "prod"}
    properties = {"templateFile": "data.template.json", "stackName": "prod-data", "tags": tags}
    stack = {"type": "aws:cloudformation:stack", "environment": "aws://1/ap-northeast-1", "properties": properties}
    (folder / "manifest.json").write_text(json.dumps({"version": "1", "artifacts": {"Data": stack}}))
    return folder


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["review", *map(str, arguments)])


@pytest.fixture
def parted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """In place of two syntheses: a bucket that may be deleted from now on, under rules that were stricter."""
    rules = tmp_path / "base" / "environments" / "prod.yaml"
    rules.parent.mkdir(parents=True)
    rules.write_text("review: {block: {pipeline: low}}\n")
    base, head = assembly(tmp_path / "base" / "assembly", Raw=BUCKET), assembly(tmp_path / "head", Raw=LOOSE)

    @contextmanager
    def synthesised(reference: str, root: Path, folder: Path) -> Iterator[Sides]:
        assert (reference, folder) == ("origin/main", (tmp_path / "out").resolve())
        yield Sides(base, head, tmp_path / "base", "0123456789abcdef")

    monkeypatch.setattr(sides, "synthesised", synthesised)
    monkeypatch.setattr(command, "_FOLDER", tmp_path / "out")
    yield tmp_path / "out"


def test_against_a_commit_all_formats_are_written_and_the_comment_is_printed(parted: Path) -> None:
    done = run("--against", "origin/main")
    assert done.exit_code == 2
    names = {"review.md", "review.html", "review.json", "review.sarif"}
    assert {path.name for path in parted.iterdir()} == names
    assert done.stdout == (parted / "review.md").read_text()
    assert "⛔ **prod: data loss** closed" in done.stdout
    assert "what blocks is loosened: pipeline from low to never" in done.stdout
    assert all(name in done.stderr for name in names - {"review.md"})
    assert "Review against origin/main (0123456789ab)" in (parted / "review.html").read_text()
    document = json.loads((parted / "review.json").read_text())
    assert document["templates"] == {"prod-data": "data.template.json"}  # no folder of this machine
    [result, *_] = json.loads((parted / "review.sarif").read_text())["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 3


def test_without_a_danger_it_ends_well(tmp_path: Path) -> None:
    base, head = assembly(tmp_path / "a", Raw=BUCKET), assembly(tmp_path / "b", Raw=BUCKET)
    done = run("--base", base, "--head", head, "--out", tmp_path / "to" / "review.md")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Nothing changes" in (tmp_path / "to" / "review.md").read_text()


def test_assemblies_know_of_loosened_rules_only_if_the_base_is_named(parted: Path, tmp_path: Path) -> None:
    both = ("--base", tmp_path / "base" / "assembly", "--head", tmp_path / "head", "--format", "json")
    alone, named = run(*both), run(*both, "--base-root", tmp_path / "base")
    assert (alone.exit_code, named.exit_code) == (2, 2)
    assert [gate["name"] for gate in json.loads(alone.stdout)["gates"]] == ["data_loss"]
    assert json.loads(named.stdout)["gates"][0]["name"] == "loosened"
