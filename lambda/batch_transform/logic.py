"""Decide the next step of a batch transform from one look at the world. Pure: the same look gives the same step.

One run of a use case at a time: files that come meanwhile wait for the next. So a burst of events, events twice or in
another order, and functions side by side end the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from batch_transform.events import Look, Scope
from batch_transform.state import Champion, Execution, File, Observation, Result, Run, Scored, plan_of

MOST_ATTEMPTS = 3  # in a row, whatever files came in between
_UNDER_WAY = frozenset({"Executing", "Stopping"})
_LONGEST_NAME = 255  # bytes, of a part of a path: jobs get files, and file systems end there


@dataclass(frozen=True)
class Rest:
    """Nothing to do until something changes."""

    reason: str


@dataclass(frozen=True)
class Claim:
    """Write down what the run scores, then the run, unless somebody has taken its number."""

    run: Run
    files: tuple[File, ...]
    refused: tuple[tuple[File, str], ...]


@dataclass(frozen=True)
class Start:
    """Start the pipeline for a claimed run."""

    run: Run


@dataclass(frozen=True)
class Publish:
    """Write the manifest of a run whose pipeline has succeeded."""

    run: Run
    execution: Execution


@dataclass(frozen=True)
class Close:
    """Take away what a run left, and write down how it ended."""

    run: Run
    result: Result
    detail: str


Step = Rest | Claim | Start | Publish | Close


def decide(seen: Observation, look: Look) -> Step:
    """Return the next step for a use case."""
    if seen.open_run:
        return _go_on(seen.open_run, seen.execution)
    scope = _scope(seen, look)
    if scope is None:
        return Rest("no run is under way")
    waiting = pending(seen.files, seen.scored, scope, seen.champion)
    if seen.champion is None:
        return Rest(f"no model serves yet; {len(seen.files)} files wait for the first release")
    files, refused = readable(waiting)
    if not files:
        left = f"; no job can read {len(refused)}: {refused[0][1]}" if refused else ""
        return Rest(f"nothing is to be scored of {len(seen.files)} files{left}")
    return _begin(seen, look, scope, seen.champion, files, refused)


def _go_on(run: Run, execution: Execution | None) -> Step:
    if execution is None:
        return Start(run)
    if execution.status in _UNDER_WAY:
        return Rest(f"run {run.name} is {execution.status}")
    if execution.status == "Succeeded":
        return Publish(run, execution)
    if execution.status == "Stopped":
        return Close(run, "stopped", "somebody stopped the execution")
    return Close(run, "failed", execution.reason or f"the execution is {execution.status}")


def _scope(seen: Observation, look: Look) -> Scope | None:
    """Return which files may be scored now; a run that failed is tried again without being asked for."""
    if look.begin:
        return look.scope
    if seen.runs and seen.runs[0].result == "failed":
        return seen.runs[0].scope
    return None


def _begin(
    seen: Observation,
    look: Look,
    scope: Scope,
    champion: Champion,
    files: list[File],
    refused: list[tuple[File, str]],
) -> Step:
    plan = plan_of(files, champion)
    if seen.runs and not look.insist:
        last = seen.runs[0]
        if last.result == "stopped" and last.plan == plan:
            return Rest(f"run {last.name} of the same files was stopped; a command starts it again")
        if exhausted(seen.runs) and last.champion.package == champion.package:
            return Rest(
                f"the last {MOST_ATTEMPTS} runs failed, the newest: {last.detail}; "
                "a command or another model tries again"
            )
    run = Run(
        use_case=seen.use_case,
        number=seen.runs[0].number + 1 if seen.runs else 1,
        plan=plan,
        scope=scope,
        champion=champion,
        files=len(files),
        trigger=look.trigger,
        claimed_at=seen.now,
    )
    return Claim(run, tuple(files), tuple(refused))


def exhausted(runs: Iterable[Run]) -> bool:
    """Whether the newest runs failed so often that a person is needed.

    Not those of one plan alone: where files keep coming no two plans are the same.
    """
    return len(list(takewhile(lambda run: run.result == "failed", runs))) >= MOST_ATTEMPTS


def pending(files: Iterable[File], scored: dict[str, Scored], scope: Scope, champion: Champion | None) -> list[File]:
    """Return the files that a run of this scope scores, in the order of their names."""

    def wanted(file: File) -> bool:
        done = scored.get(file.file)
        if scope == "all" or done is None or done.version != file.version:
            return True
        return scope == "prefix" and champion is not None and done.package != champion.package

    return sorted(file for file in files if wanted(file))


def readable(files: Iterable[File]) -> tuple[list[File], list[tuple[File, str]]]:
    """Return those files that can be brought into a job's folder together, and the others with the reason."""
    good: list[File] = []
    bad: list[tuple[File, str]] = []
    listed = list(files)
    folders = {part for file in listed for part in _folders_of(file.file)}
    for file in listed:
        if reason := _unreadable(file.file, folders):
            bad.append((file, reason))
        else:
            good.append(file)
    return good, bad


def _folders_of(name: str) -> Iterable[str]:
    parts = name.split("/")
    return ("/".join(parts[:length]) for length in range(1, len(parts)))


def _unreadable(name: str, folders: set[str]) -> str:
    parts = name.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return "its name is no path of a file"
    if any(len(f"{part}.jsonl".encode()) > _LONGEST_NAME for part in parts):
        return f"a part of its name has more than {_LONGEST_NAME - 6} bytes"
    # Its results are called <name>.jsonl.
    if name in folders or f"{name}.jsonl" in folders:
        return "another file's name has it as a folder"
    return ""
