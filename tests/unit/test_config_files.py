"""Files that are broken or missing give messages for people; what is right has safe defaults."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import ConfigError, check_all, load_environment, load_use_case
from config.loading import ROOT
from config.remarks import remarks
from config.use_case.name import is_name
from config.yaml_file import read
from tests.unit.config_kit import CODECOMMIT, GITHUB, GOOD, REMEDY, SECRET, changed, make_root

TEXTS = {
    "tab": ("name: dev\n\towner: x\n", [":2:", "not YAML"]),
    "unclosed": ("name: [dev\n", ["not YAML"]),
    "empty": ("", ["nothing", "mapping"]),
    "list": ("- name: dev\n", ["list", "mapping"]),
    "twice": ("name: dev\nname: prod\n", [":2:", "name", "twice", "line 1"]),
    "nested twice": ("name: dev\nnetwork:\n  cidr: a\n  cidr: b\n", [":4:", "network.cidr", "twice"]),
    "python tag": ("name: !!python/object:os.system x\n", [":1:", "not YAML"]),
    "impossible date": ("name: dev\nowner: 2013-02-30\n", [":2: owner: found 2013-02-30", "no date"]),
    "number of 5,000 digits": (f"name: {'1' * 5000}\n", [":1: name: found 1111", "5,000 digits"]),
    "too deep": (f"name: dev\nowner: {'[' * 60}{']' * 60}\n", [":2:", "50 levels"]),
    "too deep for the parser": (f"owner: {'[' * 3000}{']' * 3000}\n", ["50 levels"]),
    "aliases of aliases": (
        "b0: &b0 [1, 1]\n" + "".join(f"b{at}: &b{at} [{f'*b{at - 1}, ' * 9}]\n" for at in range(1, 9)),
        ["more than 100000 values"],
    ),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path)


@pytest.mark.parametrize("kind", TEXTS)
def test_a_broken_file_is_explained(root: Path, kind: str) -> None:
    text, expected = TEXTS[kind]
    (root / "environments/dev.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_environment("dev", root)
    assert str(caught.value).startswith("environments/dev.yaml")
    for part in expected:
        assert part in str(caught.value)
    assert re.search(REMEDY, str(caught.value)) or "allowed is" in str(caught.value)


def test_a_file_that_is_not_text_is_explained(root: Path) -> None:
    (root / "environments/dev.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"environments/dev\.yaml:1: byte 0 is not UTF-8"):
        load_environment("dev", root)


def test_a_missing_environment_names_those_that_exist(root: Path) -> None:
    (root / "environments/prod.yaml").write_text("")
    with pytest.raises(ConfigError, match=r"environments/dev\.yaml: does not exist; known environments: prod"):
        load_environment("dev", root)


def test_a_link_that_leads_nowhere_is_told_as_that(root: Path) -> None:
    (root / "environments/dev.yaml").symlink_to("../elsewhere/dev.yaml")
    (root / "pipelines_src/other").mkdir()
    (root / "pipelines_src/other/use_case.yaml").symlink_to("use_case.yaml")
    environment, use_case = check_all(root)
    assert environment.startswith("environments/dev.yaml: is a link to ../elsewhere/dev.yaml, which is not there;")
    assert use_case.startswith("pipelines_src/other/use_case.yaml: is a link to use_case.yaml, which is not there;")
    assert all(re.search(REMEDY, line) for line in (environment, use_case))


def test_a_missing_use_case_names_those_that_exist(root: Path) -> None:
    with pytest.raises(ConfigError, match="known use cases: flight_delays"):
        load_use_case("other", root)


def test_overlapping_networks_of_two_environments_are_found(root: Path) -> None:
    (root / "environments/dev.yaml").write_text(yaml.safe_dump(GOOD))
    (root / "environments/two.yaml").write_text(yaml.safe_dump(GOOD | {"name": "two"}))
    [problem] = check_all(root)
    assert "environments/two.yaml" in problem
    assert "overlaps" in problem


def test_the_defaults_are_the_safe_ones(root: Path) -> None:
    (root / "environments/dev.yaml").write_text(yaml.safe_dump(GOOD))
    environment = load_environment("dev", root)
    assert environment.region == "ap-northeast-1"
    assert environment.termination_protection
    assert environment.retention.removal == "retain"
    assert not environment.retention.allow_data_loss
    [notebook] = environment.notebooks
    assert (notebook.idle_stop_minutes, notebook.own_disks, notebook.repository) == (60, None, None)


@pytest.mark.parametrize(
    ("notebook", "services"),
    [
        ({}, set()),
        ({"instance": "ml.p3.2xlarge"}, set()),
        ({"instance": "ml.g5.xlarge", "own_disks": "Public images only"}, set()),
        ({"repository": CODECOMMIT | {"branch": "main"}}, {"git-codecommit"}),
        ({"repository": GITHUB | {"inside_network": "GitHub Enterprise, VPC peering"}}, set()),
        (
            {"repository": GITHUB | {"inside_network": "GitHub Enterprise, VPC peering", "credentials_secret": SECRET}},
            {"secretsmanager"},
        ),
    ],
)
def test_a_notebook_says_which_services_it_needs(root: Path, notebook: dict[str, Any], services: set[str]) -> None:
    document = changed("notebooks", [{"name": "looking"} | notebook])
    (root / "environments/dev.yaml").write_text(yaml.safe_dump(document))
    assert load_environment("dev", root).notebooks[0].services == services


def test_the_committed_files_are_valid_and_the_schemas_current() -> None:
    assert check_all() == []
    done = subprocess.run(
        [sys.executable, "-m", "ops", "config", "schema", "--check"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "file",
    [*ROOT.glob("environments/*.yaml"), *ROOT.glob("pipelines_src/*/use_case.yaml")],
    ids=lambda file: f"{file.relative_to(ROOT)}",
)
def test_the_committed_files_are_the_same_to_both_parsers(file: Path) -> None:
    # PyYAML has libyaml's only where that is installed, and its own is stricter: `? ` inside braces begins a key.
    assert yaml.safe_load(file.read_text()) == read(file, file.name).content


def test_the_command_prints_no_traceback(root: Path) -> None:
    (root / "environments/dev.yaml").write_text(yaml.safe_dump(changed("region", "tokyo")))
    script = (
        "import sys; from pathlib import Path; import config, ops.config as command\n"
        f"command.check_all = lambda: config.check_all(Path({str(root)!r}))\n"
        "command.app(['check'])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "environments/dev.yaml:" in done.stderr


def test_an_environment_in_earnest_is_told_what_is_not_on() -> None:
    prod = load_environment("prod")
    open_access = prod.access.model_copy(update={"allowed_cidrs": ()})
    bare = prod.model_copy(update={"alarm_email": None, "access": open_access})
    assert ["alarm_email" in text or "allowed_cidrs" in text for text in remarks(bare)] == [True, True]
    serverless = prod.serving.model_validate({"serverless": {}})
    without_instances = list(remarks(bare.model_copy(update={"serving": serverless})))
    assert ["outside the private network" in text for text in without_instances] == [False, True, False]
    assert list(remarks(bare.model_copy(update={"termination_protection": False}))) == []


def test_use_cases_that_nothing_watches_deserve_a_remark() -> None:
    prod, watched = load_environment("prod"), load_use_case("flight_delays")
    others = list(remarks(prod, [watched]))
    assert others == list(remarks(prod))
    *same, added = remarks(prod, [watched.model_copy(update={"monitor": None})])
    assert same == others
    assert "flight_delays" in added
    assert "Add a section `monitor`" in added


@pytest.mark.parametrize(
    ("resample", "hours", "told"),
    [
        ("day", 24, True),
        ("day", 47, True),
        ("day", 48, False),
        ("row", 24, False),
        ("hour", 24, False),
        ("week", 168, True),
    ],
)
def test_windows_of_a_single_period_deserve_a_remark(resample: str, hours: int, told: bool) -> None:
    prod, watched = load_environment("prod"), load_use_case("flight_delays")
    assert watched.monitor
    monitor = watched.monitor.model_copy(update={"window_hours": hours})
    evaluate = watched.evaluate.model_copy(update={"resample": resample})
    found = list(remarks(prod, [watched.model_copy(update={"monitor": monitor, "evaluate": evaluate})]))
    assert any("never alarm" in text for text in found) == told


@pytest.mark.parametrize("name", ["pumps_", "p", "class", "steps", "Pumps", "a" * 31, "pump_monitoring", "a_batch"])
def test_a_use_case_that_aws_or_python_could_not_name_is_refused(name: str) -> None:
    assert not is_name(name)


def test_an_alias_that_holds_itself_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "round.yaml"
    path.write_text("a: &a\n  - *a\n")
    with pytest.raises(ConfigError, match=r"round.yaml:\d: an alias"):
        read(path, "round.yaml")


def test_a_file_that_nobody_reads_is_told(tmp_path: Path) -> None:
    for name in ("environments/qa.yml", "pipelines_src/pumps/use_case.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert check_all(tmp_path) == [
        "environments/qa.yml: ends with .yml, and only .yaml is read. Rename it to qa.yaml.",
        "pipelines_src/pumps/use_case.yml: ends with .yml, and only .yaml is read. Rename it to use_case.yaml.",
    ]
