"""The public price list, served on this machine in AWS's own format, becomes a table: whole and of one day, or not."""

import datetime
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ops.cost import offers, refresh
from ops.cost.tables import read, tables_of
from ops.errors import OperationError

REGION = "ap-northeast-1"
Offers = dict[str, Any]


def product(sku: str, usagetype: str, *ranges: tuple[str, str, str], unit: str = "Hrs", **attributes: str) -> Offers:
    """Return a product and its terms as the files of the price list have them."""
    term = f"{sku}.JRTCKXETXF"
    dimensions = {
        f"{term}.{number}": {
            "rateCode": f"{term}.{number}",
            "description": f"${usd} per {unit}",
            "beginRange": begin,
            "endRange": end,
            "unit": unit,
            "pricePerUnit": {"USD": usd},
            "appliesTo": [],
        }
        for number, (begin, end, usd) in enumerate(ranges)
    }
    attributes = {"servicecode": "x", "location": "Asia Pacific (Tokyo)", "usagetype": usagetype, **attributes}
    return {
        "product": {"sku": sku, "productFamily": "x", "attributes": attributes},
        "terms": {
            term: {"offerTermCode": "JRTCKXETXF", "sku": sku, "priceDimensions": dimensions, "termAttributes": {}}
        },
    }


def offer(code: str, *products: Offers, published: str = "2026-11-20T10:00:00Z") -> Offers:
    found = {one["product"]["sku"]: one for one in products}
    return {
        "formatVersion": "v1.0",
        "disclaimer": "This pricing list is for informational purposes only.",
        "offerCode": code,
        "version": "20261120100000",
        "publicationDate": published,
        "products": {sku: one["product"] for sku, one in found.items()},
        "terms": {"OnDemand": {sku: one["terms"] for sku, one in found.items()}, "Reserved": {}},
    }


def price_list() -> dict[str, Offers]:
    """Return a file for each offer that is wanted; some with prices, all in the format."""
    files = {code: offer(code) for code in offers.WANTED}
    files["awskms"] = offer(
        "awskms",
        product("K1", "ap-northeast-1-KMS-Keys", ("0", "Inf", "1.0000000000"), unit="Keys"),
        product("K2", "ap-northeast-1-KMS-Requests", ("0", "Inf", "0.0000030000"), unit="Requests"),
        product("K3", "Global-KMS-Requests", ("0", "20000", "0.0000000000"), unit="Requests"),
    )
    files["AmazonSageMaker"] = offer(
        "AmazonSageMaker",
        product("S1", "APN1-Host:ml.m5.large", ("0", "Inf", "0.1490000000"), component="Hosting"),
        product("S2", "APN1-Train:ml.m5.large", ("0", "Inf", "0.1490000000"), component="Training"),
        product("S3", "APN1-Studio:KernelGateway-ml.t3.medium", ("0", "Inf", "0.0650000000")),
        product("S4", "APN1-ServerlessInf:Mem-2GB", ("0", "Inf", "0.0000480000"), unit="Seconds"),
        product("S5", "APN1-Canvas:Session-Hrs", ("0", "Inf", "1.9000000000")),
    )
    files["AmazonS3"] = offer(
        "AmazonS3",
        product(
            "B1",
            "APN1-TimedStorage-ByteHrs",
            ("51200", "512000", "0.0240000000"),
            ("0", "51200", "0.0250000000"),
            ("512000", "Inf", "0.0230000000"),
            unit="GB-Mo",
        ),
    )
    files["AWSEvents"] = offer(
        "AWSEvents",
        product("E1", "APN1-Event-64K-Chunks", ("0", "Inf", "0"), unit="64K-Chunks", operation="AWSServiceEvent"),
        product("E2", "APN1-Event-64K-Chunks", ("0", "Inf", "0.0000010000"), unit="64K-Chunks", operation="PutEvents"),
    )
    return files


class Server:
    """Serves a price list on this machine, and remembers what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the server's name
                outer.asked.append(self.path)
                found = outer.files.get(self.path)
                self.send_response(404 if found is None else 200)
                self.end_headers()
                self.wfile.write(found or b"")

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_address[1]}"

    def have(self, files: dict[str, Offers]) -> None:
        self.files = {offers.path(code, REGION): json.dumps(content).encode() for code, content in files.items()}


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.http.shutdown()
    thread.join()
    made.http.server_close()


def test_a_price_list_becomes_a_table_of_today(server: Server, tmp_path: Path) -> None:
    server.have(price_list())
    path, lacking = refresh.fetch(REGION, server.address, tmp_path)
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    assert path == tmp_path / REGION / f"{today}.json"
    assert lacking == []
    assert server.asked == [offers.path(code, REGION) for code in offers.WANTED]
    found = read(path)
    assert set(found.sources) == set(offers.WANTED)
    assert {source["read"] for source in found.sources.values()} == {today}
    assert {source["published"] for source in found.sources.values()} == {"2026-11-20"}
    expected: Any = {
        "AWSEvents:Event-64K-Chunks": ((0, None, Decimal("0.000001")),),
        "AmazonS3:TimedStorage-ByteHrs": (
            (0, 51200, Decimal("0.025")),
            (51200, 512000, Decimal("0.024")),
            (512000, None, Decimal("0.023")),
        ),
        "AmazonSageMaker:Host:ml.m5.large": ((0, None, Decimal("0.149")),),
        "AmazonSageMaker:ServerlessInf:Mem-2GB": ((0, None, Decimal("0.000048")),),
        "AmazonSageMaker:Studio:KernelGateway-ml.t3.medium": ((0, None, Decimal("0.065")),),
        "AmazonSageMaker:Train:ml.m5.large": ((0, None, Decimal("0.149")),),
        "awskms:KMS-Keys": ((0, None, Decimal(1)),),
        "awskms:KMS-Requests": ((0, None, Decimal("0.000003")),),
    }
    assert {name: one.tiers for name, one in found.prices.items()} == expected
    row = json.loads(path.read_text())["rows"][-1]
    assert (row["row"], row["rate_code"]) == ("ap-northeast-1-KMS-Requests", "K2.JRTCKXETXF.0")
    assert [file.name for file in tmp_path.rglob("*.partial")] == []


def test_what_older_tables_have_and_the_list_does_not_is_said(server: Server, tmp_path: Path) -> None:
    server.have(price_list())
    older = tmp_path / REGION / "2025-01-01.json"
    row = {"price": "awskms:Gone", "unit": "x", "usd": "1", "source": "x"}
    refresh.write(
        older, {"region": REGION, "date": "2025-01-01", "currency": "USD", "sources": {"x": {}}, "rows": [row]}
    )
    _, lacking = refresh.fetch(REGION, server.address, tmp_path)
    assert lacking == ["awskms:Gone"]
    tables = tables_of(REGION, folder=tmp_path)
    assert [table.date for table in tables.tables][-1] == "2025-01-01"


def broken(files: dict[str, Offers], change: Callable[[Offers], Any]) -> dict[str, Any]:
    return {**files, "awskms": change(files["awskms"])}


WRONG: dict[str, tuple[Callable[[Offers], Any], str]] = {
    "another offer": (lambda one: {**one, "offerCode": "AmazonEC2"}, "is of 'AmazonEC2'"),
    "a list": (lambda one: [one], "is no JSON object"),
    "without terms": (lambda one: {key: one[key] for key in one if key != "terms"}, "not in the price list's format"),
    "without a date": (lambda one: {key: one[key] for key in one if key != "publicationDate"}, "format"),
    "a rate that is none": (
        lambda one: json.loads(json.dumps(one).replace("1.0000000000", "cheap")),
        "not in the price list's format",
    ),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_not_in_the_format_is_refused_and_nothing_is_written(server: Server, tmp_path: Path, how: str) -> None:
    change, message = WRONG[how]
    server.have(broken(price_list(), change))
    with pytest.raises(OperationError, match=message):
        refresh.fetch(REGION, server.address, tmp_path)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b'{"offerCode": "awskms"', b"[" * 100_000],
    ids=["nothing", "a page", "cut off", "too deep"],
)
def test_what_is_no_json_is_refused(server: Server, tmp_path: Path, body: bytes) -> None:
    server.have(price_list())
    server.files[offers.path("awskms", REGION)] = body
    with pytest.raises(OperationError, match="is no JSON"):
        refresh.fetch(REGION, server.address, tmp_path)


def test_a_file_that_is_not_there_leaves_the_tables_as_they_were(server: Server, tmp_path: Path) -> None:
    server.have(price_list())
    path, _ = refresh.fetch(REGION, server.address, tmp_path)
    before = path.read_bytes()
    del server.files[offers.path("AmazonVPC", REGION)]
    with pytest.raises(OperationError, match=r"AmazonVPC.*cannot be fetched .*404.*The tables are as they were"):
        refresh.fetch(REGION, server.address, tmp_path)
    assert path.read_bytes() == before


def test_nothing_is_asked_where_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"127\.0\.0\.1:9/.*cannot be fetched"):
        refresh.fetch(REGION, "http://127.0.0.1:9", tmp_path)


@pytest.mark.parametrize("address", ["http://example.com", "file:///etc", "ftp://127.0.0.1", "example.com"])
def test_only_https_is_asked_and_this_machine(address: str, tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="allowed is https"):
        refresh.fetch(REGION, address, tmp_path)


def test_a_file_that_is_too_large_is_refused(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.have(price_list())
    monkeypatch.setattr(refresh, "_MOST", 100)
    with pytest.raises(OperationError, match="is larger than"):
        refresh.fetch(REGION, server.address, tmp_path)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("APN1-VpcEndpoint-Hours", "VpcEndpoint-Hours"),
        ("EU-Host:ml.m5.large", "Host:ml.m5.large"),
        ("EUC1-CW:AlarmMonitorUsage", "CW:AlarmMonitorUsage"),
        ("USE1-Train:ml.m5.large", "Train:ml.m5.large"),
        ("UGW1-Requests-Tier1", "Requests-Tier1"),
        ("eu-west-1-KMS-Keys", "KMS-Keys"),
        ("us-gov-west-1-KMS-Keys", "us-gov-west-1-KMS-Keys"),
        ("ETL-DPU-Hour", "ETL-DPU-Hour"),
        ("DashboardsUsageHour", "DashboardsUsageHour"),
        ("Global-Request", "Global-Request"),
        ("CW:MetricMonitorUsage", "CW:MetricMonitorUsage"),
    ],
)
def test_prefixes_of_regions_are_taken_from_usage_types(text: str, plain: str) -> None:
    assert offers.usage_type(text) == plain


@pytest.mark.parametrize("region", ["", "..", "../us-east-1", "us-east-1/..", "Tokyo", "us-east-1?x"])
def test_only_regions_are_asked_for(server: Server, tmp_path: Path, region: str) -> None:
    with pytest.raises(OperationError, match="such as ap-northeast-1"):
        refresh.fetch(region, server.address, tmp_path)
    assert server.asked == []
    assert [*tmp_path.iterdir()] == []
