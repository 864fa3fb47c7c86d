"""From a file to the folder of a use case: written beside, validated, then moved to its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config import UseCase, load_use_case
from config.loading import ROOT
from ops import use_case_notebook
from ops.new_use_case import finding, plan, raw_table, rendering, sentinels, staging, target, typing_columns, workspace
from ops.new_use_case.beside import beside
from ops.new_use_case.column import Column
from ops.new_use_case.errors import DataError
from ops.new_use_case.measuring import Measured, measure
from ops.new_use_case.plan import Plan
from ops.new_use_case.request import Request
from ops.new_use_case.workspace import Workspace

RAW = "raw"  # the folder of raw files in that of the use case; git ignores it


@dataclass(frozen=True)
class Created:
    """A use case that is there now.

    Attributes:
        use_case: as `config` reads it.
        plan: what was decided.
        folder: where it is.
    """

    use_case: UseCase
    plan: Plan
    folder: Path


def create(request: Request, root: Path = ROOT) -> Created:
    """Write `pipelines_src/<name>/`: use_case.yaml, a notebook, `__init__.py` and the raw table.

    Raises:
        DataError: the file or an option is wrong; nothing is left behind.
    """
    request.check(root)
    sources = root / "pipelines_src"
    with beside(sources, ".new-") as scratch:
        folder = scratch / "pipelines_src" / request.name
        with workspace.opened(scratch, request.data) as opened:
            decided = _decide(opened, request, folder / RAW)
        _write(decided, folder)
        use_case = load_use_case(request.name, scratch)
        (folder / use_case_notebook.FILE).write_text(use_case_notebook.notebook(use_case), encoding="utf-8")
        request.check(root)  # again: somebody may have been quicker
        folder.rename(sources / request.name)
    return Created(use_case, decided, sources / request.name)


def _decide(opened: Workspace, request: Request, raw: Path) -> Plan:
    source = staging.stage(opened, request.encoding, request.missing)
    columns = typing_columns.typed(opened, source, request.dates)
    time = finding.time_column(opened, columns, request.time) if request.time is not None else None
    columns = [time if time is not None and column.name == time.name else column for column in columns]
    label = finding.named(columns, request.label, "--label") if request.label is not None else None
    if label is not None and time is not None and label.name == time.name:
        raise DataError(f"--label and --time both name {label.name!r}; a time is not predicted. Name two columns.")
    raw_table.write(opened, columns, raw)
    usable = [column for column in columns if column.kind != "unusable"]
    measured = sentinels.told(opened, measure(opened, usable))
    aim = target.target(opened, request, _of(measured, label), measured[0].rows if measured else 0)
    return plan.plan(opened, request, columns, measured, aim, _of(measured, time), source.notes)


def _of(measured: Sequence[Measured], column: Column | None) -> Measured | None:
    return next((one for one in measured if column is not None and one.name == column.name), None)


def _write(decided: Plan, folder: Path) -> None:
    sentence = " ".join(rendering.description(decided).replace("\\", " ").replace('"', "'").split())
    (folder / "__init__.py").write_text(f'"""The use case {decided.request.name}: {sentence}"""\n', encoding="utf-8")
    (folder / "use_case.yaml").write_text(rendering.use_case_yaml(decided), encoding="utf-8")
