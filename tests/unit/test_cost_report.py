"""What is said of a bill: choices reckoned again, remarks that are due, and text of templates that stays text."""

import datetime
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from config import load_environment
from config.interface_services import FULL, MINIMAL
from config.usage import Usage
from ops.assembly.model import Assembly
from ops.assembly.reading import read_assembly
from ops.cost import changing
from ops.cost.amounts import dollars
from ops.cost.billing import Expected, expected_of
from ops.cost.choices import Reckoning, cheaper, further
from ops.cost.document import document
from ops.cost.model import Part
from ops.cost.report import Report
from ops.cost.shown import markdown, terminal
from ops.cost.tables import Tables, tables_of
from tests.unit.cost_kit import REGION, nothing, ones, price, resource, stack, table

ROOT = Path(__file__).resolve().parents[2]
TODAY = datetime.date(2026, 6, 1)
HOSTILE = "<img src=x onerror=alert(1)>|[red]`x`"


@pytest.fixture(scope="module")
def platform(assembly_folder: Path) -> Assembly:
    return read_assembly(assembly_folder)


def reckoned(platform: Assembly, environment: str, tables: Tables | None = None) -> Reckoning:
    expected = expected_of(load_environment(environment))
    return Reckoning.of(platform, environment, expected, tables or tables_of(REGION))


def rate(name: str) -> Decimal:
    found = tables_of(REGION).find((name,))
    assert found is not None
    return found[0].cost(Decimal(1))


def test_dev_says_what_doors_zones_instances_and_a_notebook_add(platform: Assembly) -> None:
    found = {choice.text.split(",")[0]: round(choice.usd, 2) for choice in further(reckoned(platform, "dev"))}
    door, gigabyte = rate("AmazonVPC:VpcEndpoint-Hours") * 730, rate("AmazonVPC:VpcEndpoint-Bytes")
    assert found["interface endpoints `minimal` in 2 zones"] == round(len(MINIMAL) * 2 * door + gigabyte, 2)
    assert found["interface endpoints `full` in 2 zones"] == round(len(FULL) * 2 * door + gigabyte, 2)
    assert found["one zone more"] == round(len(MINIMAL) * door, 2)  # the last of the two: once there are doors
    large, small = (rate(f"AmazonSageMaker:Host:{kind}") for kind in ("ml.m5.large", "ml.t2.medium"))
    assert found["2 instances of ml.m5.large behind every endpoint"] == round((2 * large - small) * 730, 2)
    assert found["a challenger or a shadow beside every champion"] > round(small * 730, 2)
    assert found["a notebook"] > found["interface endpoints `minimal` in 2 zones"]
    assert found["one use case more"] > 50


def test_the_page_about_costs_says_what_the_command_says(platform: Assembly) -> None:
    told = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    for environment in ("dev", "staging", "prod"):
        sums = [*(reckoned(platform, environment).bill.usd(part) for part in Part)]
        shown = " | ".join(map(dollars, (*sums, sum(sums, Decimal(0)))))
        budget = load_environment(environment).budget.monthly_usd
        assert f"| `{environment}` | {shown} | {budget} |" in told, "docs/cost.md: write the new figures"
    for choice in further(reckoned(platform, "dev")):
        assert dollars(choice.usd) in told, f"docs/cost.md: {choice.text}"


def test_prod_says_what_is_cheaper_the_most_first(platform: Assembly) -> None:
    found = [*cheaper(reckoned(platform, "prod"))]
    saved = [choice.usd for choice in found]
    assert saved == sorted(saved)
    texts = " ".join(choice.text for choice in found)
    for part in (
        "`none` in place of `full`",
        "`minimal` in place of",
        "serverless",
        "one zone less, 2",
        "ml.t2.medium",
    ):
        assert part in texts
    serverless = next(choice for choice in found if "serverless" in choice.text)
    assert "serverless 2 GB" in serverless.unpriced[0]


def test_what_saves_nothing_is_not_named(platform: Assembly) -> None:
    texts = [choice.text for choice in cheaper(reckoned(platform, "dev"))]
    assert not [text for text in texts if "zone" in text or "interface endpoints" in text or "ml.t2.medium" in text]
    assert any("serverless" in text for text in texts)


def test_a_change_for_prices_is_undone_by_its_opposite(platform: Assembly) -> None:
    dev = platform.of("dev")
    zones = changing.zones_of(dev)
    assert (changing.level_of(dev), zones) == ("none", 2)
    full = changing.with_level("full", zones)(dev)
    assert (changing.level_of(full), changing.level_of(changing.with_level("minimal", 2)(full))) == ("full", "minimal")
    before, after = (reckoned(one, "dev").bill.usd() for one in (dev, changing.with_level("none", zones)(full)))
    assert before == after


def test_doors_beyond_the_levels_stay(platform: Assembly) -> None:
    local = changing.with_level("none", 2)(platform.of("local"))
    doors = [
        one.properties["ServiceName"]
        for stack_ in local.stacks
        for one in stack_.template.resources.values()
        if one.properties.get("VpcEndpointType") == "Interface"
    ]
    assert [door.rsplit(".", 1)[-1] for door in doors] == ["git-codecommit"]


def hostile() -> Reckoning:
    endpoint = {"VariantName": HOSTILE, "InstanceType": HOSTILE, "InitialInstanceCount": 1}
    served = resource("AWS::SageMaker::EndpointConfig", HOSTILE, ProductionVariants=[endpoint])
    one = stack(served, resource(HOSTILE, "Other"), resource("AWS::KMS::Key", "Key"), name=HOSTILE, use_case=HOSTILE)
    old = table(price("awskms:KMS-Keys", "1", "2025-01-01"), day="2025-01-01")
    new = table(price("AmazonCloudWatch:CW:MetricMonitorUsage", "2", "2026-05-01"), day="2026-05-01")
    return Reckoning.of(Assembly((one,)), "dev", Expected(), Tables((old, new)))


def report_of(reckoning: Reckoning, budget: int = 1) -> Report:
    return Report.of(reckoning, budget, TODAY)


def test_days_ages_and_what_has_no_price_are_said() -> None:
    remarks = " ".join(report_of(hostile()).remarks)
    assert (
        "Prices are of 2 days, of each the newest that is known: 2026-05-01 (1 lines), 2025-01-01 (1 lines)" in remarks
    )
    assert "The table of 2025-01-01 is 516 days old; fetch today's: python -m ops cost prices refresh" in remarks
    assert "2026-05-01 is" not in remarks
    assert "Unpriced, and in no sum: " in remarks
    assert "~" not in remarks


def test_prices_that_stand_in_are_said() -> None:
    notebook = resource("AWS::SageMaker::NotebookInstance", InstanceType="ml.t3.medium")
    tables = ones("AmazonSageMaker:Host:ml.t3.medium")
    report = report_of(Reckoning.of(Assembly((stack(notebook),)), "dev", Expected(), tables))
    assert any("Lines marked ~" in text for text in report.remarks)
    row = next(row for row in report.rows if row.what == "ml.t3.medium, notebook")
    assert row.instead


def test_nothing_unusual_needs_no_remark() -> None:
    key = stack(resource("AWS::KMS::Key"))
    report = report_of(Reckoning.of(Assembly((key,)), "dev", Expected(nothing()), ones()))
    assert report.remarks == []
    assert [(row.what, row.usd) for row in report.rows] == [("key", Decimal(1))]


def test_the_document_has_every_line_and_sums_that_agree(platform: Assembly) -> None:
    found = json.loads(json.dumps(document(report_of(reckoned(platform, "prod")))))
    assert set(found) == {
        "environment", "region", "monthly_usd", "budget_usd", "lines", "by_stack", "by_use_case", "further", "cheaper",
        "unpriced", "remarks", "sources",
    }  # fmt: skip
    sums = found["monthly_usd"]
    assert sums["total"] == pytest.approx(sums["idle"] + sums["live"] + sums["used"])
    for part in Part:
        lines = (line["monthly_usd"] or 0 for line in found["lines"] if line["part"] == part)
        assert sums[part] == pytest.approx(sum(lines), abs=0.001)
        for groups in (found["by_stack"], found["by_use_case"]):
            assert sums[part] == pytest.approx(sum(group[part] for group in groups.values()), abs=0.001)
    assert {line["price_date"] for line in found["lines"] if line["price"]} <= {one["date"] for one in found["sources"]}
    assert all(source["address"].startswith("https://") for source in found["sources"])


def test_markdown_and_a_terminal_show_text_of_templates_as_text() -> None:
    report = report_of(hostile())
    text = markdown(report)
    assert "<img" not in text.replace(r"\<", "")
    assert r"\<img src=x onerror=alert(1)\>\|\[red\]\`x\`" in text
    for line in text.splitlines():
        if line.startswith("| "):
            assert len([at for at in range(len(line)) if line[at] == "|" and line[at - 1] != "\\"]) in (4, 6)
    shown = io.StringIO()
    terminal(report, Console(file=shown, width=200))
    assert HOSTILE in shown.getvalue()
    assert "unpriced" in shown.getvalue()


def test_numbers_that_no_template_has_are_shown_all_the_same() -> None:
    most = Usage.model_validate({"each": {"requests": 10**12, "request_kb": 10**12}})
    variant = {"VariantName": "champion", "InstanceType": "ml.m5.large", "InitialInstanceCount": 999_999_999_999_999}
    one = stack(resource("AWS::SageMaker::EndpointConfig", ProductionVariants=[variant]))
    tables = Tables((table(price("AmazonSageMaker:Host:ml.m5.large", "1000000")),))
    report = report_of(Reckoning.of(Assembly((one,)), "dev", Expected(most), tables))
    assert "729,999,999,999,999,270 things" in markdown(report)
    assert json.dumps(document(report))
