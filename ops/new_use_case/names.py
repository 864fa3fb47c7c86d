"""Names of columns that YAML, SQL and Python take: letters, digits and underscores."""

import re
import unicodedata
from collections.abc import Sequence

from config.use_case.data import RESERVED

ROW_NUMBER = "row_number"  # the column that the raw table has besides those of the file

_UNUSABLE = re.compile(r"[^A-Za-z0-9_]+")
_LONGEST = 60


def identifiers(names: Sequence[str]) -> list[str]:
    """Return a name for each column: the same where it can stay, and no two alike, in capitals or not.

    >>> identifiers(["Age (years)", "age_years", "2020", "", "größe", "id", "record_id"])
    ['Age_years', 'age_years_2', 'c2020', 'column4', 'grosse', 'id', 'record_id_2']
    """
    taken = {name.lower() for name in (*RESERVED, ROW_NUMBER)}
    result = []
    for place, name in enumerate(names):
        wanted = _identifier(name) or f"column{place + 1}"
        chosen, number = wanted, 2
        while chosen.lower() in taken:
            chosen, number = f"{wanted}_{number}", number + 1
        taken.add(chosen.lower())
        result.append(chosen)
    return result


def _identifier(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    text = _UNUSABLE.sub("_", plain.strip())[:_LONGEST]
    text = text if text == plain else text.strip("_")
    return f"c{text}" if text[:1].isdigit() else text
