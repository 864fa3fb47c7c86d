"""Gates: what blocks, what warns, what is waived until when, and that no change loosens the rules it is judged by."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigError
from config.review import KINDS, LEVELS
from config.review_file import Rules
from ops.review.gates import judged
from ops.review.judge import Judge
from ops.review.model import Change, Class, Cost, Gate, Review, Severity
from tests.unit.config_kit import changed, make_root
from tests.unit.review_kit import TODAY, change, found, judge, review, rules, waiver

MEDIUM, LOW = Severity.MEDIUM, Severity.LOW


def roots(folder: Path) -> tuple[Path, Path]:
    for name in ("base", "head"):
        (folder / name).mkdir()
    return make_root(folder / "base"), make_root(folder / "head")


def only(done: Review, name: str) -> Gate:
    [gate] = [gate for gate in done.gates if gate.name == name]
    return gate


def test_a_danger_closes_the_gate_of_an_environment_in_earnest() -> None:
    done = judged(review(change(found())), judge())
    gate = only(done, "data_loss")
    assert (gate.environment, gate.closed, gate.changes) == ("prod", True, ("prod-data/Raw1A2B",))
    assert gate.text == "1 change of severity medium or more, which blocks"
    assert done.changes[0].severity is Severity.BLOCK
    assert done.changes[0].found[0].rated is Severity.HIGH


@pytest.mark.parametrize(
    ("where", "kind", "severity", "came"),
    [
        ("prod", Class.DATA_LOSS, MEDIUM, "closed"),
        ("prod", Class.DATA_LOSS, LOW, "warns"),
        ("prod", Class.DATA_LOSS, Severity.INFO, ""),
        ("prod", Class.PERMISSIONS_WIDENED, Severity.HIGH, "closed"),
        ("prod", Class.PERMISSIONS_WIDENED, MEDIUM, "warns"),
        ("prod", Class.PERMISSIONS_NARROWED, Severity.HIGH, ""),
        ("prod", Class.PIPELINE, Severity.HIGH, ""),
        ("prod", Class.METADATA, Severity.HIGH, ""),
        ("dev", Class.DATA_LOSS, Severity.HIGH, "warns"),
        ("unknown", Class.EXPOSURE, MEDIUM, "closed"),  # no file: the usual rules, the strict ones
    ],
)
def test_each_class_has_its_level(where: str, kind: Class, severity: Severity, came: str) -> None:
    done = judged(review(change(found(kind, severity), where=where)), judge())
    states = ["closed" if gate.closed else "warns" for gate in done.gates]
    assert states == ([came] if came else [])
    assert (done.changes[0].severity is Severity.BLOCK) == (came == "closed")


def test_a_change_of_several_environments_blocks_where_they_say_so_under_their_names() -> None:
    done = judged(review(change(found(), where="dev prod")), judge())
    gates = {gate.environment: gate for gate in done.gates}
    assert (gates["prod"].closed, gates["prod"].changes) == (True, ("prod-data/Raw1A2B",))
    assert (gates["dev"].closed, gates["dev"].changes) == (False, ("dev-data/Raw1A2B",))


def test_what_belongs_to_no_environment_is_judged_by_the_usual_rules_and_excused_by_any_file() -> None:
    one = replace(change(found(), stack="workforce-people"), environments=())
    assert only(judged(review(one), judge()), "data_loss").closed
    excused = {"dev": rules(waivers=[waiver(change="workforce-people/Raw1A2B").model_dump()])}
    assert not only(judged(review(one), judge(excused)), "data_loss").closed


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("prod-data/Raw1A2B", True),
        ("prod-data/Raw*", True),
        ("prod-data/Raw/Resource", True),  # the path of the construct
        ("prod-data/Raw/*", True),
        ("prod-data/Raw", False),
        ("prod-data/raw*", False),
        ("prod-data/R.*", False),  # * alone has a meaning
        ("staging-data/Raw*", False),
        ("prod-data2/Raw*", False),
    ],
)
def test_a_waiver_opens_the_gate_for_what_it_names(pattern: str, matches: bool) -> None:
    head = {"prod": rules(waivers=[waiver(change=pattern).model_dump()])}
    gate = only(judged(review(change(found())), judge(head)), "data_loss")
    assert gate.closed != matches
    if matches:
        assert gate.waived == ("prod-data/Raw1A2B until 2026-12-31: moved before, see the runbook",)
        assert gate.text.endswith("; 1 waived")


def test_a_waiver_is_for_its_classes_and_leaves_others_closed() -> None:
    head = {"prod": rules(waivers=[waiver().model_dump()])}
    one = change(found(), found(Class.EXPOSURE, Severity.HIGH), found(Class.EXPOSURE, LOW))
    done = judged(review(one), judge(head))
    assert (only(done, "data_loss").closed, only(done, "exposure").closed) == (False, True)
    assert [(each.kind, each.severity) for each in done.changes[0].found] == [
        (Class.EXPOSURE, Severity.BLOCK),
        (Class.DATA_LOSS, Severity.HIGH),
        (Class.EXPOSURE, LOW),  # less than what blocks
    ]


def test_of_two_changes_one_waived_leaves_the_gate_closed() -> None:
    head = {"prod": rules(waivers=[waiver().model_dump()])}
    two = change(found()), change(found(), logical_id="Models3C", path="Models/Resource")
    done = judged(review(*two), judge(head))
    gate = only(done, "data_loss")
    assert (gate.closed, len(gate.changes), len(gate.waived)) == (True, 2, 1)
    assert [each.logical_id for each in done.changes] == ["Models3C", "Raw1A2B"]  # what blocks stands first


@pytest.mark.parametrize(("last", "counts"), [(TODAY, True), (date(2026, 11, 27), False)])
def test_a_waiver_counts_on_its_last_day_and_no_longer(last: date, counts: bool) -> None:
    head = {"prod": rules(waivers=[waiver(expires=last).model_dump()])}
    gate = only(judged(review(change(found())), judge(head)), "data_loss")
    assert gate.closed != counts
    said = "The waiver of prod-data/Raw* expired on 2026-11-27 and does not count: moved before, see the runbook"
    assert (said in gate.text) != counts


@pytest.mark.parametrize(
    ("base", "head", "said", "closed"),
    [
        (100.0, 120.0, "", False),
        (100.0, 120.01, "more than 20 USD", True),
        (100.0, 50.0, "", False),
        (10.0, 16.0, "more than 50 % of 10.00 USD", True),
        (0.0, 15.0, "", False),  # of nothing there is no percentage
        (0.0, 30.0, "more than 20 USD", True),
        (10.0, 40.0, "more than 20 USD and than 50 % of 10.00 USD", True),
    ],
)
def test_a_month_may_become_dearer_by_so_much(base: float, head: float, said: str, closed: bool) -> None:
    limits = {"prod": rules(monthly_change={"usd": 20, "percent": 50})}
    done = judged(review(cost=Cost(base, head, (), (("prod", base, head),))), judge(limits))
    assert [gate.closed for gate in done.gates] == ([True] if closed else [])
    assert said in "".join(gate.text for gate in done.gates)


def test_beyond_the_limit_an_environment_may_only_warn_and_a_budget_always_does() -> None:
    limits = {"dev": rules(in_earnest=False, monthly_change={"usd": 5}, budget_usd=50)}
    done = judged(review(cost=Cost(45, 51, (), (("dev", 45.0, 51.0),))), judge(limits))
    assert [(gate.name, gate.closed) for gate in done.gates] == [("monthly_change", False), ("budget", False)]
    assert done.gates[1].text == "dearer than the budget of 50 USD a month: 45.00 to 51.00 USD a month"
    same = judged(review(cost=Cost(51, 51, (), (("dev", 51.0, 51.0),))), judge(limits))
    assert same.gates == ()


def test_a_change_is_judged_by_the_rule_that_it_loosens_and_says_so_first() -> None:
    base = {"prod": rules(monthly_change={"usd": 10}, budget_usd=100)}
    head = {"prod": rules(block={"data_loss": "never"}, warn={"exposure": "high"}, budget_usd=200)}
    one = review(change(found()), cost=Cost(1, 20, (), (("prod", 1.0, 20.0),)))
    done = judged(one, judge(head, base))
    assert only(done, "data_loss").closed
    assert only(done, "monthly_change").closed
    said = [gate.text for gate in done.gates[:4]]
    assert [gate.name for gate in done.gates[:4]] == ["loosened"] * 4
    assert said[0].startswith("what blocks is loosened: data loss from medium to never; this change is still judged")
    assert said[1].startswith("what warns is loosened: exposure from low to high")
    assert said[2].startswith("the limit of the monthly change in USD is loosened from 10 to any")
    assert said[3].startswith("the limit of the budget in USD a month is loosened from 100 to 200")


def test_rules_made_stricter_hold_at_once_and_are_nothing_to_mention() -> None:
    base, head = {"prod": rules()}, {"prod": rules(block={"pipeline": "low"})}
    done = judged(review(change(found(Class.PIPELINE, LOW))), judge(head, base))
    assert [(gate.name, gate.closed) for gate in done.gates] == [("pipeline", True)]


def test_a_waiver_that_comes_with_the_change_counts_and_is_shown_first() -> None:
    head = {"prod": rules(waivers=[waiver().model_dump()])}
    done = judged(review(change(found())), judge(head, {"prod": rules()}))
    assert done.gates[0].name == "waiver"
    assert done.gates[0].text == (
        "new waiver of data loss for prod-data/Raw* (until 2026-12-31, 33 days): moved before, see the runbook"
    )
    assert not any(gate.closed for gate in done.gates)
    longer = {"prod": rules(waivers=[waiver(expires=date(2027, 12, 31)).model_dump()])}
    assert judged(review(), judge(longer, head)).gates[0].name == "waiver"
    assert judged(review(), judge(head, head)).gates == ()


def test_an_environment_that_no_longer_needs_to_be_protected_loosens_its_rules_too(tmp_path: Path) -> None:
    base, head = roots(tmp_path)
    unprotected = {"termination_protection": False, "retention": {"removal": "destroy", "allow_data_loss": True}}
    (base / "environments/dev.yaml").write_text(yaml.safe_dump(changed("owner", "me")))
    (head / "environments/dev.yaml").write_text(yaml.safe_dump(changed("owner", "me") | unprotected))
    done = judged(review(change(found(), where="dev")), Judge.read(head, base, TODAY))
    assert only(done, "data_loss").closed
    said = "what blocks is loosened: data loss from medium to never, permissions widened from high to never"
    assert said in done.gates[0].text


def test_rules_of_the_base_that_cannot_be_read_are_told_and_the_heads_must_be_right(tmp_path: Path) -> None:
    base, head = roots(tmp_path)
    (head / "environments/dev.yaml").write_text(yaml.safe_dump(changed("owner", "me")))
    (base / "environments/dev.yaml").write_text("review: {blok: 1}")
    gate = judged(review(), Judge.read(head, base, TODAY)).gates[0]
    assert (gate.name, gate.closed) == ("loosened", False)
    assert "could not be read" in gate.text
    assert "review.blok" in gate.text
    with pytest.raises(ConfigError, match=r"review\.blok"):
        Judge.read(base, head, TODAY)


def test_an_environment_that_goes_is_judged_by_the_rules_that_it_had() -> None:
    gone = judge({}, {"dev": rules(in_earnest=False)})
    assert not any(gate.closed for gate in judged(review(change(found(), where="dev")), gone).gates)
    assert only(judged(review(change(found(), where="prod")), gone), "data_loss").closed


def test_without_the_bases_files_nothing_is_said_of_loosening() -> None:
    done = judged(review(), Judge({"prod": rules(waivers=[waiver().model_dump()])}, None, TODAY))
    assert done.gates == ()


LEVEL = st.sampled_from(LEVELS)
RULES = st.builds(
    Rules,
    block=st.fixed_dictionaries(dict.fromkeys(KINDS, LEVEL)),
    warn=st.fixed_dictionaries(dict.fromkeys(KINDS, LEVEL)),
    monthly_usd=st.none() | st.integers(0, 50),
    monthly_percent=st.none() | st.integers(0, 50),
    monthly_blocks=st.booleans(),
)
CHANGES = st.lists(
    st.builds(
        change,
        st.builds(found, st.sampled_from(Class), st.sampled_from([one for one in Severity if one < Severity.BLOCK])),
        logical_id=st.sampled_from("ABC"),
    ),
    max_size=4,
)
COST = st.builds(lambda base, head: Cost(base, head, (), (("prod", base, head),)), st.floats(0, 100), st.floats(0, 100))


def closed(changes: list[Change], cost: Cost, by: Judge) -> set[str]:
    return {gate.name for gate in judged(review(*changes, cost=cost), by).gates if gate.closed}


@given(CHANGES, COST, RULES, RULES)
def test_no_rules_of_the_head_open_what_those_of_the_base_close(
    changes: list[Change], cost: Cost, base: Rules, head: Rules
) -> None:
    before = closed(changes, cost, judge({"prod": base}, {"prod": base}))
    assert before <= closed(changes, cost, judge({"prod": head}, {"prod": base}))


@given(CHANGES, RULES)
def test_the_order_of_changes_decides_nothing(changes: list[Change], head: Rules) -> None:
    by, cost = judge({"prod": head}), Cost(0, 0)
    assert closed(changes, cost, by) == closed(changes[::-1], cost, by)
    done = judged(review(*changes), by)
    assert len(done.changes) == len(changes)
    assert list(done.changes) == sorted(done.changes, key=lambda one: -one.severity)
    blocked = {f"{one.stack}/{one.logical_id}" for one in done.changes if one.severity is Severity.BLOCK}
    assert blocked == {name for gate in done.gates if gate.closed for name in gate.changes}
