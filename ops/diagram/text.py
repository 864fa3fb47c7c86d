"""How wide text is, so that it stays in its box in whatever font a reader's machine has."""

import unicodedata
from collections.abc import Iterator

# Advance widths of U+0020 to U+007E in DejaVu Sans, 2048 to the em: of the fonts in use the widest, so that text fits
# in Arial, Helvetica, Segoe UI, Roboto too. tests/unit/test_diagram_text.py holds them against the font's file.
REGULAR = (
    651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690, 1303, 1303, 1303, 1303, 1303,
    1303, 1303, 1303, 1303, 1303, 690, 690, 1716, 1716, 1716, 1087, 2048, 1401, 1405, 1430, 1577, 1294, 1178, 1587,
    1540, 604, 604, 1343, 1141, 1767, 1532, 1612, 1235, 1612, 1423, 1300, 1251, 1499, 1401, 2025, 1403, 1251, 1403, 799,
    690, 799, 1716, 1024, 1024, 1255, 1300, 1126, 1300, 1260, 721, 1300, 1298, 569, 569, 1186, 569, 1995, 1298, 1253,
    1300, 1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075, 1303, 690, 1303, 1716,
)  # fmt: skip
BOLD = (
    713, 934, 1067, 1716, 1425, 2052, 1786, 627, 936, 936, 1071, 1716, 778, 850, 778, 748, 1425, 1425, 1425, 1425, 1425,
    1425, 1425, 1425, 1425, 1425, 819, 819, 1716, 1716, 1716, 1188, 2048, 1585, 1561, 1503, 1700, 1399, 1399, 1681,
    1714, 762, 762, 1587, 1305, 2038, 1714, 1741, 1501, 1741, 1577, 1475, 1397, 1663, 1585, 2259, 1579, 1483, 1485, 936,
    748, 936, 1716, 1024, 1024, 1382, 1466, 1214, 1466, 1389, 891, 1466, 1458, 702, 702, 1362, 702, 2134, 1458, 1407,
    1466, 1466, 1010, 1219, 979, 1458, 1335, 1892, 1321, 1335, 1192, 1458, 748, 1458, 1716,
)  # fmt: skip
_EM = 2048
_OTHER, _WIDE = 2048, 2662  # letters that fonts differ in: an em; of East Asia, and pictures: more
_CUT = "…"


def width(text: str, size: float, bold: bool = False) -> float:
    """Return the most that a line takes, pixels.

    Args:
        text: of one line.
        size: of the font, pixels.
        bold: whether it is.
    """
    table = BOLD if bold else REGULAR
    units = (table[ord(one) - 32] if " " <= one <= "~" else _unusual(one) for one in text)
    return sum(units) * size / _EM


def _unusual(one: str) -> int:
    return _WIDE if unicodedata.east_asian_width(one) in "WF" or one > "\uffff" else _OTHER


def clean(text: str) -> str:
    """Return a text as XML can hold it, on one line; what has no sign of its own becomes a space."""
    kept = (" " if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else one for one in text)
    return " ".join("".join(kept).split())


def fitted(text: str, size: float, room: float, bold: bool = False) -> str:
    """Return a text, its end cut off if it is wider than the room, pixels."""
    text = clean(text)
    if width(text, size, bold) <= room:
        return text
    while text and width(text + _CUT, size, bold) > room:
        text = text[:-1]
    return text.rstrip(" ,.") + _CUT


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """Return a text in lines no wider than the room, pixels; from the last of `most` lines the end is cut off."""
    lines = list(_lines(clean(text).split(" "), size, room))
    if len(lines) > most:
        lines = [*lines[: most - 1], fitted(" ".join(lines[most - 1 :]), size, room)]
    return [fitted(line, size, room) for line in lines if line]


def _lines(words: list[str], size: float, room: float) -> Iterator[str]:
    line = ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if line and width(longer, size) > room:
            yield line
            longer = word
        line = longer
    yield line
