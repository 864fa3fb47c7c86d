"""What was captured of one variant, as mergeable sketches: parts of several machines add up to the whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from ..errors import StepError
from ..use_case import Document
from .captured import Bad
from .sketches import FieldSketch

VERSION = 2
_MOST_EXTRA = 1000  # names of columns that nobody knows: a client may invent them without end
_MOST_PERIODS = 10_000  # those beyond count as one, and so do records without a time
UNDATED = ""


@dataclass
class Profile:
    """What was seen.

    Attributes:
        fields: what each known column holds, in order.
        rows: records.
        extra: columns that are not known, and how many records have them.
        bad: what was no record.
        periods: how many records are of each hour, day or week, where that matters.
    """

    fields: dict[str, FieldSketch]
    rows: int = 0
    extra: dict[str, int] = field(default_factory=dict)
    bad: Bad = field(default_factory=Bad)
    periods: dict[str, int] = field(default_factory=dict)

    @classmethod
    def empty(cls, names: Sequence[str]) -> "Profile":
        """Return one that saw nothing."""
        return cls({name: FieldSketch() for name in names})

    def merge(self, other: "Profile") -> None:
        """Take another part in; StepError if it is of other columns."""
        if list(other.fields) != list(self.fields):
            raise StepError(
                f"parts have different columns: {', '.join(self.fields)}; {', '.join(other.fields)}. All machines of a "
                "run need the same baseline."
            )
        for name, sketch in other.fields.items():
            self.fields[name].merge(sketch)
        self.rows += other.rows
        self.add_extra(other.extra.items())
        self.add_periods(other.periods.items())
        self.bad.merge(other.bad)

    def add_extra(self, counted: Iterable[tuple[str, int]]) -> None:
        """Take in how many records have columns that are not known."""
        for name, count in counted:
            if name in self.extra or len(self.extra) < _MOST_EXTRA:
                self.extra[name] = self.extra.get(name, 0) + count

    def add_periods(self, counted: Iterable[tuple[str, int]]) -> None:
        """Take in how many records are of which period."""
        for name, count in counted:
            known = name if name in self.periods or len(self.periods) < _MOST_PERIODS else UNDATED
            self.periods[known] = self.periods.get(known, 0) + count

    def to_document(self) -> Document:
        """Return it in JSON."""
        fields = {name: sketch.to_document() for name, sketch in self.fields.items()}
        beside = {"extra": self.extra, "bad": asdict(self.bad), "periods": self.periods}
        return {"rows": self.rows, "fields": fields, **beside}

    @classmethod
    def from_document(cls, document: Document) -> "Profile":
        """Build it from `to_document`."""
        fields = {name: FieldSketch.from_document(one) for name, one in document["fields"].items()}
        return cls(fields, document["rows"], dict(document["extra"]), Bad(**document["bad"]), dict(document["periods"]))


def merged(parts: Iterable[Mapping[str, Profile]]) -> dict[str, Profile]:
    """Return the profiles by variant that parts come to; the first part is changed."""
    found: dict[str, Profile] = {}
    for part in parts:
        for variant, profile in part.items():
            if variant in found:
                found[variant].merge(profile)
            else:
                found[variant] = profile
    return dict(sorted(found.items()))


def to_document(profiles: Mapping[str, Profile]) -> Document:
    """Return profiles by variant in JSON."""
    return {"version": VERSION, "variants": {name: profile.to_document() for name, profile in profiles.items()}}


def from_document(document: Document) -> dict[str, Profile]:
    """Build profiles from `to_document`; StepError if another version wrote them."""
    if document.get("version") != VERSION:
        raise StepError(f"a sketch has version {document.get('version')}; expected {VERSION}. Run all steps anew.")
    return {name: Profile.from_document(one) for name, one in document["variants"].items()}
