"""An error names file, line and key of the value that it is about, be it a type's, a rule's or YAML's own."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from config import ConfigError, check_all, load_environment, load_use_case
from config.loading import ROOT
from tests.unit.config_kit import make_root

ENVIRONMENT = """\
name: dev
owner: team
cost_center: c-1
use_cases: [flight_delays]
network:
  cidr: 10.10.0.0/20
  zones:
    - ap-northeast-1a
access:
  allowed_cidrs: [203.0.113.0/24]
budget:
  monthly_usd: 10
"""
# What is added or replaced, and the whole beginning of the message.
ENVIRONMENTS: list[tuple[str, str, str]] = [
    (
        "",
        "account: 123456789012",
        "13: account: found 123456789012, a number to YAML; allowed is text. Put it in quotes.",
    ),
    (
        "",
        "account: 012345670123",
        "13: account: found 012345670123, which is 1402433619 to YAML; allowed are numbers in",
    ),
    ("", "account: [1]", "13: account: found [1]; allowed is text. Correct"),
    ("owner: team", "owner: no", "2: owner: found no, true or false to YAML; allowed is text. Put it in quotes"),
    ("owner: team", "owner:", "2: owner: found nothing; allowed is text"),
    (
        "owner: team",
        "owner: 2024-02-30",
        "2: owner: found 2024-02-30, which is no date (day is out of range for month)",
    ),
    ("owner: team", "owner: te\0am", "2: holds U+0000, a character that text does not have"),
    ("owner: team", "owner: " + "x" * 300, '2: owner: found "xxx'),
    ("", "owner: !!bool x", "13: owner: stands twice, first on line 2"),
    ("", "alarm_email: !!timestamp x", "13: alarm_email: found x, which is not a date"),
    ("", "alarm_email: !!bool x", "13: alarm_email: found x, which is not true or false"),
    ("", "on: 1", "13: found the key on, true or false to YAML; allowed is text. Put it in quotes"),
    ("", "? [a]\n: 1", "13: found a list or mapping as a key"),
    ("cidr: 10.10.0.0/20", "cidr: 10", "6: network.cidr: found 10; allowed is an address range"),
    ("cidr: 10.10.0.0/20", "cidr: 10.10", "6: network.cidr: found 10.10; allowed is an address range"),
    ("- ap-northeast-1a", "- 1", "8: network.zones.0: found 1, a number to YAML; allowed is text. Put it in quotes."),
    ("- ap-northeast-1a", "- ap-northeast-1a\n    - us-east-1a", "9: network.zones.1: found 'us-east-1a'"),
    (
        "- ap-northeast-1a",
        "- ap-northeast-1a\n    - ap-northeast-1a",
        "9: network.zones.1: found 'ap-northeast-1a', which",
    ),
    ("monthly_usd: 10", "monthly_usd: 1:30", "12: budget.monthly_usd: found 1:30, which is 90 to YAML"),
    ("monthly_usd: 10", "monthly_usd: 010", "12: budget.monthly_usd: found 010, which is 8 to YAML"),
    ("monthly_usd: 10", "monthly_usd: " + "1" * 5000, "12: budget.monthly_usd: found 1111"),
    ("use_cases: [", "use_cases: [nope, ", "4: use_cases.0: found 'nope', but there is no pipelines_src/nope/"),
    ("name: dev", "name: other", "1: name: found 'other'; allowed is 'dev'"),
    ("", "retention:\n  log_days: 30\n  removal: destroy", "15: retention.removal: removal is 'destroy' but"),
    ("", "retention:\n  log_days: 30\n  allow_data_loss: true", "15: retention.allow_data_loss: removal is 'retain'"),
    (
        "",
        "serving:\n  bake_minutes: 5\n  champion: {instances: 1}",
        "15: serving.champion.instances: found 1, but shift",
    ),
    ("", "serving_of:\n  digits: {}", "14: serving_of.digits: is none of the environment's use cases"),
    ("", "network: {}", "13: network: stands twice, first on line 5"),
    (
        "budget:",
        "retention: {log_days: true}\nbudget:",
        "11: retention.log_days: found true; allowed is a whole number",
    ),
    ("", "notebooks:\n  - {name: a}\n  - {name: a}", "15: notebooks.1.name: found 'a', which stands there twice"),
    ("", "notebooks:\n  - name: a\n    use_cases: [flight_delays, x]", "15: notebooks.0.use_cases.1: found 'x'"),
]
USE_CASES: list[tuple[str, str, str]] = [
    ("num_round: 300", "num_round: 3.5", "train.hyperparameters.num_round: found 3.5; allowed is a whole number"),
    (
        "eta: 0.05",
        "eta: [0.05]",
        "train.hyperparameters.eta: found [0.05]; allowed is text or a whole number or a number.",
    ),
    ("eta: 0.05", "eta: .nan", "train.hyperparameters.eta: found .nan; allowed is text or a whole number or a finite"),
    ("eta: 0.05", "eta: true", "train.hyperparameters.eta: found true, true or false to YAML"),
    (
        "objective: binary:logistic",
        "objective: nonsense",
        "train.hyperparameters.objective: found 'nonsense'; allowed for",
    ),
    (
        "tree_method: hist",
        "tree_method: approx",
        "train.hyperparameters.tree_method: found 'approx'; allowed with mono",
    ),
    ("at_least: 0.6", "at_least: 1.6", "gate.0.at_least: found 1.6; auc.value is at least 0 and at most 1"),
    ("at_least: 0.6", "at_least: .inf", "gate.0.at_least: found .inf; allowed is a finite number"),
    ("train_until: 2013-04-01", "train_until: 2013-02-30", "split.train_until: found 2013-02-30, which is no date"),
    ("train_until: 2013-04-01", "train_until: 20130401", "split.train_until: found 20130401; allowed is a date"),
    ("train_until: 2013-04-01", "train_until: '20130401'", 'split.train_until: found "20130401"; allowed is a date'),
    ("test_until: 2013-06-01", "test_until: 2013-01-01", "split.test_until: found 2013-01-01T00:00:00, and validation"),
    ("on_new_files: true", "on_new_files: 1", "batch.on_new_files: found 1; allowed is true or false, without quotes"),
    ("outcome_hours: 24", "outcome_hours: true", "experiment.outcome_hours: found true; allowed is a whole number"),
    ("at_least: 0.6", "at_least: true", "gate.0.at_least: found true; allowed is a number"),
    ("airports: [faa, tzone]", "airports: [faa, faa]", "data.raw.airports.1: names 'faa' more than once"),
    ("smallest_effect: 0.01", "smallest_effect: 0", "experiment.smallest_effect: found 0; allowed is greater than 0"),
    ("slices: [origin, carrier]", "slices: [1]", "evaluate.slices.0: found 1, a number to YAML; allowed is text."),
    ("slices: [origin, carrier]", "slices: [origin, x]", "evaluate.slices.1: found 'x'; allowed are"),
    ("name: flight_delays", "name: Flight", 'name: found "Flight"; allowed is The folder\'s own name: 2 to 30 small'),
    (
        "{name: carrier, type: text",
        "{name: arrived_late, type: text",
        "data.record.1.name: names 'arrived_late', which is",
    ),
    (
        "type: category}",
        "type: category, missing: 1.5}",
        "data.features.0.missing: found 1.5, which is nothing for the",
    ),
    (
        "distinct: {flights: [time_hour",
        "distinct: {flights: [time",
        "prepare.distinct.flights.0: found 'time'; allowed",
    ),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path)


def told(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        call()
    return str(caught.value).splitlines()


@pytest.mark.parametrize(("old", "new", "message"), ENVIRONMENTS, ids=[new[:40] for _, new, _ in ENVIRONMENTS])
def test_an_environments_error_names_line_and_key(root: Path, old: str, new: str, message: str) -> None:
    text = ENVIRONMENT.replace(old, new) if old else f"{ENVIRONMENT}{new}\n"
    (root / "environments/dev.yaml").write_text(text)
    [line] = told(lambda: load_environment("dev", root))
    assert line.startswith(f"environments/dev.yaml:{message}"), line


@pytest.mark.parametrize(("old", "new", "message"), USE_CASES, ids=[new[:40] for _, new, _ in USE_CASES])
def test_a_use_cases_error_names_line_and_key(root: Path, old: str, new: str, message: str) -> None:
    path = root / "pipelines_src/flight_delays/use_case.yaml"
    text = path.read_text()
    number = text.count("\n", 0, text.index(old)) + 1
    path.write_text(text.replace(old, new, 1))
    [line] = told(lambda: load_use_case("flight_delays", root))
    assert line.startswith(f"pipelines_src/flight_delays/use_case.yaml:{number}: {message}"), line


def test_an_entry_after_a_range_of_names_is_the_files_own(root: Path) -> None:
    text = (ROOT / "pipelines_src/handwritten_digits/use_case.yaml").read_text()
    (root / "pipelines_src/handwritten_digits").mkdir()
    path = root / "pipelines_src/handwritten_digits/use_case.yaml"
    for wrong, message in (
        ("{name: x, type: text, encode: one_hot, levels: [a, a]}", "features.1.type: found"),
        ("{name: 'pixel[3-4]', type: number}", "features.1.name: names 'pixel3' more than once"),
    ):
        path.write_text(text.replace("scale: minmax}\n", f"scale: minmax}}\n    - {wrong}\n"))
        [line] = told(lambda: load_use_case("handwritten_digits", root))
        number = text.count("\n", 0, text.index("scale: minmax")) + 2
        assert line.startswith(f"pipelines_src/handwritten_digits/use_case.yaml:{number}: data.{message}")


def test_what_two_files_disagree_on_has_a_line(root: Path) -> None:
    (root / "environments/dev.yaml").write_text(ENVIRONMENT)
    (root / "environments/two.yaml").write_text(ENVIRONMENT.replace("name: dev", "# another\nname: two"))
    path = root / "pipelines_src/flight_delays/use_case.yaml"
    path.write_text(path.read_text().replace("prepare:\n", "prepare:\n  engine: batch\n  image: 1.dkr\n"))
    [line] = check_all(root)[:1]
    assert line.startswith("pipelines_src/flight_delays/use_case.yaml:55: prepare.image: found"), line
    path.write_text(path.read_text().replace("1.dkr", "111122223333.dkr.ecr.ap-northeast-1.amazonaws.com/prepare"))
    problems = check_all(root)
    assert problems[0].startswith("environments/two.yaml:7: network.cidr: found 10.10.0.0/20, which overlaps")
    assert problems[1].startswith("environments/dev.yaml:5: network.interface_endpoints: found 'minimal'")
    assert len(problems) == 3


def test_what_a_use_case_needs_is_looked_for_with_the_configuration(root: Path) -> None:
    dev = ENVIRONMENT.replace("ap-northeast-1a", "ap-east-2a")
    (root / "environments/dev.yaml").write_text(f"region: ap-east-2\n{dev}")
    [line] = check_all(root)
    assert line.startswith(
        "environments/dev.yaml:1: region: found 'ap-east-2', where no account of SageMaker's image xgb"
    )
    (root / "environments/dev.yaml").write_text(ENVIRONMENT)
    path = root / "pipelines_src/flight_delays/use_case.yaml"
    before, _, after = path.read_text().partition("train:\n")
    number, after = before.count("\n") + 2, after[after.index("evaluate:") :]
    for train, message in (
        (
            "{algorithm: script, entry_point: train.py}",
            "train.entry_point: found 'train.py', which is not in the folder",
        ),
        (
            "{algorithm: image, entry_point: ask.py, image: 111122223333.dkr.ecr.ap-northeast-1.amazonaws.com/a}",
            "train.entry_point: found 'ask.py', which is not in the folder",
        ),
        (
            "{algorithm: image, image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/a}",
            "train.image: found a registry in 'eu-west-1'; allowed is 'ap-northeast-1'",
        ),
    ):
        path.write_text(f"{before}train:\n  {train}\n{after}")
        [line] = check_all(root)
        assert line.startswith(f"pipelines_src/flight_delays/use_case.yaml:{number}: {message}"), line


def test_what_is_given_in_place_of_the_file_is_not_blamed_on_it(root: Path) -> None:
    (root / "environments/dev.yaml").write_text(ENVIRONMENT)
    for name, reason in (("nope", "'nope', but there is no"), ("flight_delays", "'flight_delays', which stands there")):
        [line] = told(partial(load_environment, "dev", root, ["flight_delays", name]))
        assert line.startswith(f"use_cases.1 (given in place of what environments/dev.yaml has): found {reason}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  id: image", "  id: imag", "15: data.id: found 'imag'; allowed are digit, image, pixel0"),
        ("  id: image\n", "", "7: data.id: is missing, and there is no transformations.py"),
        ("label: digit", "label: digitt", "12: data.label: found 'digitt'"),
        ('    - {name: "pixel[0-63]", type: number, req', '    - {name: "pixel[0-64]", type: number, req',
         "11: data.record.0.name: found 'pixel64'"),
        ("scale: minmax}", "scale: minmax}\n    - {name: x, type: number}", "18: data.features.1.name: found 'x'"),
        ("scale: minmax}", "scale: minmax}\n    - {name: x, type: number, source: pixel9, part: hour}",
         "18: data.features.1.part: found 'hour', and pixel9 is a number; only a time has parts; remove it"),
        ("scale: minmax}", "scale: minmax}\n    - {name: x, type: category, source: pixel9}",
         "18: data.features.1.type: found 'category', and pixel9 is a number in data.record; write `type: number`"),
        ("    images: [", "    others: [a]\n    images: [", "8: data.raw: names 2 tables"),
        ("classes: [0,", "classes: [no,", "14: data.classes.0: found no, true or false to YAML"),
        ("  id: image", "  id: image\n  missing: [no]", "16: data.missing.0: found no, true or false to YAML"),
    ],
)  # fmt: skip
def test_what_no_code_makes_up_for_is_looked_for(root: Path, old: str, new: str, message: str) -> None:
    text = (ROOT / "pipelines_src/handwritten_digits/use_case.yaml").read_text()
    assert old in text
    path = root / "pipelines_src/handwritten_digits/use_case.yaml"
    path.parent.mkdir()
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError) as refused:
        load_use_case("handwritten_digits", root)
    assert str(refused.value).startswith(f"pipelines_src/handwritten_digits/use_case.yaml:{message}"), refused.value
