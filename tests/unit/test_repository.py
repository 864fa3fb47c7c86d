"""What must hold of the repository itself."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from ops.review.reports.markdown import MARKER

ROOT = Path(__file__).resolve().parents[2]
WANTED = ["aws-cdk-lib", "constructs", "boto3", "sagemaker", "pytest", "cdk-nag"]
LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-uv.txt"]
LONGEST_FUNCTION = 60
TARGETS = ["setup", "synth", "review", "lint", "test", "demo", "bench", "clean"]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("package", WANTED)
def test_the_named_packages_are_pinned(package: str) -> None:
    assert re.search(rf"^{package}==[\d.]+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_requirements_are_pinned_and_hashed_without_addresses(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"--(extra-)?index-url|--find-links|://", text)
    packages = re.findall(r"^[a-z0-9][\w.\[\]-]*[^\n]*(?:\n    [^\n]+)*", text, re.MULTILINE | re.IGNORECASE)
    assert packages
    for package in packages:
        assert "==" in package.splitlines()[0]
        assert "--hash=sha256:" in package


def test_both_requirements_agree() -> None:
    pins = [dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS[:2]]
    assert pins[0].items() <= pins[1].items()


def test_what_notebooks_need_is_pinned_with_the_rest() -> None:
    lines = (ROOT / "requirements-notebook.in").read_text().splitlines()
    names = [line for line in lines if re.fullmatch(r"[a-z][a-z0-9-]*", line)]
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    assert names
    assert set(names) <= set(pinned)


def test_the_node_lock_has_digests_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or "integrity" in package, name
    assert packages["node_modules/aws-cdk"]["version"] == "2.1148.1"


def test_no_file_names_a_machine_or_holds_a_credential() -> None:
    wrong = re.compile(rf"{re.escape(str(ROOT.parent))}/|/home/\w+/|AKIA[0-9A-Z]{{16}}|BEGIN [A-Z ]*PRIVATE KEY")
    for path in tracked():
        text = path.read_bytes().decode(errors="ignore")
        found = wrong.search(text) if path != Path(__file__) else None
        assert not found, f"{path.relative_to(ROOT)}: {found}"


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length} lines"
        for path in tracked()
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert long == []


def test_a_gate_skips_nothing() -> None:
    skips = re.compile(r"pytest\.(skip|importorskip|mark\.skip(if)?)\b")
    files = [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] == "tests"]
    found = [path.name for path in files if path != Path(__file__) and skips.search(path.read_text())]
    assert found == ["needs.py", "test_needs.py"]  # which fails where CI is set
    assert re.search(r"^export CI=true$", (ROOT / ".ci/run").read_text(), re.MULTILINE)


def test_make_help_lists_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for target in TARGETS:
        assert re.search(rf"make {target} +\S", shown), target


def test_the_workflow_does_what_ci_does() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    [job] = workflow["jobs"].values()
    assert {"run": ".ci/run"} in job["steps"]
    assert workflow["permissions"] == {"contents": "read"}
    assert "make test" in (ROOT / ".ci/run").read_text()


def test_the_review_of_pull_requests_may_only_read_and_takes_nothing_of_them_as_code() -> None:
    text = (ROOT / ".github/workflows/review.yml").read_text()
    workflow = yaml.safe_load(text)
    assert workflow[True] == {"pull_request": None}  # `on` is true to YAML; not pull_request_target, which could write
    assert workflow["permissions"] == {"contents": "read"}
    [job] = workflow["jobs"].values()
    assert "permissions" not in job
    checkout = job["steps"][0]["with"]
    assert (checkout["persist-credentials"], checkout["fetch-depth"]) == (False, 2)
    assert {"run": "make review BASE=HEAD^1"} in job["steps"]
    assert not any("${{" in step.get("run", "") for step in job["steps"])  # a branch may have any name
    assert "secrets." not in text


def test_the_workflow_that_comments_runs_nothing_of_the_change() -> None:
    page = (ROOT / "docs/review.md").read_text()
    [text] = re.findall(r"```yaml\n(name: review-comment\n.*?)```", page, re.DOTALL)
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    [job] = workflow["jobs"].values()
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    [step] = job["steps"]  # nothing is checked out
    assert "${{" not in step["run"]
    subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)
    assert MARKER in step["run"]


def test_actions_are_pinned_by_commit_with_the_tag_beside() -> None:
    used = [line for path in (ROOT / ".github/workflows").glob("*.yml") for line in path.read_text().splitlines()]
    used = [line for line in used if "uses:" in line]
    assert used
    for line in used:
        assert re.search(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_the_readme_shows_both_commands_and_its_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "local_cloud").glob("*.md")]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.relative_to(ROOT)} links to {link}, which is not there"
    for path in [*(ROOT / "environments").glob("*.yaml"), *(ROOT / "pipelines_src").glob("*/use_case.yaml")]:
        [schema] = re.findall(r"^# yaml-language-server: \$schema=(.+)$", path.read_text(), re.MULTILINE)
        assert (path.parent / schema).exists(), path
    for path in [*(ROOT / "environments").rglob("*.*"), *(ROOT / "config").rglob("*.py")]:
        for page in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text()):
            assert (ROOT / page).exists(), f"{path.relative_to(ROOT)} speaks of {page}, which is not there"
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme
    assert "make test" in readme
