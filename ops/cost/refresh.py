"""Fetching the public price list into a table of its own: all of one day, or nothing."""

import datetime
import hashlib
import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ops.cost import offers
from ops.cost.tables import FOLDER, checksum
from ops.errors import OperationError

_SECONDS = 60  # for an answer
_MOST = 256 * 2**20  # bytes of a file; the largest of those that are wanted has some 20 MB
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]{1,12}){1,3}-[0-9]{1,2}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def fetch(region: str, address: str = offers.ADDRESS, folder: Path = FOLDER) -> tuple[Path, list[str]]:
    """Write the table of today, UTC, of a region, in place of one of today.

    Returns:
        The file, and prices that older tables of the region have and the price list does not.

    Raises:
        OperationError: it is no region, an offer cannot be fetched, or one is not in the price list's format; then
            nothing is written.
    """
    if not _REGION.fullmatch(region):
        raise OperationError(f"{region!r} is no region; one is written such as ap-northeast-1.")
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    sources: dict[str, dict[str, str]] = {}
    rows: list[dict[str, Any]] = []
    for offer in offers.WANTED:
        place = address + offers.path(offer, region)
        data = _get(place)
        published, found = offers.rows(offer, _parsed(place, data))
        sources[offer] = {
            "address": place,
            "published": published,
            "read": today,
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        rows += found
    rows.sort(key=lambda row: str(row["price"]))
    path = folder / region / f"{today}.json"
    write(path, {"region": region, "date": today, "currency": "USD", "sources": sources, "rows": rows})
    return path, _lacking(path.parent, {row["price"] for row in rows})


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a table with its checksum, a row a line; the old one stays until the new one is whole."""
    lines = [f" {json.dumps(key)}: {json.dumps(content[key])}," for key in ("region", "date", "currency")]
    sources = (f"  {json.dumps(key)}: {_line(value)}" for key, value in sorted(content["sources"].items()))
    lines += [' "sources": {', ",\n".join(sources), " },"]
    lines += [' "rows": [', ",\n".join(f"  {_line(row)}" for row in content["rows"]), " ],"]
    lines += [f' "sha256": {json.dumps(checksum(content))}']
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text("\n".join(["{", *lines, "}"]) + "\n", encoding="utf-8")
    partial.replace(path)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _get(address: str) -> bytes:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise OperationError(f"{address}: found {parts.scheme or 'no'} scheme; allowed is https. Correct the address.")
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310  # the scheme is https
            data: bytes = answer.read(_MOST + 1)
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        raise OperationError(
            f"{address}: cannot be fetched ({error}). The price list needs no credentials, but a way to it: try again "
            "from a machine that has one. The tables are as they were."
        ) from error
    if len(data) > _MOST:
        raise OperationError(f"{address}: is larger than {_MOST // 2**20} MiB, which no offer is that is wanted.")
    return data


def _parsed(address: str, data: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise OperationError(f"{address}: is no JSON ({error}). The tables are as they were.") from error
    if not isinstance(content, dict):
        raise OperationError(f"{address}: is no JSON object. The tables are as they were.")
    return content


def _lacking(folder: Path, found: set[str]) -> list[str]:
    others = (json.loads(file.read_text(encoding="utf-8"))["rows"] for file in sorted(folder.glob("*.json")))
    return sorted({row["price"] for rows in others for row in rows} - found)
