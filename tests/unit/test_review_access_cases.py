"""The written cases, as those see them who look for permissions and for exposure."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from ops.review import access, exposure
from ops.review.lookers import lookers
from ops.review.model import Class, Found
from tests.unit.review_case_kit import Case, cases, compared

PERMISSIONS = {Class.PERMISSIONS_WIDENED, Class.PERMISSIONS_NARROWED, Class.PERMISSIONS_UNKNOWN}
OWN = ["permissions", "exposure", "harmless_access"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_has_its_classes(case: Case) -> None:
    assert {one.kind for one in case.found(access.look)} - {Class.EXPOSURE} == case.expected_of(PERMISSIONS)
    found = case.found(access.look, exposure.look)
    assert {one.kind for one in found} == case.expected_of({*PERMISSIONS, Class.EXPOSURE})


@pytest.mark.parametrize("case", cases(*OWN), ids=lambda case: case.name)
def test_nobody_else_says_anything_else(case: Case) -> None:
    found = [one for one in case.found(*lookers()) if one.kind not in (Class.COST, Class.METADATA)]
    assert {one.kind for one in found} == case.classes, [one.text for one in found]


@pytest.mark.parametrize("case", cases(*OWN), ids=lambda case: case.name)
def test_a_case_says_what_came_and_went(case: Case) -> None:
    found = case.found(access.look, exposure.look)
    texts = [one.text for one in found]
    for said in case.says:
        assert any(said in text for text in texts), f"{said} in none of {texts}"
    assert not [text for text in texts for said in case.quiet if said in text]
    assert case.severity in (None, max((one.severity for one in found), default=None))
    for text in texts:
        assert text[0].isupper() and not text.endswith(".") and "\n" not in text, text


@pytest.mark.parametrize("case", cases(*OWN), ids=lambda case: case.name)
def test_the_paths_lead_to_what_changes(case: Case) -> None:
    for one in case.compared():
        for found in (*access.look(one), *exposure.look(one)):
            for path in found.paths:
                assert _leads(path, one.before and one.before.properties, one.after and one.after.properties), path


def _leads(path: str, *sides: Any) -> bool:
    def there(value: Any, steps: list[str]) -> bool:
        if not steps:
            return True
        if isinstance(value, list):
            return int(steps[0]) < len(value) and there(value[int(steps[0])], steps[1:])
        return isinstance(value, dict) and steps[0] in value and there(value[steps[0]], steps[1:])

    return any(there({"Properties": side}, path.split(".")) for side in sides if side is not None)


@pytest.mark.parametrize("case", cases(*OWN), ids=lambda case: case.name)
def test_the_same_written_backwards_is_silent(case: Case) -> None:
    for side in (case.before, case.after):
        assert _of(side, _backwards(side)) == []


def _backwards(value: Any, name: str = "") -> Any:
    """The same with keys, statements and what they list in the opposite order."""
    if isinstance(value, dict):
        return {key: _backwards(one, key) for key, one in reversed(value.items())}
    if isinstance(value, list):
        inner = [_backwards(one) for one in value]
        ordered = name not in ("Statement", "Action", "Resource", "Policies", "SecurityGroupIngress", "Roles", "Queues")
        return inner if ordered else inner[::-1]
    return copy.copy(value)


def _of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Found]:
    return [one for each in compared(before, after) for look in (access.look, exposure.look) for one in look(each)]


def test_there_are_as_many_cases_as_promised() -> None:
    own = [case for case in cases(*OWN) if case.classes]
    widened_or_narrowed = [case for case in own if case.classes & PERMISSIONS]
    opened = [case for case in own if Class.EXPOSURE in case.classes]
    harmless = [case for case in cases(*OWN) if not case.classes]
    assert len(widened_or_narrowed) >= 12 and len(opened) >= 10 and len(harmless) >= 8
    names = [case.name for case in cases()]
    assert len(names) == len(set(names))
