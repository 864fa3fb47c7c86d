"""Tables of prices: of one day each, as their checksums say, and never silently mixed."""

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from config import environment_names
from config.environment import Environment
from config.loading import load_environment
from ops.cost.needs.given import machine
from ops.cost.offers import WANTED
from ops.cost.tables import FOLDER, Tables, read, tables_of
from ops.errors import OperationError
from tests.unit.cost_kit import price, table

FILES = sorted(FOLDER.glob("*/*.json"))
AMOUNTS = some.decimals(min_value=0, max_value=10**9, places=3)


def environments() -> list[Environment]:
    return [load_environment(name) for name in environment_names()]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_table_is_as_its_checksum_says_and_every_row_says_where_it_is_from(file: Path) -> None:
    found = read(file)
    assert found.prices
    for one in found.prices.values():
        source = found.sources[one.source]
        assert source["address"].startswith("https://")
        assert source["read"] == found.date
        assert source["published"] <= found.date
        offer, _, kind = one.name.partition(":")
        assert re.fullmatch(WANTED[offer], kind)


def test_the_regions_of_all_environments_have_prices() -> None:
    for environment in environments():
        assert tables_of(environment.region).tables


def test_the_articles_three_amounts_come_out_of_the_table_of_its_day() -> None:
    tables = tables_of("ap-northeast-1", "2020-02-21")

    def cost(name: str, quantity: str) -> Decimal:
        found = tables.find((f"AmazonSageMaker:{name}",))
        assert found is not None
        assert found[0].date == "2020-02-21"
        return found[0].cost(Decimal(quantity))

    assert cost("Notebk:ml.c5.xlarge", "1") == Decimal("0.30")
    assert cost("Notebk:VolumeUsage.gp2", "1") == Decimal("0.168")
    assert cost("Hst:Data-Bytes-In", "0.1") + cost("Hst:Data-Bytes-Out", "0.1") == Decimal("0.008")


def test_rates_that_others_read_from_the_price_list_are_in_the_tables() -> None:
    tables = tables_of("us-east-1")
    known = {
        "AmazonSageMaker:Host:ml.m5.large": "0.115",
        "AmazonSageMaker:Host:ml.m5.xlarge": "0.23",
        "AmazonSageMaker:Host:ml.m5.2xlarge": "0.461",
        "AmazonCloudWatch:CW:AlarmMonitorUsage": "0.1",
        "AmazonCloudWatch:DataProcessing-Bytes": "0.5",
        "AWSLambda:Request": "0.0000002",
    }
    for name, usd in known.items():
        found = tables.find((name,))
        assert found is not None
        assert found[0].cost(Decimal(1)) == Decimal(usd)


@given(AMOUNTS, AMOUNTS)
def test_more_never_costs_less(first: Decimal, second: Decimal) -> None:
    tiers = [("0", "3", "0"), ("3", "10240", "0.114"), ("10240", None, "0.05")]
    one = price("it", "0", "2026-01-01", *tiers)
    less, more = sorted((first, second))
    assert one.cost(less) <= one.cost(more)


@pytest.mark.parametrize(("quantity", "usd"), [("0", "0"), ("3", "0"), ("4", "3"), ("3.5", "1.5"), ("13", "28")])
def test_each_part_of_a_quantity_is_at_the_rate_of_its_tier(quantity: str, usd: str) -> None:
    one = price("it", "0", "2026-01-01", ("0", "3", "0"), ("3", "12", "3"), ("12", None, "1"))
    assert one.cost(Decimal(quantity)) == Decimal(usd)


def test_the_newest_table_that_has_a_name_decides_and_says_its_day() -> None:
    old = table(price("own", "5", "2025-01-01"), price("rare", "7", "2025-01-01"), day="2025-01-01")
    new = table(price("other", "3", "2026-01-01"), day="2026-01-01")
    tables = Tables((old, new))
    found = tables.find(("own", "other"))
    assert found is not None
    assert (found[0].name, found[0].date, found[1]) == ("other", "2026-01-01", True)
    rare = tables.find(("rare",))
    assert rare is not None
    assert (rare[0].date, rare[1]) == ("2025-01-01", False)
    assert tables.find(("unknown",)) is None
    assert tables.find(()) is None


def test_a_price_of_long_ago_stands_in_for_nothing() -> None:
    old = table(price("own", "5", "2020-01-01"), day="2020-01-01")
    assert Tables((old, table(day="2026-01-01"))).find(("own",)) is None
    assert Tables((old,)).find(("own",)) is not None


def test_a_machine_has_its_own_price_first() -> None:
    assert machine("Train", "ml.m5.large") == (
        "AmazonSageMaker:Train:ml.m5.large",
        "AmazonSageMaker:Host:ml.m5.large",
        "AmazonSageMaker:Studio:KernelGateway-ml.m5.large",
    )
    assert machine("Host", "ml.m5.large")[0] == "AmazonSageMaker:Host:ml.m5.large"
    assert len(machine("Host", "ml.m5.large")) == 2


BROKEN = {
    "changed by hand": lambda text: text.replace('"usd": "0.3"', '"usd": "0.03"'),
    "cut off": lambda text: text[:-40],
    "without a source": lambda text: text.replace('"source": "article", ', ""),
    "no number": lambda text: text.replace('"usd": "0.3"', '"usd": "cheap"'),
    "below zero": lambda text: text.replace('"usd": "0.3"', '"usd": "-0.3"'),
    "a list": lambda text: "[]",
    "nothing": lambda text: "",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_table_is_refused_with_its_name(how: str, tmp_path: Path) -> None:
    text = (FOLDER / "ap-northeast-1" / "2020-02-21.json").read_text()
    file = tmp_path / "ap-northeast-1" / "2020-02-21.json"
    file.parent.mkdir()
    file.write_text(BROKEN[how](text))
    assert file.read_text() != text
    with pytest.raises(OperationError, match=r"2020-02-21\.json: .*Take it from the repository again"):
        tables_of("ap-northeast-1", folder=tmp_path)


def test_a_table_is_of_the_region_and_day_that_it_is_named_for(tmp_path: Path) -> None:
    file = tmp_path / "eu-west-1" / "2020-02-21.json"
    file.parent.mkdir()
    shutil.copy(FOLDER / "ap-northeast-1" / "2020-02-21.json", file)
    with pytest.raises(OperationError, match="region and day that it is named for"):
        tables_of("eu-west-1", folder=tmp_path)


def test_a_region_or_day_without_prices_says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"no prices of mars-1; known are .*us-east-1.*refresh --region mars-1"):
        tables_of("mars-1")
    with pytest.raises(OperationError, match="of 1999-01-01; known are 2020-02-21, 2025-06-18"):
        tables_of("ap-northeast-1", "1999-01-01")
    with pytest.raises(OperationError, match="known are those of none"):
        tables_of("mars-1", folder=tmp_path / "nowhere")


def test_tables_are_json_that_a_difference_can_be_read_of() -> None:
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        assert text.count("\n") > len(json.loads(text)["rows"])
        assert max(map(len, text.splitlines())) < 1200


def test_what_was_read_in_two_ways_agrees() -> None:
    tables = {one.date: one.prices for one in tables_of("ap-northeast-1").tables}
    quoted, shown = tables["2026-09-23"], tables["2025-06-18"]
    both = quoted.keys() & shown.keys()
    assert len(both) == 11
    assert all(quoted[name].tiers == shown[name].tiers for name in both)
