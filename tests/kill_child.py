"""What a forked process does for `tests.kills`: it is the job, counts the moments of its writing, and dies at one.

A moment is just before the job opens a file of a folder to write, moves or removes one, or makes or removes a folder.
What lies in the folder then is what SIGKILL leaves: nothing that the process still has in memory is there.
"""

import importlib
import os
import runpy
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
job_child = importlib.import_module("job_child")
sys.path.pop(0)

_CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "shutil.rmtree"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch(folder: str, copies: str | None, dies_at: int | None) -> None:
    """Count the moments from 0; copy the folder at each into `copies`, or kill this process at one of them.

    What lies in it just after a file was opened to write is in `<moment>.opened`: that file, empty. The file `moved`
    has what was moved to, a line each; libraries that are not Python's write unseen, but must be moved as well.
    """
    moment = 0
    busy = False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal moment, busy
        if busy or event not in _CHANGES or (event == "open" and not arguments[2] & _WRITES):
            return
        paths = [os.fsdecode(one) for one in arguments[:2] if isinstance(one, str | bytes | os.PathLike)]
        if not any(path.startswith(folder) for path in paths):
            return
        busy = True
        if moment == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if copies:
            shutil.copytree(folder, Path(copies) / f"{moment:05d}", symlinks=True)
            if event == "open":
                opened = Path(copies) / f"{moment:05d}.opened" / Path(paths[0]).relative_to(folder)
                opened.parent.mkdir(parents=True)
                opened.touch()
            if event == "os.rename":
                with (Path(copies) / "moved").open("a") as moved:
                    moved.write(f"{Path(paths[1]).relative_to(folder)}\n")
        moment, busy = moment + 1, False

    sys.addaudithook(hook)


def run(told: dict[str, Any], words: list[str], variables: dict[str, str], *streams: str) -> None:
    """Be the job of these words (see `job_child`), or the module that stands after `-m`."""
    watch(**told)
    if words[0] != "-m":
        job_child.run(words, variables, *streams)
        return
    job_child.redirect(*streams)
    os.environ.update(variables)
    runpy.run_module(words[1], run_name="__main__")


if __name__ == "__main__":
    run(*globals()["GIVEN"])
