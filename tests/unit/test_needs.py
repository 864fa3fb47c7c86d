import pytest

from tests.needs import has, need


@pytest.mark.parametrize("variable", [None, ""])
def test_what_is_missing_is_skipped_on_a_persons_machine(monkeypatch: pytest.MonkeyPatch, variable: str | None) -> None:
    monkeypatch.delenv("CI", raising=False)
    if variable is not None:
        monkeypatch.setenv("CI", variable)
    assert not has(False, "There is no Java.")
    with pytest.raises(pytest.skip.Exception, match=r"There is no Java\."):
        need(False, "There is no Java.")


def test_what_is_missing_fails_a_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    for check in (need, has):
        # Both, since a skip here would skip this very test.
        with pytest.raises((pytest.fail.Exception, pytest.skip.Exception)) as caught:
            check(False, "There is no Java.")
        assert caught.type is pytest.fail.Exception
        assert "There is no Java. CI is set" in str(caught.value)


def test_what_is_there_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert has(True, "There is no Java.")
    need(True, "There is no Java.")
