"""Dated tables of prices, one folder for each region. A table is of one day; a price always says of which."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from ops.errors import OperationError

FOLDER = Path(__file__).with_name("prices")
STALE_DAYS = 180  # after which a table is called old
# Where the newest table lacks a price, older ones may have it, but none that is older than this against the newest.
_OLDEST_YEARS = 3


@dataclass(frozen=True)
class Price:
    """A price as a table has it.

    Attributes:
        name: `offer:usage type` of AWS's price list, without the region's prefix, such as `awskms:KMS-Keys`.
        unit: what is counted, such as `Hrs` or `GB`.
        tiers: from how much to how much of a month (None: without end), and US dollars for each unit in between.
        date: of the table.
        source: key of its sources.
    """

    name: str
    unit: str
    tiers: tuple[tuple[Decimal, Decimal | None, Decimal], ...]
    date: str
    source: str

    def cost(self, quantity: Decimal) -> Decimal:
        """Return what a quantity costs, US dollars; each part of it at the rate of its tier."""
        return sum((self._of(tier, quantity) for tier in self.tiers), Decimal(0))

    @staticmethod
    def _of(tier: tuple[Decimal, Decimal | None, Decimal], quantity: Decimal) -> Decimal:
        begin, end, usd = tier
        within = (quantity if end is None else min(quantity, end)) - begin
        return max(within, Decimal(0)) * usd


@dataclass(frozen=True)
class Table:
    """Prices of one region and day.

    Attributes:
        sources: by key: `address` of AWS, day it was `published` where that is known, day it was `read`, and where a
            `copy` lies if it was not read from AWS.
    """

    region: str
    date: str
    sources: Mapping[str, Mapping[str, str]]
    prices: Mapping[str, Price] = field(default_factory=dict)


class Tables:
    """The tables of one region, the newest first."""

    def __init__(self, tables: tuple[Table, ...]) -> None:
        self.tables = tuple(sorted(tables, key=lambda table: table.date, reverse=True))
        newest = self.tables[0].date if self.tables else ""
        self._asked = tuple(table for table in self.tables if _years(table.date, newest) < _OLDEST_YEARS)

    def find(self, names: tuple[str, ...]) -> tuple[Price, bool] | None:
        """Return a price and whether it stands in for the right one; None if no table has any of them.

        The newest table that has one of the names decides, and in it the first of them: a rate of this year for the
        same machine as an endpoint is closer to what a training job pays than its own rate of years ago.
        """
        for table in self._asked:
            for name in names:
                if name in table.prices:
                    return table.prices[name], name != names[0]
        return None

    def source(self, day: str, key: str) -> Mapping[str, str]:
        """Return where a price of a table is from."""
        return next((table.sources[key] for table in self.tables if table.date == day), {})


def tables_of(region: str, day: str | None = None, folder: Path = FOLDER) -> Tables:
    """Return the tables of a region.

    Args:
        day: of the one table to take, such as 2020-02-21; None: all of them.

    Raises:
        OperationError: there is none, or one is malformed or not as its checksum says.
    """
    files = sorted((folder / region).glob("*.json"))
    if not files:
        known = ", ".join(sorted(path.name for path in folder.iterdir() if path.is_dir())) if folder.is_dir() else ""
        raise OperationError(
            f"There are no prices of {region or 'the region (none is named)'}; known are those of {known or 'none'}. "
            f"Fetch them: python -m ops cost prices refresh --region {region or 'REGION'}"
        )
    chosen = [file for file in files if day in (None, file.stem)]
    if not chosen:
        raise OperationError(f"There are no prices of {region} of {day}; known are {', '.join(f.stem for f in files)}.")
    return Tables(tuple(read(file) for file in chosen))


@cache
def read(file: Path) -> Table:
    """Return a table; OperationError if it is malformed, or was changed since its checksum was made."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        prices = {row["price"]: _price(row, content["date"]) for row in content["rows"]}
        table = Table(content["region"], content["date"], content["sources"], prices)
    except (OSError, ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise OperationError(
            f"{file}: is no table of prices ({error!r}). Take it from the repository again."
        ) from error
    if content.get("sha256") != checksum(content):
        raise OperationError(f"{file}: is not what its checksum says. Take it from the repository again.")
    if (table.region, table.date) != (file.parent.name, file.stem) or len(prices) != len(content["rows"]):
        raise OperationError(f"{file}: must be of the region and day that it is named for, and have each price once.")
    return table


def checksum(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all of a table but the checksum itself, as compact JSON with sorted keys."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _price(row: Mapping[str, Any], day: str) -> Price:
    tiers = tuple(_tiers(row))
    if not tiers or any(usd < 0 for *_, usd in tiers):
        raise ValueError(f"{row['price']} has no rate, or one below zero")
    return Price(row["price"], row["unit"], tiers, day, row["source"])


def _tiers(row: Mapping[str, Any]) -> Iterator[tuple[Decimal, Decimal | None, Decimal]]:
    for begin, end, usd in row["tiers"] if "tiers" in row else [["0", None, row["usd"]]]:
        yield Decimal(begin), None if end is None else Decimal(end), Decimal(usd)


def _years(day: str, newest: str) -> float:
    return (date.fromisoformat(newest) - date.fromisoformat(day)).days / 365.25
