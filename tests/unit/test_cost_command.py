"""`python -m ops cost`: an environment's name alone will do, every form says the same, and mistakes are explained."""

import json
import subprocess  # replaced
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from config import load_environment
from ops.cost import command, refresh
from ops.errors import OperationError

KEY = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}}
SERVER = {"Type": "AWS::EC2::Instance", "Properties": {}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cloud assembly with one stack of dev: two keys, and a machine that nothing here knows."""
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/ap-northeast-1",
        "properties": {
            "templateFile": "security.json",
            "stackName": "dev-security",
            "tags": {"ml-loop:environment": "dev"},
        },
    }
    template = {"Resources": {"One": KEY, "Two": KEY, "Server": SERVER}}
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"security": stack}}))
    (folder / "security.json").write_text(json.dumps(template))
    return folder


def run(*words: object) -> Any:
    return CliRunner().invoke(command.app, [str(word) for word in words])


def test_the_name_of_an_environment_is_enough(folder: Path) -> None:
    short = run("dev", "--assembly", folder, "--format", "json")
    assert short.exit_code == 0
    assert short.stdout == run("environment", "dev", "--assembly", folder, "--format", "json").stdout
    found = json.loads(short.stdout)
    assert found["by_stack"]["dev-security"] == {"idle": 2.0, "live": 0.0, "used": 0.0}
    assert found["budget_usd"] == load_environment("dev").budget.monthly_usd
    assert "AWS::EC2::Instance" in json.dumps(found["unpriced"])
    assert found["monthly_usd"]["total"] == pytest.approx(sum(line["monthly_usd"] or 0 for line in found["lines"]))
    assert {line["price_date"] for line in found["lines"]} - {""} == {source["date"] for source in found["sources"]}


def test_forms_go_to_a_file_or_to_the_terminal(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "cost"
    for form, begins in (("table", "dev, ap-northeast-1: 2."), ("markdown", "# What dev costs"), ("json", "{")):
        told = run("dev", "--assembly", folder, "--format", form, "--out", out)
        assert told.exit_code == 0
        assert told.stdout == ""
        assert "wrote" in told.stderr
        assert out.read_text().startswith(begins)
    page = tmp_path / "cost.html"
    assert run("dev", "--assembly", folder, "--format", "html", "--out", page).exit_code == 0
    assert "<title>ML Loop: what dev costs</title>" in page.read_text()


def test_one_table_of_prices_can_be_asked_for(folder: Path) -> None:
    found = json.loads(run("dev", "--assembly", folder, "--format", "json", "--date", "2020-02-21").stdout)
    assert found["monthly_usd"]["total"] == 0
    assert "AWS::KMS::Key: key" in found["unpriced"]  # and not what one costs now


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["dev", "--format", "html"], "needs a file"),
        (["staging"], "has no stacks of staging"),
        (["dev", "--date", "2020-02-22"], "2020-02-21"),
        (["dev", "--date", "../2020-02-21"], "2020-02-21"),
    ],
)
def test_mistakes_are_explained(folder: Path, words: list[str], says: str) -> None:
    told = run(*words, "--assembly", folder)
    assert isinstance(told.exception, OperationError)
    assert says in str(told.exception)


def test_an_environment_is_synthesised_where_no_assembly_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def fails(words: list[str], **more: Any) -> Any:
        asked.append((words[1:], json.loads(more["env"]["CDK_CONTEXT_JSON"])))
        return type("Ended", (), {"returncode": 1, "stderr": "it has no zones\n"})

    monkeypatch.setattr(subprocess, "run", fails)
    told = run("dev")
    assert asked == [(["app.py"], {"environments": "dev"})]
    assert str(told.exception) == "dev cannot be synthesised:\nit has no zones"


def test_what_is_synthesised_is_priced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def synthesises(_: list[str], **more: Any) -> Any:
        for file in folder.iterdir():
            (Path(more["env"]["CDK_OUTDIR"]) / file.name).write_bytes(file.read_bytes())
        return type("Ended", (), {"returncode": 0})

    monkeypatch.setattr(subprocess, "run", synthesises)
    assert json.loads(run("dev", "--format", "json").stdout)["by_stack"]["dev-security"]["idle"] == 2.0


def test_prices_are_fetched_for_the_region_of_every_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def fetch(region: str, address: str) -> tuple[Path, list[str]]:
        asked.append((region, address))
        return Path("ops/cost/prices") / region / "2026-11-28.json", ["AWSGlue:ETL-DPU-Hour"]

    monkeypatch.setattr(refresh, "fetch", fetch)
    told = run("prices", "refresh", "--address", "http://127.0.0.1:1/")
    assert told.exit_code == 0
    assert asked == [("ap-northeast-1", "http://127.0.0.1:1")]
    assert "ap-northeast-1/2026-11-28.json" in told.stdout
    assert "AWSGlue:ETL-DPU-Hour" in told.stderr
    run("prices", "refresh", "--region", "eu-west-1")
    assert asked[1:] == [("eu-west-1", "https://pricing.us-east-1.amazonaws.com")]
