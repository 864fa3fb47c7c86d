"""The commands: each is there, says of itself what the list says of it, and imports what it needs and no more."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ops.__main__ import app
from ops.commands import COMMANDS, load


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_what_the_list_says(name: str) -> None:
    loaded = load(name)
    assert loaded.name == name
    told = COMMANDS[name][1].removesuffix(".")
    assert " ".join((loaded.help or "").split()).startswith(told.split(",")[0].split(":")[0])


def test_the_list_has_all_commands_and_a_wrong_one_is_told_its_neighbours() -> None:
    listed = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert all(f" {name} " in listed.output and about in listed.output for name, (_, about) in COMMANDS.items())
    wrong = CliRunner().invoke(app, ["reveiw"])
    assert wrong.exit_code == 2
    assert "review" in wrong.output


def _imported(*words: str) -> set[str]:
    script = (
        "import sys; sys.argv = ['ops', *sys.argv[1:]]\n"
        "from ops.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_neither_the_list_nor_a_review_waits_for_the_libraries_of_others(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("templates") / "a.json"
    file.write_text('{"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "x"}}}}')
    heavy = {"boto3", "botocore", "pandas", "numpy", "duckdb", "aws_cdk", "matplotlib", "sagemaker", "sklearn"}
    assert not _imported("--help") & (heavy | {"pydantic"})
    assert not _imported("review", "--base-template", str(file), "--head-template", str(file)) & heavy
