"""What a run of the monitor is asked for: `request.json`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import files
from ..errors import StepError
from ..outcomes.reading import moment
from ..use_case import Document
from .captured import Window
from .guarded import ALPHA, TOLERANCES

FILE = "request.json"
MONITORS = ("data_quality", "model_quality", "bias", "explainability")
RULES = ("guarded", "model_monitor")
# ndcg: what ranks must agree at least, as in Clarify
_TOLERANCES = {**TOLERANCES, "quality": 0.02, "bias": 0.05, "ndcg": 0.9}
_KNOWN = ("endpoint", "variants", "from", "until", "monitors", "rules", "alpha", "tolerances", "facets")


@dataclass(frozen=True)
class Facet:
    """Records whose group is looked after: those with one of some values, or with a number from a bound on.

    Attributes:
        name: a field of the record.
        values: texts; empty where there is a bound.
        at_least: the bound.
    """

    name: str
    values: tuple[str, ...] = ()
    at_least: float | None = None

    @property
    def label(self) -> str:
        """How it is called in reports and metrics."""
        return f"{self.name}{'=' if self.values else '>='}{self.value}"

    @property
    def value(self) -> str:
        """Its values, or its bound, in Clarify's files."""
        return "|".join(self.values) if self.values else f"{self.at_least:g}"


@dataclass(frozen=True)
class Request:
    """One run.

    Attributes:
        endpoint: its name, for the report.
        window: which captures count.
        monitors: of MONITORS, which are wanted; each is run where its inputs are there.
        rules: `guarded`, or `model_monitor`: what that documents, to the letter.
        alpha: probability of a false alarm of each monitor and variant.
        tolerances: how much is too much.
        facets: of the monitor of bias.
    """

    endpoint: str
    window: Window
    monitors: tuple[str, ...] = MONITORS
    rules: str = "guarded"
    alpha: float = ALPHA
    tolerances: Mapping[str, float] = field(default_factory=lambda: dict(_TOLERANCES))
    facets: tuple[Facet, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Request":
        """Build it from the content of request.json; StepError if it is none."""
        try:
            _among(_KNOWN, document)
            given = dict(document.get("tolerances") or {})
            _among(_TOLERANCES, given)
            return cls(
                endpoint=str(document.get("endpoint", "")),
                window=Window(
                    tuple(map(str, document.get("variants") or ())),
                    *(_time(document.get(name)) for name in ("from", "until")),
                ),
                monitors=_among(MONITORS, document.get("monitors") or MONITORS),
                rules=_among(RULES, [document.get("rules", "guarded")])[0],
                alpha=_share("alpha", document.get("alpha", ALPHA)),
                tolerances={name: _share(name, value) for name, value in (_TOLERANCES | given).items()},
                facets=tuple(_facet(one) for one in document.get("facets") or ()),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StepError(
                f"{FILE} asks for nothing that can be done: {type(error).__name__}: {error}. docs/monitoring.md has "
                "its fields."
            ) from error


def read(folder: Path) -> Request:
    """Read the request in a folder."""
    document: Document = files.read_json(folder / FILE)
    return Request.of(document)


def _among(allowed: Collection[str], wanted: Any) -> tuple[str, ...]:
    for name in wanted:
        if name not in allowed:
            raise ValueError(f"{name!r} is not one of {', '.join(allowed)}")
    return tuple(wanted)


def _time(given: Any) -> str | None:
    """Return a time in the one way that every reader of captures knows."""
    return None if given is None else moment(given).isoformat()


def _share(name: str, value: Any) -> float:
    if not 0 < float(value) <= 1 and not (name != "alpha" and float(value) == 0):
        raise ValueError(f"{name} is {value}; it is a share from 0 to 1")
    return float(value)


def _facet(one: Mapping[str, Any]) -> Facet:
    values, bound = tuple(map(str, one.get("values") or ())), one.get("at_least")
    if bool(values) == (bound is not None):
        raise ValueError(f"facet {one['name']}: it has values, or at_least, and not both")
    return Facet(str(one["name"]), values, None if bound is None else float(bound))
