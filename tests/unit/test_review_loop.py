"""What a change means for data, for what runs, for what watches, and for pipelines, by written cases."""

import pytest

from ops.review.lookers import lookers
from ops.review.model import Action, Class, Compared, Severity
from tests.unit.review_case_kit import Case, cases, stack
from tests.unit.review_loop_kit import LOOKERS

CASES = cases("data_loss", "interruption", "monitoring", "pipeline", "harmless_loop")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_written_case(case: Case) -> None:
    found = [one for one in case.found(*lookers()) if one.kind is not Class.COST]  # of what tables have prices for
    texts = [one.text for one in found]

    assert {one.kind for one in found} == case.classes, texts
    if case.severity is not None:
        assert max((one.severity for one in found), default=Severity.INFO) == case.severity, texts
    for words in case.says:
        assert any(words in text for text in texts), (words, texts)
    for words in case.quiet:
        assert not any(words in text for text in texts), (words, texts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_resource_and_itself(case: Case) -> None:
    for side in (stack(case.before), stack(case.after)):
        for one in side.template.resources.values():
            itself = Compared(one, one, side, side, Action.UPDATE, ())
            assert [found for look in LOOKERS for found in look(itself)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_sentences_are_for_people(case: Case) -> None:
    for one in case.found(*LOOKERS):
        assert "{'" not in one.text
        assert "None" not in one.text
        assert "inf" not in one.text.split()
        assert not one.text.endswith(".")
        assert len(one.text) < 600
