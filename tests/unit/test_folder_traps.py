"""Two folders have names that Python would trip over (docs/architecture.md); no check imports them here."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.use_case.name import TAKEN

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {".venv", "node_modules", "cdk.out", "build"}


def packages_below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("__init__.py"))


@pytest.mark.parametrize("name", ["constructs", "tests"])
def test_no_init_anywhere_in(name: str) -> None:
    assert packages_below(ROOT / name) == []


def test_lambda_is_a_source_root_and_no_package() -> None:
    assert not (ROOT / "lambda" / "__init__.py").exists()


def test_no_other_folder_takes_the_name_constructs() -> None:
    found = [p for p in ROOT.rglob("constructs") if p.is_dir() and not SKIPPED & set(p.relative_to(ROOT).parts)]
    assert [path for path in found if packages_below(path)] == []


def test_the_guard_would_see_one(tmp_path: Path) -> None:
    (tmp_path / "constructs").mkdir()
    (tmp_path / "constructs" / "__init__.py").touch()
    assert packages_below(tmp_path) != []


def test_both_packages_named_constructs_are_one() -> None:
    code = "from constructs import Construct; from constructs.findings import acknowledge; print(Construct.__module__)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "constructs"


def test_an_init_would_break_it(tmp_path: Path) -> None:
    (tmp_path / "constructs").mkdir()
    (tmp_path / "constructs" / "__init__.py").touch()
    code = "from constructs import Construct"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "ImportError" in ran.stderr


def test_functions_are_imported_from_the_source_root() -> None:
    code = "import sys; sys.path.insert(0, 'lambda'); from default_security_group.handler import lambda_handler"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_no_use_case_can_hide_what_lies_beside_the_use_cases() -> None:
    here = ROOT / "pipelines_src"
    modules = {path.stem for path in here.glob("*.py") if not path.stem.startswith("__")}
    folders = {path.name for path in here.iterdir() if path.is_dir() and not (path / "use_case.yaml").exists()}
    assert set(TAKEN) == modules | folders - {"__pycache__"}
