"""How often the monitor alarms where nothing has changed: windows of real flights drawn at random from one season.

Days: whole days, which share their weather, are dealt out to a baseline and a month; a week and a day of the month are
windows too. Records: single flights are dealt out. What is checked and how is the product's own, with its defaults.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from scipy.stats import beta

from benchmarks.season_months import TIME
from pipelines_src.steps import model_monitor
from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from pipelines_src.steps.monitoring import captured, data_quality, expected, profiling
from pipelines_src.steps.monitoring.expected import Expected
from pipelines_src.steps.monitoring.guarded import ALPHA
from pipelines_src.steps.monitoring.profile import Profile
from pipelines_src.steps.monitoring.request import Request
from pipelines_src.steps.preparation import periods
from pipelines_src.steps.preparation.described import described
from pipelines_src.steps.use_case import UseCase

WINDOWS = {"30 days": 30, "7 days": 7, "a day": 1}
MONTH, AS_RECORDS = "30 days", ", as if records"
SELDOM = 4


@dataclass(frozen=True)
class Alarms:
    """Of windows of one kind: how many there were, and how many had a violation.

    Attributes:
        name: monitor, what was drawn, and how long windows are.
        alpha: what is stated.
    """

    name: str
    windows: int
    alarms: int
    alpha: float

    @property
    def interval(self) -> tuple[float, float]:
        """Clopper and Pearson's interval of 95 % (1934, Biometrika 26)."""
        low = beta.ppf(0.025, self.alarms, self.windows - self.alarms + 1) if self.alarms else 0.0
        high = beta.ppf(0.975, self.alarms + 1, self.windows - self.alarms) if self.alarms < self.windows else 1.0
        return float(low), float(high)

    @property
    def kept(self) -> bool:
        """Whether the share of alarms is no higher than stated, as far as so many windows tell."""
        return self.interval[0] <= self.alpha


@dataclass
class Counted:
    """Counts windows by kind, and those that alarm."""

    what: str
    windows: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, alarmed: bool) -> None:
        self.windows[kind] += 1
        self.alarms[kind] += alarmed

    def found(self) -> list[Alarms]:
        return [Alarms(f"{self.what}{kind}", count, self.alarms[kind], ALPHA) for kind, count in self.windows.items()]


@dataclass(frozen=True)
class Season:
    """Records of one season, in a table that DuckDB reads, and where files may go."""

    table: Path
    use_case: UseCase
    scratch: Path

    def data(self, splits: int, *, by_day: bool) -> list[Alarms]:
        """Return the alarms of the monitor of data quality; of some splits also as if each record told by itself.

        Args:
            splits: how often the season is dealt out.
            by_day: whether by whole days; else by record.
        """
        names = [field.name for field in self.use_case.record]
        connection = captured.connect(self.scratch, 1.0, 1)
        numbered = f"*, row_number() OVER () AS place, {TIME}::DATE::VARCHAR AS day"
        connection.execute(f"CREATE TABLE season AS SELECT {numbered} FROM '{self.table}'")  # noqa: S608
        found = connection.execute(f"SELECT DISTINCT {_key(by_day)} AS k FROM season ORDER BY k").fetchall()  # noqa: S608
        keys, counted = [key for (key,) in found], Counted("data quality, ")
        for seed in range(splits):
            parts = dealt(keys, seed, by_day=by_day)
            baseline = self._baseline(connection, parts.pop("baseline"), by_day=by_day)
            for window, some in parts.items():
                profile = _profile(connection, names, some, by_day=by_day)
                counted.add(window, _alarmed(baseline, profile))
                if by_day and seed % SELDOM == 0:
                    plain = Expected(baseline.fields, baseline.types, baseline.domains)
                    counted.add(f"{window}{AS_RECORDS}", _alarmed(plain, profile))
        return counted.found()

    def _baseline(self, connection: "duckdb.DuckDBPyConnection", keys: Sequence[Any], *, by_day: bool) -> Expected:
        path = self.scratch / "part.parquet"
        connection.execute(f"COPY ({_rows(keys, by_day)}) TO '{path}' (FORMAT parquet)")
        engine = DuckDBEngine(self.scratch, 1)
        table = engine.read("part", path, [field.name for field in self.use_case.record])
        seen = described(engine, table, self.use_case.record)
        alike = periods.described(engine, table, self.use_case, seen)
        statistics = model_monitor.statistics(seen[0].rows, seen)
        return expected.of(model_monitor.constraints(seen), statistics, alike)


def _alarmed(baseline: Expected, profile: Profile) -> bool:
    return any(one.violated for one in data_quality.result(baseline, profile, Request.of({})).findings)


def _key(by_day: bool) -> str:
    return "day" if by_day else "place"


def _rows(keys: Sequence[Any], by_day: bool) -> str:
    listed = ", ".join(f"'{key}'" if by_day else str(key) for key in keys)
    return f"SELECT * FROM season WHERE {_key(by_day)} IN ({listed})"  # noqa: S608


def dealt(keys: Sequence[Any], seed: int, *, by_day: bool) -> dict[str, list[Any]]:
    """Return which days, or records, are the `baseline` and which those of each window, dealt out at random."""
    order = np.random.default_rng(seed).permutation(len(keys))
    chosen = [keys[place] for place in order]
    month = WINDOWS[MONTH] if by_day else len(keys) // 3
    windows = {name: chosen[:days] for name, days in WINDOWS.items()} if by_day else {"records": chosen[:month]}
    return {"baseline": chosen[month:], **windows}


def _profile(
    connection: "duckdb.DuckDBPyConnection", names: Sequence[str], keys: Sequence[Any], *, by_day: bool
) -> Profile:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE part AS {_rows(keys, by_day)}")
    [profile] = profiling.of_table(connection, "part", {name: f'"{name}"' for name in names}, "1").values()
    profile.add_periods(connection.execute("SELECT day, count(*) FROM part GROUP BY day ORDER BY day").fetchall())
    return profile
