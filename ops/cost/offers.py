"""AWS's public price list: which of its prices are kept, and how they are read from an offer's file.

The format: "Reading the service price list file", AWS Billing user guide. A product has a usage type, its terms have
rates by ranges of a month's quantity.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ops.errors import OperationError

ADDRESS = "https://pricing.us-east-1.amazonaws.com"
# Offers, and which usage types of theirs are kept, written without the region's prefix.
WANTED: Mapping[str, str] = {
    "AWSDataTransfer": r"DataTransfer-Out-Bytes",
    "AWSEvents": r"Event-64K-Chunks",
    "AWSGlue": r"ETL-DPU-Hour",
    "AWSLambda": r"(Request|Lambda-GB-Second)(-ARM)?",
    "AWSQueueService": r"Requests-Tier1",
    "AWSXRay": r"XRay-TracesStored",
    "AmazonCloudWatch": r"CW:((HighRes|Composite)?AlarmMonitorUsage|MetricMonitorUsage)|DashboardsUsageHour|"
    r"(DataProcessing|VendedLog)-Bytes|TimedStorage-ByteHrs",
    "AmazonCognito": r"CognitoEssentialsMAU",
    "AmazonDynamoDB": r"(Write|Read)RequestUnits|Timed(PITR)?Storage-ByteHrs",
    "AmazonECR": r"TimedStorage-ByteHrs",
    "AmazonECS": r"Fargate-(vCPU-Hours:perCPU|GB-Hours)",
    "AmazonS3": r"TimedStorage-ByteHrs|Requests-Tier[12]",
    "AmazonSNS": r"Requests-Tier1|DeliveryAttempts-SMTP",
    "AmazonSageMaker": r"(Host|Train|Processing|Tsform|Notebk|Studio:KernelGateway)[:-]ml\.[a-z0-9.-]+|"
    r"(Host|Train|Processing|Notebk):VolumeUsage\.gp2|Hst:Data-Bytes-(In|Out)|ServerlessInf:Mem-[1-6]GB",
    "AmazonStates": r"StateTransition",
    "AmazonVPC": r"VpcEndpoint-(Hours|Bytes)",
    "awskms": r"KMS-(Keys|Requests)",
}
# `APN1-`, `EU-`, `USE1-` or, of some services, `ap-northeast-1-`; us-east-1 often has none.
_PREFIX = re.compile(r"^(?:(?:AF|AP|CA|EU|IL|ME|MX|SA|UG|US)[A-Z]{0,2}[0-9]*-|[a-z]{2}-[a-z]+-[0-9]-)")
_ENDLESS = "Inf"

Row = dict[str, Any]


def path(offer: str, region: str) -> str:
    """Return where the current file of an offer lies, below the address."""
    return f"/offers/v1.0/aws/{offer}/current/{region}/index.json"


def usage_type(text: str) -> str:
    """Return a usage type without the region's prefix.

    >>> usage_type("APN1-VpcEndpoint-Hours"), usage_type("eu-west-1-KMS-Keys"), usage_type("ETL-DPU-Hour")
    ('VpcEndpoint-Hours', 'KMS-Keys', 'ETL-DPU-Hour')
    """
    return _PREFIX.sub("", text)


def rows(offer: str, content: Mapping[str, Any]) -> tuple[str, list[Row]]:
    """Return the day of an offer's publication, and its rows for a table, sorted.

    Of a usage type that several products have, which differ in the operation, the dearest is kept.

    Raises:
        OperationError: it is no such file.
    """
    if content.get("offerCode") != offer:
        raise OperationError(f"The file of {offer} is of {content.get('offerCode')!r}. The tables are as they were.")
    try:
        found: dict[str, Row] = {}
        for row in _rows(offer, content):
            other = found.get(row["price"])
            if other is None or _first(row) > _first(other):
                found[row["price"]] = row
        return str(content["publicationDate"])[:10], [found[name] for name in sorted(found)]
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise OperationError(f"The file of {offer} is not in the price list's format ({error!r}).") from error


def _rows(offer: str, content: Mapping[str, Any]) -> Iterator[Row]:
    wanted, terms = re.compile(WANTED[offer]), content["terms"].get("OnDemand", {})
    for sku, product in content["products"].items():
        kind = usage_type(product["attributes"].get("usagetype", ""))
        if not wanted.fullmatch(kind):
            continue
        for term in terms.get(sku, {}).values():
            ranges = sorted(term["priceDimensions"].values(), key=lambda one: Decimal(one["beginRange"]))
            if ranges and all("USD" in one["pricePerUnit"] for one in ranges):
                yield _row(offer, kind, product, ranges)


def _row(offer: str, kind: str, product: Mapping[str, Any], ranges: list[Mapping[str, Any]]) -> Row:
    tiers = [[_number(one["beginRange"]), _end(one["endRange"]), _number(one["pricePerUnit"]["USD"])] for one in ranges]
    rates: Row = {"usd": tiers[0][2]} if len(tiers) == 1 else {"tiers": tiers}
    codes = "; ".join(one["rateCode"] for one in ranges)
    name = product["attributes"]["usagetype"]
    return {
        "price": f"{offer}:{kind}",
        "unit": ranges[0]["unit"],
        **rates,
        "source": offer,
        "row": name,
        "rate_code": codes,
    }


def _first(row: Row) -> Decimal:
    """Return the dearest rate of a row."""
    return max(Decimal(tier[2]) for tier in row.get("tiers", [["0", None, row.get("usd", "0")]]))


def _end(text: str) -> str | None:
    return None if text == _ENDLESS else _number(text)


def _number(text: str) -> str:
    return format(Decimal(text).normalize(), "f")
