"""Texts of templates in GitHub's Markdown: shown as they are, whatever is in them, and nobody is called by them."""

import html
import re

from ops.review.reports import wording

# CommonMark takes a backslash before any of these for the character itself (section 2.4). A $ begins a formula on
# GitHub, unless it stands in an element of its own.
_ESCAPED = str.maketrans(
    {sign: f"\\{sign}" for sign in "\\`*_[]#~|"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "$": "<span>$</span>"}
)
# GitHub looks for @name, #12, GH-12 and addresses once the Markdown is understood; a space of no width in them keeps it
# from finding any. Of what templates say none is left: `plain` spells them out.
_FOUND_BY_GITHUB = re.compile(r"@|#|:(?=//)|\bwww|\bGH(?=-)")
_NO_WIDTH = "\u200b"
_BEGINS_A_BLOCK = re.compile(r"^(\d*)([.)](?=\s|$)|[-+=])")  # a list, or a line below a heading


def prose(text: str, most: int = 500) -> str:
    """Return a text on one line for a paragraph, a list, or a cell of a table.

    >>> prose("*see* @team").replace(_NO_WIDTH, "")
    '\\\\*see\\\\* @team'
    """
    return _BEGINS_A_BLOCK.sub(r"\1\\\2", _unlinked(text, most).translate(_ESCAPED))


def code(text: str, most: int = 200) -> str:
    """Return a text on one line as a span of code, in which GitHub looks for nothing."""
    text = wording.shortened(wording.one_line(text), most) or '""'
    ticks = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or (text[0] == text[-1] == " ") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def markup(text: str, most: int = 200) -> str:
    """Return a text on one line for HTML within Markdown."""
    return html.escape(_unlinked(text, most)).replace("$", "<span>$</span>")


def block(text: str, most_lines: int = 60, most: int = 200) -> str:
    """Return lines as a block of code: at most so many, of so many characters, and how many more there are."""
    lines = [wording.shortened(line, most) for line in wording.plain(text).rstrip("\n").split("\n")]
    if len(lines) > most_lines:
        lines = [*lines[:most_lines], f"… ({len(lines) - most_lines:,} more lines)"]
    fence = "`" * max(3, _longest_run("\n".join(lines)) + 1)
    return "\n".join([f"{fence}diff", *lines, fence])


def _unlinked(text: str, most: int) -> str:
    return _FOUND_BY_GITHUB.sub(rf"\g<0>{_NO_WIDTH}", wording.shortened(wording.one_line(text), most))


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
