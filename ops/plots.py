"""Pictures of pages, as SVG that stands in them."""

import io
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure

mpl.use("svg")
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "ml-loop", "font.size": 10, "axes.spines.top": False})
# Names of columns and categories are texts, whatever is in them.
mpl.rcParams.update({"text.parse_math": False})
mpl.rcParams.update({"axes.spines.right": False, "font.family": "sans-serif", "axes.titlesize": 11})
MODEL, BASELINE, SOFT = "#0b6e99", "#d08a1d", "#5d6b78"


@dataclass(frozen=True)
class Picture:
    """An SVG and what it shows."""

    svg: str
    caption: str


def svg(figure: Figure) -> str:
    """Return a figure's `<svg>`: the same bytes for the same figure."""
    figure.tight_layout()
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    text = buffer.getvalue()
    return text[text.index("<svg") :]
