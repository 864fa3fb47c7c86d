"""What a request's body holds: records, each as JSON; no record where it cannot be understood."""

import base64
import binascii
import csv
import io
import json
import math

# For each capture a list of records: `instances` of a JSON document, or the document; of JSON Lines each line; of CSV
# each row. A list of one that is null stands for a body that cannot be read, so that it has a row to be counted by.
DOCUMENTS = """
    CASE WHEN body IS NULL THEN [NULL::JSON]
        WHEN kind = 'text/csv' THEN coalesce(csv_records(body), [NULL])::JSON[]
        WHEN kind = 'application/jsonlines' THEN list_transform(
            list_filter(string_split(body, chr(10)), lambda l: trim(l) <> ''),
            lambda l: CASE WHEN json_valid(l) THEN l::JSON ELSE 'null'::JSON END)
        WHEN NOT json_valid(body) THEN [NULL::JSON]
        WHEN json_type(body, '/instances') = 'ARRAY' THEN json_extract(body, '$.instances[*]')
        ELSE [body::JSON] END"""


def csv_records(body: str | None) -> list[str] | None:
    """Return the rows of CSV without a header, each as a JSON list; None if there are none.

    A field that reads as a number is one, an empty one is missing.
    """
    try:
        rows = [row for row in csv.reader(io.StringIO(body or ""), strict=True) if row]
    except csv.Error:
        return None
    return [json.dumps([_cell(cell) for cell in row]) for row in rows] or None


def plain_text(data: str | None) -> str | None:
    """Return what Base64 says, None if it is none, or no UTF-8."""
    try:
        return None if data is None else base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _cell(cell: str) -> float | int | str | None:
    if not cell.strip():
        return None
    if "_" in cell:  # Python would take 1_000 for a number
        return cell
    for kind in (int, float):
        try:
            number = kind(cell)
        except ValueError:
            continue
        return number if math.isfinite(number) else cell
    return cell
