"""Which of the files that lie in a prefix a run takes. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from batch_transform.events import Scope
from batch_transform.state import Champion, File, Scored

_LONGEST_NAME = 255  # bytes, of a part of a path: jobs get files, and file systems end there


@dataclass(frozen=True)
class Portion:
    """Files that one run takes, those that no job can read with the reason; `upto` its last name if others wait."""

    files: tuple[File, ...]
    refused: tuple[tuple[File, str], ...]
    upto: str


def pending(
    files: Iterable[File], scored: dict[str, Scored], scope: Scope, champion: Champion | None, after: str = ""
) -> list[File]:
    """Return the files that runs of this scope score, in the order of their names.

    `after`: the last name that runs before have scored again, where the scope is `all`.
    """

    def wanted(file: File) -> bool:
        done = scored.get(file.file)
        if done is None or done.version != file.version or (scope == "all" and file.file > after):
            return True
        return scope == "prefix" and champion is not None and done.model_data != champion.model_data

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


def portion(good: list[File], bad: list[tuple[File, str]], most_files: int, most_bytes: int) -> Portion:
    """Return what one run takes, in the order of names: a file that is larger than `most_bytes` is taken alone.

    Without limits a run could hold more names than the function's memory, or more bytes than the jobs' volumes.
    """
    sizes = accumulate(file.size for file in good)
    end = next((n for n, size in enumerate(sizes) if n and (n >= most_files or size > most_bytes)), None)
    if end is None:
        return Portion(tuple(good), tuple(bad), "")
    upto = good[end - 1].file
    return Portion(tuple(good[:end]), tuple(item for item in bad if item[0].file <= upto), upto)


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
