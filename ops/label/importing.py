"""Labels of any tool as an augmented manifest of the platform's; a mistake is told before anything is sent."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from config.use_case.label_task import Task
from label import augmented
from label.storage import INCOMING
from ops.target import OperationError, Target


def manifest_of(target: Target, file: Path, attribute: str = "label") -> str:
    """Return the manifest of a file of labels.

    Args:
        target: whose labels they are.
        file: an augmented manifest, or a CSV with the columns object and label.
        attribute: what has the label in the file.

    Raises:
        OperationError: the file says something else; file, line, what was found and what is allowed.
    """
    label = target.use_case.label
    if label is None:
        raise OperationError(f"{target.use_case.name} is not labelled. Add a section label (docs/labelling.md).")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise OperationError(
            f"{file}: is no UTF-8 ({error.reason} at byte {error.start}). Save it as UTF-8."
        ) from error
    prefix = f"s3://{target.bucket('raw')}/{INCOMING}/{target.use_case.name}/"
    if file.suffix.lower() == ".csv":
        lines = _of_csv(file, text, attribute, label.task, prefix)
    else:
        lines = _of_manifest(file, text, attribute, label.task)
    return augmented.write(_once(file, lines, prefix, label.task.attribute))


def _of_csv(file: Path, text: str, attribute: str, task: Task, prefix: str) -> Iterator[tuple[int, augmented.Line]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    wanted = ("object", attribute)
    if missing := [name for name in wanted if name not in (reader.fieldnames or ())]:
        raise OperationError(
            f"{file}: has no column {missing[0]}; found are {', '.join(reader.fieldnames or ()) or 'none'}; wanted are "
            f"{' and '.join(wanted)}. Rename one, or name it by --attribute."
        )
    if task.type not in ("image_classification", "text_classification", "page"):
        raise OperationError(
            f"{file}: a CSV has one category for an object; bring {task.type} as an augmented manifest."
        )
    for row in reader:
        category = (row[attribute] or "").strip()
        _known(file, reader.line_num, [category], task)
        yield reader.line_num, _line(row["object"] or "", category, task, prefix)


def _line(name: str, category: str, task: Task, prefix: str) -> augmented.Line:
    key = "source" if task.kind_of_objects == "text" else "source-ref"
    address = name if key == "source" or name.startswith("s3://") else f"{prefix}{name}"
    return {
        key: address,
        task.attribute: task.categories.index(category),
        f"{task.attribute}-metadata": {"class-name": category, "human-annotated": "yes", "type": "ml-loop/import"},
    }


def _of_manifest(file: Path, text: str, attribute: str, task: Task) -> Iterator[tuple[int, augmented.Line]]:
    try:
        lines = augmented.read(text)
    except augmented.LineError as error:
        raise OperationError(f"{file}: {error}. Mend the line.") from error
    for number, line in enumerate(lines, 1):
        if attribute not in line:
            found = sorted(name for name in line if f"{name}-metadata" in line)
            raise OperationError(
                f"{file}: entry {number} has no {attribute!r}; found are {', '.join(found) or 'no labels'}. Name the "
                "label by --attribute."
            )
        if problem := augmented.failure(line, attribute):
            raise OperationError(f"{file}: entry {number} has no label: {problem}. Remove it, or label it.")
        categories = augmented.classes(line, attribute)
        if not categories and task.type in ("image_classification", "text_classification", "page"):
            raise OperationError(f"{file}: entry {number} has no class-name in {attribute}-metadata. Add it.")
        _known(file, number, categories, task)
        key = "source" if "source" in line else "source-ref"
        yield (
            number,
            {
                key: line[key],
                task.attribute: line[attribute],
                f"{task.attribute}-metadata": line.get(f"{attribute}-metadata", {}),
            },
        )


def _known(file: Path, number: int, categories: Iterable[str], task: Task) -> None:
    for category in categories:
        if category not in task.categories:
            raise OperationError(
                f"{file}: line {number} says {category!r}; allowed are {', '.join(task.categories)}. Correct it, or "
                "add it to label.task.categories and deploy."
            )


def _once(
    file: Path, lines: Iterable[tuple[int, augmented.Line]], prefix: str, attribute: str
) -> Iterator[augmented.Line]:
    """Leave out repetitions, and refuse contradictions."""
    seen: dict[str, tuple[int, augmented.Line]] = {}
    for number, line in lines:
        name = augmented.name_of(line, prefix)
        before = seen.setdefault(name, (number, line))
        if before[0] == number:
            yield line
        elif before[1][attribute] != line[attribute]:
            raise OperationError(f"{file}: lines {before[0]} and {number} label {name} otherwise. Keep one of them.")
    if not seen:
        raise OperationError(f"{file}: has no labels. Choose another file.")
