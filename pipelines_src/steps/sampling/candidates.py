"""Captured records with what the model answered: those from which a sample is chosen.

Of requests with a single record, since it is the request's id that names an object.
"""

import json
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..engines import text
from ..folders import Folders
from ..monitoring import expected, parts, profiling, sql
from ..monitoring.answered import Answered
from ..monitoring.expected import Expected
from ..monitoring.profile import Profile
from ..monitoring.ranks import Floats
from ..outcomes.reading import Captures
from ..outcomes.request import classes_of
from ..use_case import Document, UseCase
from .doubt import Doubt
from .request import Request

MOST = 50_000  # that are looked at, as memory holds them; of more, so many are drawn at random


@dataclass(frozen=True)
class Candidates:
    """Records, in an order that chance has made and that is the same each time.

    Attributes:
        requests: id of the request of each.
        records: as the client sent them.
        doubts, answers: of the model.
    """

    requests: list[str]
    records: list[Document]
    doubts: Floats
    answers: Floats

    def __len__(self) -> int:
        return len(self.requests)


def read(
    use_case: UseCase, folders: Folders, request: Request, earlier: Collection[str]
) -> tuple[Candidates, Expected | None, Profile | None]:
    """Return the candidates of the input `captures`, the baseline, and the profile of all that was captured.

    Args:
        use_case: whose endpoint.
        folders: with the inputs `captures` and, where there is one, `baseline`.
        request: which captures count.
        earlier: requests that were chosen before.
    """
    baseline = expected.read(folders.input("baseline"))
    names = parts.names(baseline, use_case)
    folder = folders.input("captures")
    folders.base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folders.base, prefix="scratch-") as scratch:
        records, answers = Path(scratch) / "records.parquet", Path(scratch) / "answers.parquet"
        classes = classes_of({"problem": use_case.problem, "data": use_case.data})
        kept: Any = Doubt(use_case.problem, classes)
        reader = Answered(Captures(use_case, kept), (), folder.name, request.window.only)
        text.to_parquet(folder, reader, answers)
        with parts.opened(Path(scratch)) as connection:
            found = profiling.of_captures(connection, folder, names, request.window, records)
            rows = connection.execute(_query(records, answers, len(names), request)).fetchall()
    return _candidates(rows, names, earlier), baseline, found.get(request.window.only)


def _query(records: Path, answers: Path, columns: int, request: Request) -> str:
    """Return the records with their answers, in SQL: of a request that came twice the first answer counts."""
    values = "".join(f", r.v{place}::VARCHAR" for place in range(columns))
    return f"""
        WITH a AS (
            SELECT event, arg_min(id, "at") AS id, arg_min(doubt, "at") AS doubt, arg_min(answer, "at") AS answer
            FROM read_parquet({sql.text(str(answers))}) WHERE valid = 1 GROUP BY event HAVING max(position) = 0
        ), r AS (SELECT *, count(*) OVER (PARTITION BY event) AS n FROM read_parquet({sql.text(str(records))}))
        SELECT a.id, a.doubt, a.answer {values}
        FROM r JOIN a USING (event) WHERE r.n = 1 AND r.bad IS NULL AND len(r.keys) = 0
        QUALIFY row_number() OVER (PARTITION BY a.id ORDER BY event) = 1
        ORDER BY sha256({sql.text(request.turn)} || '/' || a.id) LIMIT {MOST}"""  # noqa: S608


def _candidates(rows: list[tuple[Any, ...]], names: list[str], earlier: Collection[str]) -> Candidates:
    kept = [row for row in rows if row[0] not in earlier]
    return Candidates(
        [row[0] for row in kept],
        [
            {name: json.loads(value) for name, value in zip(names, row[3:], strict=True) if value is not None}
            for row in kept
        ],
        np.array([row[1] for row in kept], "float64"),
        np.array([row[2] for row in kept], "float64"),
    )
