"""Text of pictures stays in its room, whatever it is and whatever font shows it."""

from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font, LoadFlags

from ops.diagram.text import BOLD, REGULAR, clean, fitted, width, wrapped

ROOMS = st.floats(min_value=20, max_value=300)
SIZES = st.sampled_from([10, 10.5, 12])


@pytest.mark.parametrize(("name", "table"), [("DejaVuSans", REGULAR), ("DejaVuSans-Bold", BOLD)])
def test_widths_are_those_of_the_font(name: str, table: tuple[int, ...]) -> None:
    font = FT2Font(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"))
    assert font.units_per_EM == 2048
    assert table == tuple(font.load_char(code, LoadFlags.NO_SCALE).horiAdvance for code in range(32, 127))


@given(st.text(), SIZES, ROOMS, st.booleans())
def test_a_fitted_text_is_no_wider_than_its_room(text: str, size: float, room: float, bold: bool) -> None:
    found = fitted(text, size, room, bold)
    assert width(found, size, bold) <= room or found == "…"


@given(st.text(), SIZES, ROOMS, st.integers(min_value=1, max_value=4))
def test_wrapped_lines_are_few_enough_and_no_wider(text: str, size: float, room: float, most: int) -> None:
    lines = wrapped(text, size, room, most)
    assert len(lines) <= most
    assert all(width(line, size) <= room or line == "…" for line in lines)


@given(st.text(alphabet="abc ", max_size=30))
def test_what_has_room_is_all_there(text: str) -> None:
    assert " ".join(wrapped(text, 10, 10_000, 3)) == " ".join(text.split())
    if all(width(word, 10) <= 60 for word in text.split()):
        assert " ".join(wrapped(text, 10, 60, 100)) == " ".join(text.split())


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert clean("a\x00b\x1b[31m\u202ec\ud800\ufffe\ue000 d\n e") == "a b [31m c d e"
