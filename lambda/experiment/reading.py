"""What a look asks the outcomes pipeline for, and its answer: `request.json` and `sums.json` (docs/experiments.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from experiment.auc import ScoreCounts
from experiment.strata import Stratum
from experiment.sums import Moments, Summary
from experiment.trial import Stretch, Trial
from experiment.users import Users

REQUEST, SUMS = "request.json", "sums.json"
VARIANTS = ("champion", "challenger")


class UnreadableError(Exception):
    """Sums that are none, or not those that were asked for; the text says what was found."""


@dataclass(frozen=True)
class Sums:
    """The strata, and captured and invalid answers: champion's, then challenger's. `counts` is for the record.

    `users` are there where users keep a variant.
    """

    strata: tuple[Stratum[Summary], ...]
    answers: tuple[int, int, int, int]
    counts: Mapping[str, Any]
    users: Users | None = None


def usable(trial: Trial, stretches: Sequence[Stretch], at: datetime) -> list[Stretch]:
    """Return the stretches, the one under way among them, as far as their outcomes are known at `at`."""
    until, here = trial.settled(at), list(stretches)
    if trial.since is not None:
        here.append(Stretch(trial.stretches + 1, trial.share, trial.since, at))
    cut = [Stretch(one.number, one.share, one.start, min(one.end, until)) for one in here]
    return [one for one in cut if one.start < one.end]


def request(trial: Trial, endpoint: str, stretches: Sequence[Stretch], at: datetime) -> dict[str, Any]:
    """Return request.json of a look at `at`."""
    return {
        "experiment": trial.name,
        "use_case": trial.use_case,
        "endpoint": endpoint,
        "metric": trial.terms.metric,
        "values": trial.terms.values,
        "assignment": trial.terms.assignment,
        "until": trial.settled(at).isoformat(),
        "strata": [
            {"from": one.start.isoformat(), "to": one.end.isoformat(), "share": one.share}
            for one in usable(trial, stretches, at)
        ],
        "variants": list(VARIANTS),
    }


def read(document: Mapping[str, Any], trial: Trial) -> Sums:
    """Return what sums.json says.

    Raises:
        UnreadableError: it is of another experiment, of another metric, or lacks something.
    """
    for name, wanted in (("experiment", trial.name), ("metric", trial.terms.metric)):
        if document.get(name) != wanted:
            raise UnreadableError(f"{SUMS} has {name} {document.get(name)!r}, not {wanted!r}")
    summary = _scores if trial.terms.metric == "auc" else _moments
    sticky = trial.terms.assignment == "sticky"
    try:
        strata = tuple(
            Stratum(
                float(one["share"]),
                summary(one["champion"]),
                summary(one["challenger"]),
                clusters=_pair(one["clusters"]) if sticky else None,
            )
            for one in document["strata"]
        )
        users = _users(document) if sticky else None
        counts = document["counts"]
        champion, challenger = ((int(counts[name]["captured"]), int(counts[name]["invalid"])) for name in VARIANTS)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(
            f"{SUMS} has not what docs/experiments.md says: {type(error).__name__}: {error}"
        ) from error
    return Sums(strata, (*champion, *challenger), counts, users)


def _users(document: Mapping[str, Any]) -> Users:
    said = document["users"]
    first = tuple(_pair(one["first"]) for one in document["strata"])
    return Users(float(said["variance"]), *_pair(said), of_nobody=int(said["of_nobody"]), first=first)


def _pair(one: Mapping[str, Any]) -> tuple[int, int]:
    champion, challenger = (int(one[variant]) for variant in VARIANTS)
    return champion, challenger


def _moments(one: Mapping[str, Any]) -> Summary:
    return Moments(int(one["n"]), float(one["total"]), float(one["squares"]))


def _scores(one: Mapping[str, Any]) -> Summary:
    positives, negatives = ({int(at): int(n) for at, n in one[name].items()} for name in ("positives", "negatives"))
    return ScoreCounts(positives, negatives)
