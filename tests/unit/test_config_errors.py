"""Every kind of wrong configuration gives a message with file, key, value and remedy, and no traceback."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import ConfigError, load_environment, load_use_case, rules
from config.errors import RuleError
from config.use_case.experiment import DecisionValues, Experiment
from config.use_case.experiment_agreement import experiment_fits
from tests.unit.config_kit import CODECOMMIT, GITHUB, REMEDY, SECRET, changed, make_root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path)


SCALING: dict[str, Any] = {"min": 2, "max": 4, "invocations_per_instance": 600}


def night(**changes: Any) -> dict[str, Any]:
    """Return scaling with other bounds at night."""
    return SCALING | {"schedule": [{"cron": "cron(0 22 * * ? *)", "min": 2, "max": 2} | changes]}


# key that is changed, its wrong value, what the message must contain
WRONG = [
    ("ownr", "me", ["ownr", "not a key", "Did you mean owner?"]),
    ("network.cidrr", "10.0.0.0/16", ["network.cidrr", "Did you mean cidr?"]),
    ("vpc", {}, ["vpc", "allowed are", "network"]),
    ("owner", ..., ["owner", "missing"]),
    ("network", ..., ["network", "missing"]),
    ("network.zones", ..., ["network.zones", "missing", "availability zones"]),
    ("budget.monthly_usd", 0, ["budget.monthly_usd", "found 0", "greater than 0"]),
    ("budget.monthly_usd", "ten", ["budget.monthly_usd", '"ten"', "whole number"]),
    ("budget.monthly_usd", 9.5, ["budget.monthly_usd", "9.5", "whole number"]),
    ("account", 123456789012, ["account", "found 123456789012, a number to YAML", "Put it in quotes"]),
    ("account", "12345", ["account", '"12345"', "12 digits"]),
    ("use_cases", ["flight_delays", "flight_delays_batch"], ["'flight_delays_batch'", "do not begin with another"]),
    ("use_cases", ["flight_delays_of_paris", "flight_delays"], ["'flight_delays_of_paris'", "whose roles could reach"]),
    ("region", "tokyo", ["region", "tokyo", "SageMaker"]),
    ("region", "ap-northeast-9", ["region", "ap-northeast-9", "ap-northeast-1"]),
    ("region", "eu-west-1", ["network.zones", "ap-northeast-1a", "eu-west-1a"]),
    ("name", "Dev_1", ["name", '"Dev_1"', "lower-case"]),
    ("name", "other", ["name", "'other'", "'dev'", "Rename"]),
    ("owner", "", ["owner", '""']),
    ("owner", "   ", ["owner", '"   "', "with blanks between them"]),
    ("owner", "me ", ["owner", '"me "', "with blanks between them"]),
    ("owner", "x" * 257, ["owner", "at most 256 characters"]),
    ("cost_center", " ", ["cost_center", '" "', "with blanks between them"]),
    ("notebooks", [{"name": "a", "owner": " "}], ["notebooks.0.owner", '" "', "with blanks between them"]),
    ("account", "\uff11" * 12, ["account", "12 digits"]),
    ("owner", False, ["owner", "found false, true or false to YAML", "Put it in quotes"]),
    ("alarm_email", "nobody", ["alarm_email", '"nobody"', "address"]),
    ("use_cases", ["flight_delay"], ["use_cases", "'flight_delay'", "flight_delays"]),
    ("use_cases", ["flight_delays", "flight_delays"], ["use_cases", "twice"]),
    ("use_cases", "flight_delays", ["use_cases", "list"]),
    ("termination_protection", "yes", ["termination_protection", '"yes"', "true or false"]),
    ("network.cidr", "10.10.0.1/20", ["network.cidr", "10.10.0.1/20", "address range"]),
    ("network.cidr", "10.0.0.0/8", ["network.cidr", "/16 to /24"]),
    ("network.cidr", "8.8.0.0/16", ["network.cidr", "in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"]),
    ("network.cidr", "169.254.0.0/20", ["network.cidr", "169.254.0.0/20", "Choose another"]),
    ("network.cidr", "127.0.0.0/16", ["network.cidr", "127.0.0.0/16", "Choose another"]),
    ("network.zones", [], ["network.zones", "at least 1"]),
    ("network.zones", ["ap-northeast-1a", "ap-northeast-1a"], ["zones", "twice"]),
    ("network.interface_endpoints", "ful", ["network.interface_endpoints", '"ful"', "'full'"]),
    ("network.flow_log_days", 31, ["network.flow_log_days", "31", "30"]),
    ("access.allowed_cidrs", ["0.0.0.0/0"], ["access.allowed_cidrs", "every address"]),
    (
        "access.allowed_cidrs",
        ["0.0.0.0/1", "128.0.0.0/1"],
        ["access.allowed_cidrs", "0.0.0.0/1, 128.0.0.0/1, together every address"],
    ),
    ("access.allowed_cidrs", ["203.0.113.0/24"] * 2, ["access.allowed_cidrs", "twice"]),
    ("access.allowed_cidrs", ["home"], ["access.allowed_cidrs", '"home"', "address range"]),
    ("retention.removal", "destroy", ["retention", "allow_data_loss", "Set both"]),
    ("retention.allow_data_loss", True, ["retention", "removal"]),
    ("retention.capture_days", 0, ["retention.capture_days", "found 0"]),
    ("serving.champion.instance_type", "ml.m5.huge", ["serving.champion.instance_type", "ml.m5.huge", "ml.m5.large"]),
    ("sizes.training_instance", "m5.large", ["sizes.training_instance", "m5.large"]),
    (
        "serving.champion.instance_type",
        "ml.m6g.large",
        ["champion.instance_type", "ml.m6g.large", "ARM", "ml.m5"],
    ),
    ("serving.champion.instance_type", "ml.g5.xlarge", ["champion.instance_type", "ml.g5.xlarge", "disks", "ml.m5.l"]),
    ("serving.shift", {"type": "linear", "percent": 5}, ["serving.shift", "5 percent", "10 to 50"]),
    ("serving.shift", {"percent": 60}, ["serving.shift.percent", "60", "50"]),
    ("serving.shift", {"type": "rolling"}, ["serving.shift.type", '"rolling"', "canary"]),
    ("serving.champion.instances", 1, ["serving.champion.instances: found 1", "shift: null"]),
    ("serving.challenger", {"instances": 1}, ["serving.challenger.instances: found 1", "two instances"]),
    ("serving.shift", {"type": "linear", "percent": 10, "wait_minutes": 10}, ["serving", "100 minutes", "90"]),
    ("serving.scaling", {"min": 2, "max": 4}, ["serving.scaling.invocations_per_instance", "missing"]),
    ("serving.scaling", SCALING | {"min": 5}, ["serving.scaling", "min 5 and max 4"]),
    ("serving.scaling", SCALING | {"min": 0}, ["serving.scaling.min", "found 0"]),
    ("serving.scaling", SCALING | {"min": 3}, ["serving.champion.instances: found 2", "3 to 4"]),
    ("serving.scaling", SCALING | {"min": 1}, ["serving.scaling.min: found 1", "shift is canary", "shift: null"]),
    ("serving.scaling", SCALING | {"scale_in_cooldown_seconds": -1}, ["scale_in_cooldown_seconds", "found -1"]),
    (
        "serving",
        {"scaling": SCALING, "challenger": {"instances": 5}},
        ["serving.challenger.instances: found 5", "2 to 4"],
    ),
    (
        "serving",
        {"scaling": SCALING, "champion": {"instance_type": "ml.t2.large"}},
        ["serving.champion.instance_type: found ml.t2.large", "burstable", "scaling: null"],
    ),
    ("serving.scaling", night(cron="rate(1 day)"), ["serving.scaling.schedule.0.cron", "cron(<six fields>)"]),
    ("serving.scaling", night(cron="cron(0 25 * * ? *)"), ["schedule.0.cron", "'25' for hours"]),
    ("serving.scaling", night(time_zone="Tokyo"), ["schedule.0.time_zone", "'Tokyo'", "Asia/Tokyo"]),
    ("serving.scaling", night(time_zone="Asia"), ["schedule.0.time_zone", "'Asia'", "Asia/Tokyo"]),
    ("serving.scaling", night(min=3), ["schedule.0", "min 3 and max 2"]),
    ("serving.scaling", night(min=1), ["serving.scaling.schedule.0.min: found 1"]),
    ("serving.scaling", night() | {"schedule": night()["schedule"] * 2}, ["serving.scaling", "22", "twice"]),
    ("serving_of", {"digits": {}}, ["serving_of.digits", "none of the environment's use cases", "flight_delays"]),
    ("sizes.training_instance", "ml.g4dn.xlarge", ["sizes.training_instance", "ml.g4dn.xlarge", "disks"]),
    ("sizes.processing_instance", "ml.r5d.large", ["sizes.processing_instance", "ml.r5d.large", "disks"]),
    ("serving.champion.instances", 0, ["serving.champion.instances", "found 0"]),
    ("sizes", None, ["sizes", "section"]),
    ("capture.sampling_percent", 101, ["capture.sampling_percent", "101", "100"]),
    ("notebooks", [{}], ["notebooks.0.name", "missing"]),
    ("notebooks", [{"name": "Ana"}], ["notebooks.0.name", '"Ana"', "lower-case"]),
    ("notebooks", [{"name": "a", "instance": "ml.t3.huge"}], ["notebooks.0.instance", "ml.t3.huge", "ml.t3.large"]),
    ("notebooks", [{"name": "a", "instance": "ml.g5.xlarge"}], ["notebooks.0", "ml.g5.xlarge", "own_disks"]),
    ("notebooks", [{"name": "a", "volume_gb": 4}], ["notebooks.0.volume_gb", "found 4"]),
    ("notebooks", [{"name": "a", "idle_stop_minutes": 0}], ["notebooks.0.idle_stop_minutes", "found 0", "10"]),
    ("notebooks", [{"name": "a", "use_cases": []}], ["notebooks.0.use_cases", "at least 1"]),
    ("notebooks", [{"name": "a", "root": True}], ["notebooks.0.root", "not a key", "own_disks"]),
    ("notebooks", [{"name": "a", "repository": GITHUB}], ["notebooks.0.repository", "github.com", "inside_network"]),
    (
        "notebooks",
        [{"name": "a", "repository": {"url": "git@github.com:a/b"}}],
        ["notebooks.0.repository.url", "HTTPS"],
    ),
    (
        "notebooks",
        [{"name": "a", "repository": {"url": "https://me:secret@git.example.com/a/b"}}],
        ["notebooks.0.repository.url", "without credentials"],
    ),
    (
        "notebooks",
        [{"name": "a", "repository": CODECOMMIT | {"branch": "main\n"}}],
        ["notebooks.0.repository.branch", '"main\\n"'],
    ),
    (
        "notebooks",
        [{"name": "a", "repository": CODECOMMIT | {"credentials_secret": SECRET}}],
        ["notebooks.0.repository", "credentials_secret", "role"],
    ),
    (
        "notebooks",
        [{"name": "a", "repository": GITHUB | {"inside_network": "peered", "credentials_secret": "password"}}],
        ["notebooks.0.repository.inside_network", "notebooks.0.repository.credentials_secret", '"password"'],
    ),
    ("notebooks", [{"name": "a"}, {"name": "a"}], ["notebooks.1.name", "'a'", "twice"]),
    ("notebooks", [{"name": "a", "use_cases": ["digits"]}], ["notebooks.0.use_cases", "'digits'", "flight_delays"]),
    (
        "notebooks",
        [{"name": "a", "repository": {"url": CODECOMMIT["url"].replace("northeast-1", "northeast-2")}}],
        ["notebooks.0.repository.url", "ap-northeast-2", "ap-northeast-1"],
    ),
    ("use_cases", [], ["notebooks.0", "no use cases"]),
    ("access.allowed_cidrs", [], ["access.allowed_cidrs", "known addresses"]),
    ("network.interface_endpoints", "none", ["network.interface_endpoints", "'none'", "minimal", "full"]),
]


@pytest.mark.parametrize(("key", "value", "expected"), WRONG, ids=[f"{key}={value}" for key, value, _ in WRONG])
def test_a_wrong_value_is_explained(root: Path, key: str, value: object, expected: list[str]) -> None:
    (root / "environments/dev.yaml").write_text(yaml.safe_dump(changed(key, value)))
    with pytest.raises(ConfigError) as caught:
        load_environment("dev", root)
    message = str(caught.value)
    assert message.startswith("environments/dev.yaml:")
    for text in expected:
        assert text in message
    for line in message.splitlines():
        assert re.search(REMEDY, line), f"no remedy in: {line}"


def test_the_line_of_the_key_is_named(root: Path) -> None:
    text = yaml.safe_dump(changed("budget.monthly_usd", 0), sort_keys=False)
    line = 1 + text.splitlines().index("  monthly_usd: 0")
    (root / "environments/dev.yaml").write_text(text)
    with pytest.raises(ConfigError, match=rf"environments/dev\.yaml:{line}: budget\.monthly_usd"):
        load_environment("dev", root)


def test_all_errors_of_a_file_come_at_once(root: Path) -> None:
    document = changed("budget.monthly_usd", 0) | {"region": "x", "wrong": 1}
    (root / "environments/dev.yaml").write_text(yaml.safe_dump(document))
    with pytest.raises(ConfigError) as caught:
        load_environment("dev", root)
    assert len(str(caught.value).splitlines()) == 3


# A change of flight_delays' experiment, and what the error says.
EXPERIMENTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"metric": "squared_error"}, ["experiment.metric: found 'squared_error'", "error_rate, log_loss, auc, value"]),
    ({"metric": "value"}, ["`values` and `metric: value` go together", "write both"]),
    ({"ramp": [{"weight": 0.5}, {"weight": 0.1}]}, ["[0.5, 0.1]", "put them in order"]),
    ({"at_maximum": "promote"}, ["`non_inferiority`", "write both"]),
    ({"method": "thompson", "metric": "auc"}, ["thompson", "choose another metric"]),
    ({"method": "thompson", "ramp": [{"weight": 0.6}]}, ["experiment.ramp", "found 0.6", "allowed is 0.5 at most"]),
    ({"metric": "auc", "smallest_effect": 2}, ["experiment.smallest_effect: found 2.0", "auc lies in 0 to 1"]),
    ({"outcome_hours": 672}, ["experiment.outcome_hours: found 672", "ends the experiment after 672 hours"]),
    ({"ramp": [{"weight": 1}]}, ["experiment.ramp.0.weight", "less than 1"]),
    ({"guards": {"latency": {"margin": 0.1}}}, ["experiment.guards.latency.above_ms"]),
]


@pytest.mark.parametrize(("change", "expected"), EXPERIMENTS)
def test_terms_of_an_experiment_that_cannot_be_are_explained(
    root: Path, change: dict[str, Any], expected: list[str]
) -> None:
    path = root / "pipelines_src/flight_delays/use_case.yaml"
    document = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(document | {"experiment": document["experiment"] | change}))
    with pytest.raises(ConfigError) as caught:
        load_use_case("flight_delays", root)
    for text in expected:
        assert text in str(caught.value)


def test_what_clusters_has_no_experiments() -> None:
    with pytest.raises(ValueError, match="no outcomes to compare; remove it"):
        experiment_fits(
            "clustering",
            Experiment(metric="value", smallest_effect=1, values=DecisionValues(true_positive=1, false_positive=-1)),
        )


@pytest.mark.parametrize("owner", ["a", "ml-platform", "Team A + B", "a b  c", "チーム", "a@b.example/c_d"])
def test_an_owner_is_taken(root: Path, owner: str) -> None:
    (root / "environments/dev.yaml").write_text(yaml.safe_dump(changed("owner", owner)))
    assert load_environment("dev", root).owner == owner


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("train_until: 2013-04-01", "train_until: '\uff12\uff10\uff11\uff13-04-01'", "split.train_until"),
        ("  algorithm: xgboost\n", "  algorithm: image\n  image: 11112222333\uff13.dkr.ecr.eu-west-1.amazonaws.com/a\n",
         "train.image"),
        ("airports: [faa, tzone]", "airports: ['f[\uff10-\uff13]']", "data.raw.airports.0"),
    ],
)  # fmt: skip
def test_digits_are_those_of_ascii(root: Path, old: str, new: str, key: str) -> None:
    path = root / "pipelines_src/flight_delays/use_case.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=rf": {re.escape(key)}: found "):
        load_use_case("flight_delays", root)


def test_names_that_differ_in_underscores_alone_are_refused() -> None:
    with pytest.raises(RuleError, match="found 'churn2024' and 'churn_2024', whose stacks would have one name"):
        rules.names_apart(["churn_2024", "other", "churn2024"])
