"""`python -m ops diagram`: what it writes, what it checks, and what it says of what it cannot draw."""

import json
from pathlib import Path

import pytest

from ops.diagram.command import command, narrow_of
from ops.errors import OperationError

BUCKET = {"Raw1A2B3C4D": {"Type": "AWS::S3::Bucket"}}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The assembly of an environment with one stack, as the CDK writes it."""
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/ap-northeast-1",
        "properties": {
            "templateFile": "data.json",
            "stackName": "dev-data",
            "tags": {"ml-loop:environment": "dev"},
        },
    }
    (folder / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": {"Data": stack}}))
    (folder / "data.json").write_text(json.dumps({"Resources": BUCKET}))
    return folder


def test_it_writes_one_for_pages_and_one_for_phones(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "pictures" / "dev.svg"
    command("dev", out=out, assembly=small)
    for path in (out, narrow_of(out)):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("<svg ") and text.endswith("</svg>\n")
        assert ">raw</text>" in text and "AWS::S3::Bucket dev-data/Raw1A2B3C4D" in text
    assert {path.name for path in out.parent.iterdir()} == {"dev.svg", "dev-narrow.svg"}


def test_a_check_writes_nothing_and_says_what_to_do(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "dev.svg"
    with pytest.raises(OperationError, match=r"dev\.svg is not what the templates of dev are now\. Run: python -m ops"):
        command("dev", out=out, assembly=small, check=True)
    assert not out.exists()
    command("dev", out=out, assembly=small)
    command("dev", out=out, assembly=small, check=True)
    more = {**BUCKET, "Models": {"Type": "AWS::S3::Bucket"}}
    (small / "data.json").write_text(json.dumps({"Resources": more}))
    with pytest.raises(OperationError, match="look at it, and commit it"):
        command("dev", out=out, assembly=small, check=True)


def test_an_old_picture_for_phones_is_found_too(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "dev.svg"
    command("dev", out=out, assembly=small)
    narrow_of(out).write_text("<svg/>")
    with pytest.raises(OperationError, match=r"dev-narrow\.svg"):
        command("dev", out=out, assembly=small, check=True)


def test_what_is_not_there_is_said(small: Path, tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="has no stacks of prod; it has those of dev"):
        command("prod", assembly=small)
    with pytest.raises(OperationError, match="There is no environment qa; there are dev, local, prod, staging"):
        command("qa")
    with pytest.raises(OperationError, match=r"has no manifest\.json"):
        command("dev", assembly=tmp_path)
