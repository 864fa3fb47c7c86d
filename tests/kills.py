"""Jobs that are killed at each moment at which they write (see `kill_child`).

What a job leaves at any moment is whole or not there; run again in the same folders, over whatever was left, it ends as
if nothing had been.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.job_process import fork

# How many moments a job dies at in earnest; at all of them what it would leave is looked at.
KILLS = int(os.environ.get("ML_LOOP_KILLS", "1"))
_CHILD = str(Path(__file__).with_name("kill_child.py"))
Files = dict[str, bytes]


@dataclass(frozen=True)
class Job:
    """A job's program as words, its variables, and the folder below which it writes."""

    words: list[str]
    variables: dict[str, str]
    outputs: Path

    def run(self, copies: Path | None = None, dies_at: int | None = None) -> "subprocess.CompletedProcess[str]":
        """Run to the end, or to a moment; `copies` gets the outputs as they are at each."""
        told = {"folder": str(self.outputs), "copies": copies and str(copies), "dies_at": dies_at}
        return fork(_CHILD, told, self.words, {"PATH": os.environ["PATH"], **self.variables})

    def done(self, copies: Path | None = None) -> Files:
        """Run to the end and return what is there then, with whatever is hidden."""
        ended = self.run(copies)
        assert ended.returncode == 0, ended.stderr
        return files(self.outputs)

    def clear(self) -> None:
        """Give the job an empty folder, as a new container has it."""
        shutil.rmtree(self.outputs)
        self.outputs.mkdir()


def files(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def readable(found: Files) -> Files:
    """Leave out what a name says is being written."""
    return {name: content for name, content in found.items() if not any(map(_hidden, name.split("/")))}


def _hidden(name: str) -> bool:
    return name.startswith(".") or name.endswith((".partial", ".ubj"))


def watched(job: Job) -> tuple[list[Files], list[Files], Files]:
    """Run a job; return what would be left at each moment, what was just opened to write, and what is at the end.

    What is at the end must have been moved to its name.
    """
    with tempfile.TemporaryDirectory() as copies:
        whole = job.done(Path(copies))
        folders = sorted(path for path in Path(copies).iterdir() if path.is_dir())
        moved = (Path(copies) / "moved").read_text().splitlines()
        in_place = [name for name in whole if not any(name == to or name.startswith(f"{to}/") for to in moved)]
        assert not in_place, f"written under their own names: {in_place}"
        opened = [files(folder) for folder in folders if folder.suffix]
        return [files(folder) for folder in folders if not folder.suffix], opened, whole


def require_whole(moments: list[Files], whole: Files) -> None:
    """Require that all that could be read at any moment is as at the end."""
    for number, left in enumerate(moments):
        halves = {name for name, content in readable(left).items() if whole.get(name) != content}
        assert not halves, f"killed at moment {number} of {len(moments)} it leaves halves of {halves}"


def dies_and_rises(job: Job, folders: list[str]) -> None:
    """Kill a job at moments, put leavings of other runs beside what it left into its folders, and run it again."""
    job.clear()
    moments, opened, whole = watched(job)
    require_whole(moments + opened, whole)
    assert whole == readable(whole), "something hidden is left at the end"
    names = {name for left in moments for name in left} | {f"{name}/of-another-run/part-00007.csv" for name in folders}
    for number in sorted({step * len(moments) // (KILLS + 1) for step in range(1, KILLS + 1)}):
        job.clear()
        assert job.run(dies_at=number).returncode == -signal.SIGKILL
        assert files(job.outputs) == moments[number]
        for name in names - set(moments[number]):
            path = job.outputs / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"half of")
        assert job.done() == whole, f"after its death at moment {number} of {len(moments)}"
    print(f"{Path(job.words[0]).name} {job.words[1]}: {len(moments)} moments, {len(whole)} files")
