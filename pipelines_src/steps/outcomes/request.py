"""What the experiment asks for: `request.json`, in the folder of one look at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import StepError
from ..use_case import UseCase
from .numbers import EVENT, Metric
from .reading import seconds

FILE, SUMS = "request.json", "sums.json"


@dataclass(frozen=True)
class Stretch:
    """A stretch of time in which the weights were constant: from `start` on, before `end`, seconds since 1970."""

    start: float
    end: float
    given: Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """One look.

    Attributes:
        experiment: its id.
        until: requests captured before this time count, seconds since 1970.
        variants: champion and challenger.
        stretches: those to add up, apart from each other.
        metric: what is added up.
        sticky: whether users keep a variant, so that their requests come together.
        given: the document itself.
    """

    experiment: str
    until: float
    variants: tuple[str, ...]
    stretches: tuple[Stretch, ...]
    metric: Metric
    sticky: bool
    given: Mapping[str, Any]

    @classmethod
    def of(cls, document: Mapping[str, Any], use_case: UseCase) -> "Request":
        """Build it from the content of request.json; StepError if it is none."""
        classes = classes_of({"problem": use_case.problem, "data": use_case.data})
        try:
            stretches = tuple(
                Stretch(seconds(one["from"]), seconds(one["to"]), {key: one[key] for key in ("from", "to", "share")})
                for one in document["strata"]
            )
            metric = Metric(
                str(document["metric"]),
                classes,
                document.get("values"),
            )
            return cls(
                experiment=str(document["experiment"]),
                until=seconds(document["until"]),
                variants=tuple(document["variants"]),
                stretches=stretches,
                metric=metric,
                sticky=document.get("assignment") == "sticky",
                given=document,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StepError(
                f"{FILE} is no request for sums: {type(error).__name__}: {error}. docs/experiments.md has its fields."
            ) from error


def classes_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the classes of a use case, in the model's order; no and yes of an event, none of a number."""
    if document["problem"] == "binary_classification":
        return EVENT
    return tuple(map(str, document["data"]["classes"])) if document["problem"] == "multiclass_classification" else ()


def positive_of(document: Mapping[str, Any]) -> str | None:
    """Return the text of the event; None where it is 1, which is the event in any case."""
    positive = document["data"]["positive"]
    return None if positive in (1, True) else str(positive)
