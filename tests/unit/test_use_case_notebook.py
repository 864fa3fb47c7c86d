"""The notebooks in the repository, and the command that writes them."""

from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from config import load_use_case
from config.loading import ROOT
from ops import use_case
from ops.target import OperationError
from ops.use_case_notebook import notebook
from tests.use_cases import WAYS, way


# A use case of somebody's own may have a notebook of their own.
@pytest.mark.parametrize("name", ["flight_delays", "handwritten_digits", "digit_clusters"])
def test_a_notebook_is_as_the_command_writes_it(name: str) -> None:
    path = ROOT / "pipelines_src" / name / "notebook.ipynb"
    again = f"Run `python -m ops use-case notebook {name} --replace`."
    assert path.read_text(encoding="utf-8") == notebook(load_use_case(name)), again


@pytest.mark.parametrize("name", WAYS)
def test_a_notebook_is_valid_whatever_trains(name: str) -> None:
    document = nbformat.reads(notebook(way(name)), as_version=4)
    nbformat.validate(document)
    code = [cell.source for cell in document.cells if cell.cell_type == "code"]
    for text in code:
        compile(text, "cell", "exec")
    assert any("learning_curve(" in text for text in code) == (name != "kmeans")


def test_what_somebody_changed_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_case, "ROOT", tmp_path)
    path = tmp_path / "pipelines_src" / "flight_delays" / "notebook.ipynb"
    path.parent.mkdir(parents=True)
    write = ["notebook", "flight_delays"]
    assert CliRunner().invoke(use_case.app, write, catch_exceptions=False).exit_code == 0
    written = path.read_text()
    path.write_text(written.replace("flight", "plane"))
    with pytest.raises(OperationError, match="somebody changed it"):
        CliRunner().invoke(use_case.app, write, catch_exceptions=False)
    CliRunner().invoke(use_case.app, [*write, "--replace"], catch_exceptions=False)
    assert path.read_text() == written
