"""Both sides of a change: what is synthesised, what is kept, and that nothing is left, however it ends."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ops.errors import OperationError
from ops.review import sides, work_tree
from ops.review.synthesis import Synthesis

# Stands for the application: writes what its folder holds, as often as it is run.
APP = """
import os, pathlib, time
out = pathlib.Path(os.environ["CDK_OUTDIR"])
assert os.environ["CDK_VALIDATION"] == "false"
out.mkdir(parents=True)
said = pathlib.Path("said.txt").read_text()
if said.startswith("sleep"):
    (out / "begun").touch()
    time.sleep(60)
if said.startswith("fail"):
    raise SystemExit("environments/dev.yaml:3: it is wrong")
(out / "manifest.json").write_text(said)
"""


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, said: str) -> str:
    (root / "said.txt").write_text(said)
    git(root, "add", ".")
    git(root, "commit", "-qm", said)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository: main has gone on since the branch that is checked out has left it."""
    root = tmp_path / "repository"
    (root / "environments").mkdir(parents=True)
    (root / "environments" / "dev.yaml").write_text("name: dev\n")
    (root / "app.py").write_text(APP)
    git(root, "init", "-q", "-b", "main")
    commit(root, "parted")
    git(root, "checkout", "-qb", "branch")
    commit(root, "branch")
    git(root, "checkout", "-q", "main")
    commit(root, "main has gone on")
    git(root, "checkout", "-q", "branch")
    return root


def folder(root: Path) -> Path:
    return root / "build" / "review"


def left(root: Path) -> list[str]:
    return sorted(path.relative_to(folder(root)).as_posix() for path in folder(root).glob("*"))


def test_the_folder_as_it_is_stands_against_what_it_has_parted_from(root: Path) -> None:
    (root / "said.txt").write_text("not committed")
    (root / "environments" / "dev.yaml").write_text("name: changed\n")
    status, index = git(root, "status", "--porcelain"), (root / ".git" / "index").read_bytes()
    with sides.synthesised("main", root, folder(root)) as both:
        assert (both.base / "manifest.json").read_text() == "parted"
        assert (both.head / "manifest.json").read_text() == "not committed"
        assert (both.base_root / "environments" / "dev.yaml").read_text() == "name: dev\n"
        assert both.commit == git(root, "merge-base", "main", "branch")
    assert left(root) == ["bases"]
    assert git(root, "worktree", "list").count("\n") == 0
    assert git(root, "status", "--porcelain", "--", "said.txt", "environments") == status
    assert (root / ".git" / "index").read_bytes() == index


def test_a_base_is_synthesised_once_and_the_newest_three_are_kept(root: Path) -> None:
    with sides.synthesised("main", root, folder(root)) as both:
        first = (both.base / "manifest.json").stat().st_mtime_ns
    with sides.synthesised("main", root, folder(root)) as both:
        assert (both.base / "manifest.json").stat().st_mtime_ns == first
    for number in range(4):
        base = commit(root, f"base {number}")
        with sides.synthesised(base, root, folder(root)) as both:
            assert (both.base / "manifest.json").read_text() == f"base {number}"
    kept = [path / "assembly" / "manifest.json" for path in (folder(root) / "bases").iterdir()]
    assert sorted(path.read_text() for path in kept) == ["base 1", "base 2", "base 3"]


def test_other_packages_make_another_base(root: Path) -> None:
    for packages in ("a==1", "a==2"):
        (root / "requirements-dev.txt").write_text(packages)
        with sides.synthesised("main", root, folder(root)):
            pass
    assert len(list((folder(root) / "bases").iterdir())) == 2


def test_a_side_that_cannot_be_synthesised_is_named_with_what_it_says(root: Path) -> None:
    (root / "said.txt").write_text("fail")
    told = "(?s)^The folder as it is cannot be synthesised.*environments/dev.yaml:3: it is wrong$"
    with pytest.raises(OperationError, match=told), sides.synthesised("main", root, folder(root)):
        pass
    assert left(root) == []
    bad = commit(root, "fail")
    (root / "said.txt").write_text("well")
    with (
        pytest.raises(OperationError, match=f"^The base {bad[:12]} cannot be synthesised"),
        sides.synthesised(bad, root, folder(root)),
    ):
        pass
    assert left(root) == []


@pytest.mark.parametrize("reference", ["nowhere", "--upload-pack=touch x", "", "HEAD:said.txt"])
def test_a_base_that_is_none_is_told(reference: str, root: Path) -> None:
    with (
        pytest.raises(OperationError, match=r"BASE: found '.*'; allowed is a commit, .* Correct it, or fetch it"),
        sides.synthesised(reference, root, folder(root)),
    ):
        pass
    assert not folder(root).exists()


def test_without_a_common_commit_the_reference_itself_is_the_base(root: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(root, "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{root}", str(shallow))
    assert work_tree.parted("origin/main", shallow) == git(root, "rev-parse", "main")


def test_two_reviews_at_once_are_refused(root: Path) -> None:
    with (
        sides.synthesised("main", root, folder(root)),
        pytest.raises(OperationError, match="Another review runs in"),
        sides.synthesised("main", root, folder(root)),
    ):
        pass


def test_what_a_killed_review_left_is_taken_away_by_the_next(root: Path) -> None:
    (folder(root) / "work" / "base").mkdir(parents=True)
    with sides.synthesised("main", root, folder(root)) as both:
        assert (both.base / "manifest.json").read_text() == "parted"
    assert left(root) == ["bases"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_leaves_nothing_and_nothing_running(number: signal.Signals, root: Path) -> None:
    (root / "said.txt").write_text("sleep")
    code = (
        "import sys; from pathlib import Path; from ops.review import sides\n"
        "with sides.synthesised('main', Path(sys.argv[1]), Path(sys.argv[2])): pass"
    )
    command = [sys.executable, "-c", code, str(root), str(folder(root))]
    here = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(command, cwd=here, stderr=subprocess.PIPE, start_new_session=True)
    begun = folder(root) / "work" / "head" / "begun"
    until = time.monotonic() + 20
    while not begun.exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    assert len(running_in(root)) == 1
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode != 0
    assert running_in(root) == []
    assert [name for name in left(root) if name != "bases"] == []
    assert git(root, "worktree", "list").count("\n") == 0


def running_in(root: Path) -> list[int]:
    """Processes whose folder is the repository."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if (path / "cwd").resolve() == root.resolve():
                found.append(int(path.name))
        except OSError:  # it has ended, or is another user's
            continue
    return found


def test_stopping_twice_or_after_the_end_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "said.txt").write_text("well")
    one = Synthesis.start("It", tmp_path, tmp_path / "out", tmp_path / "log")
    one.wait()
    one.stop()
    shutil.rmtree(tmp_path / "out")
    (tmp_path / "said.txt").write_text("sleep")
    two = Synthesis.start("It", tmp_path, tmp_path / "out", tmp_path / "log")
    two.stop()
    two.stop()
    assert two.process.returncode == -signal.SIGTERM
