"""Section `review` of an environment's file: what it may say, what is usual, and what is said of a wrong one."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import ConfigError, environment_names, load_environment
from config.loading import ROOT
from config.review import KINDS, LEVELS
from config.review_file import USUAL, Rules, load_rules
from ops.review.model import Class, Severity
from tests.unit.config_kit import REMEDY, changed, make_root

GOOD = {"change": "dev-data/Raw*", "classes": ["data_loss"], "reason": "it was moved before", "expires": "2026-12-31"}
WRONG = [
    ("block.data_los", "high", ["review.block.data_los", "not a key", "Did you mean data_loss?"]),
    ("block.data_loss", "severe", ["review.block.data_loss", '"severe"', "'medium'", "'never'"]),
    ("block.data_loss", False, ["review.block.data_loss", "found false"]),
    ("warn.exposure", 3, ["review.warn.exposure", "found 3"]),
    ("monthly_change.usd", -1, ["review.monthly_change.usd", "found -1", "greater than or equal to 0"]),
    ("monthly_change.percent", "10 %", ["review.monthly_change.percent", '"10 %"', "whole number"]),
    ("monthly_change.beyond", "stop", ["review.monthly_change.beyond", '"stop"', "'block' or 'warn'"]),
    ("waivers", [GOOD | {"change": "*"}], ["review.waivers.0.change", "'*'", "<stack>/<logical id"]),
    ("waivers", [GOOD | {"change": "*/Raw"}], ["review.waivers.0.change", "'*/Raw'", "Name the resource"]),
    ("waivers", [GOOD | {"change": "dev-data/**"}], ["review.waivers.0.change", "'dev-data/**'", "nor alone"]),
    ("waivers", [GOOD | {"change": "dev-data"}], ["review.waivers.0.change", "'dev-data'"]),
    ("waivers", [GOOD | {"classes": []}], ["review.waivers.0.classes", "at least 1"]),
    ("waivers", [GOOD | {"classes": ["loss"]}], ["review.waivers.0.classes.0", '"loss"', "'data_loss'"]),
    ("waivers", [GOOD | {"reason": "ok"}], ["review.waivers.0.reason", '"ok"', "3 words"]),
    ("waivers", [GOOD | {"expires": 20261231}], ["review.waivers.0.expires", "20261231", "a date such as"]),
    ("waivers", [{**GOOD, "until": "2026-12-31"}], ["review.waivers.0.until", "not a key", "expires"]),
    ("waivers", [{key: GOOD[key] for key in GOOD if key != "expires"}], ["review.waivers.0.expires", "missing"]),
]


def written(tmp_path: Path, document: Any) -> Path:
    root = make_root(tmp_path)
    text = yaml.safe_dump(document).replace("'2026-12-31'", "2026-12-31")
    (root / "environments" / "dev.yaml").write_text(text)
    return root


@pytest.mark.parametrize(("key", "value", "said"), WRONG)
def test_a_wrong_section_is_told_with_file_key_value_and_remedy(
    key: str, value: object, said: list[str], tmp_path: Path
) -> None:
    root = written(tmp_path, changed(f"review.{key}", value))
    with pytest.raises(ConfigError) as whole:
        load_environment("dev", root)
    with pytest.raises(ConfigError) as alone:  # what a review reads, it reads as strictly
        load_rules("dev", root)
    for error in (str(whole.value), str(alone.value)):
        assert re.match(r"environments/dev\.yaml:\d+: ", error)
        assert re.search(REMEDY, error), error
        for part in said:
            assert part in error


def test_a_right_section_means_the_same_to_both_readers(tmp_path: Path) -> None:
    document = changed("review", {"waivers": [GOOD], "block": {"pipeline": "high"}, "monthly_change": {"usd": 5}})
    root = written(tmp_path, document)
    rules = load_rules("dev", root)
    assert rules
    assert rules == Rules.of(load_environment("dev", root).review, in_earnest=True, budget_usd=10)
    assert rules.waivers[0].expires.isoformat() == "2026-12-31"
    assert (rules.block["pipeline"], rules.block["data_loss"], rules.monthly_usd) == ("high", "medium", 5)


def test_names_are_those_of_reviews() -> None:
    assert list(KINDS) == [kind.value for kind in Class]
    assert [Severity[level.upper()] for level in LEVELS[:-1]] == [
        Severity.INFO,
        Severity.LOW,
        Severity.MEDIUM,
        Severity.HIGH,
    ]


@pytest.mark.parametrize(
    ("said", "blocks"),
    [
        ({}, True),
        ({"termination_protection": False}, True),
        ({"retention": {"removal": "destroy", "allow_data_loss": True}}, True),
        ({"termination_protection": False, "retention": {"removal": "destroy", "allow_data_loss": True}}, False),
    ],
)
def test_dangers_block_where_data_stays_or_stacks_are_protected(
    said: dict[str, Any], blocks: bool, tmp_path: Path
) -> None:
    rules = load_rules("dev", written(tmp_path, changed("owner", "me") | said))
    assert rules
    assert (rules.block["data_loss"], rules.monthly_blocks) == (("medium", True) if blocks else ("never", False))
    assert rules.warn["data_loss"] == "low"


def test_the_shipped_files_block_in_earnest_and_warn_in_dev() -> None:
    rules = {name: load_rules(name, ROOT) for name in environment_names()}
    assert {name for name, found in rules.items() if found and found.block["data_loss"] == "medium"} == {
        "prod",
        "staging",
    }
    for name in ("prod", "staging"):
        found = rules[name]
        assert found
        assert found.stricter(USUAL) == found  # nothing of it is looser than the usual
        assert found.monthly_usd
        assert found.monthly_blocks
    assert rules["dev"]
    assert set(rules["dev"].block.values()) == {"never"}
    assert rules["dev"].warn["data_loss"] == "low"


@pytest.mark.parametrize(
    "name", ["", "none", "../environments/dev", "/etc/passwd", "dev\n", pytest.param("a" * 5000, id="long")]
)
def test_a_name_that_is_no_environment_has_no_rules(name: str) -> None:
    assert load_rules(name, ROOT) is None
