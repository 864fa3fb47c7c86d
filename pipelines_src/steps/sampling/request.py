"""What is asked: `request.json`, in the folder of one turn of the loop."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import StepError
from ..monitoring.captured import Window
from ..outcomes.reading import moment

FILE = "request.json"
Drawn = Literal["needed", "random"]


@dataclass(frozen=True)
class Request:
    """One sample.

    Attributes:
        turn: a name, the same whenever it is asked again.
        drawn: `needed`: what most needs a label; `random`: each request as likely as another.
        records: how many, at most.
        window: which captures count.
        ending: of an object's name, which begins with its request's id.
        at: when, for outcomes.
    """

    turn: str
    drawn: Drawn
    records: int
    window: Window
    ending: str
    at: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Request":
        """Build it from the content of request.json; StepError if it is none."""
        try:
            bounds = (moment(document[name]).isoformat() for name in ("from", "until"))
            return cls(
                turn=str(document["turn"]),
                drawn=_drawn(document["drawn"]),
                records=int(document["records"]),
                window=Window((str(document["variant"]),), *bounds),
                ending=str(document["ending"]),
                at=moment(document["until"]).isoformat(),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StepError(
                f"{FILE} asks for no sample: {type(error).__name__}: {error}. docs/retraining.md has its fields."
            ) from error


def _drawn(said: Any) -> Drawn:
    if said not in ("needed", "random"):
        raise ValueError(f"drawn is {said!r}; allowed are needed and random")
    found: Drawn = said
    return found
