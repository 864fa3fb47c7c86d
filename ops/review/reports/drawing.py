"""What a picture of a review consists of, in units of the drawing: pixels of a wide screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ops.review.model import Change
from ops.review.reports import wording

WIDTH, CHIP_WIDTH, CHIP_HEIGHT = 1000, 218, 62
PAD, TITLE, NOTE = 16, 38, 24
_NAME, _LINE = 20, 30  # characters that there is room for; wide ones are cut off


@dataclass
class Chip:
    """A resource that differs, at its place.

    Attributes:
        number: of the change in the review, from 0.
        part: name of its stack without that of the environment.
        x, y: of its upper left corner.
    """

    change: Change
    number: int
    part: str
    x: int = 0
    y: int = 0

    @property
    def name(self) -> str:
        """What people call it: the path of its construct, or else its logical id."""
        parts = [part for part in self.change.path.split("/") if part not in ("", "Resource", "Default")]
        name = "/".join(parts[-2:]) or self.change.logical_id
        return name if len(name) <= _NAME else _fitting(parts[-1] if parts else name, _NAME)

    @property
    def kind(self) -> str:
        """Type of the resource, without its vendor."""
        return _fitting(self.change.type.removeprefix("AWS::"), _LINE)

    def action(self, environments: tuple[str, ...]) -> str:
        """Return what becomes of it, and where, unless that is everywhere where its stack changes."""
        said = wording.action(self.change)
        if self.change.environments != environments:
            said += f" in {wording.where(self.change.environments)}"
        return _fitting(said, _LINE)


@dataclass
class Box:
    """A stack, the same one of several environments; one in which nothing changes has no chips.

    Attributes:
        names: of the stack, or of several in a row in which nothing changes.
        note: what of it is not drawn.
    """

    names: list[str]
    environments: tuple[str, ...] = ()
    chips: list[Chip] = field(default_factory=list)
    note: str = ""
    y: int = 0
    height: int = NOTE


@dataclass(frozen=True)
class Arrow:
    """From what is replaced to what follows from it; `path` as SVG has it."""

    path: str


@dataclass(frozen=True)
class Picture:
    """All of it, in units of the drawing: pixels of a wide screen."""

    boxes: Sequence[Box]
    arrows: Sequence[Arrow]
    height: int
    width: int = WIDTH


def _fitting(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
