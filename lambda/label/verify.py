"""Hold what a labelling job left against what it was given: which labels are kept, which objects go back. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from label import answers, augmented
from label.agreement import alpha
from label.consolidate import CONSOLIDATIONS, Consolidated
from label.state import Outcome
from label.terms import Terms

_SHOWN = 200  # objects without a label that the report names


@dataclass(frozen=True)
class Given:
    """What a job was given and left.

    Attributes:
        asked: the manifest's lines, in its order.
        returned: the output manifest's; whole: whether the job ended by itself.
        requests: entries of its consolidation requests.
        versions: of the objects that lie in the prefix now.
        refused: objects that no worker can be shown, with the reason.
    """

    asked: Sequence[augmented.Line]
    returned: Sequence[augmented.Line]
    requests: Sequence[Mapping[str, Any]] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    whole: bool = True


@dataclass
class Verified:
    """Lines with labels, what became of each object (version, outcome, attempts, reason), and figures about them."""

    lines: list[augmented.Line] = field(default_factory=list)
    outcomes: dict[str, tuple[str, Outcome, int, str]] = field(default_factory=dict)
    untouched: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)


def verify(given: Given, terms: Terms) -> Verified:
    """Return what is kept of a labelling job."""
    verified = Verified()
    for name, (version, reason) in given.refused.items():
        verified.outcomes[name] = (version, "unclear", 0, reason)
    names = [str(line[answers.OBJECT]["name"]) for line in given.asked]
    said = answers.by_object(given.requests, names)
    labels = _consolidated(said, terms)
    by_name = {augmented.name_of(line, ""): line for line in given.returned}
    for asked in given.asked:
        name = str(asked[answers.OBJECT]["name"])
        line = _labelled(by_name.get(name, {}), labels.get(name), terms)
        _judge(verified, asked, line, given, terms)
    verified.figures = figures(verified, said, terms)
    return verified


def _consolidated(said: Mapping[str, Mapping[str, Any]], terms: Terms) -> dict[str, Consolidated]:
    """Return labels made of all answers of the job at once: Ground Truth hands them over a few at a time."""
    if terms.how not in CONSOLIDATIONS:
        return {}
    return CONSOLIDATIONS[terms.how](answers.choices(said, terms.categories), terms.categories)


def _labelled(line: augmented.Line, label: Consolidated | None, terms: Terms) -> augmented.Line:
    """Write our own label into a line, in the form that Ground Truth has for one category."""
    said = line.get(terms.attribute)
    if label is None and terms.how in CONSOLIDATIONS and isinstance(said, Mapping):
        # Its answers are not to be found; the annotation function made this of them.
        label = Consolidated(said["class-name"], said["confidence"])
    if not line or label is None or label.category not in terms.categories:
        return line
    old = line.get(f"{terms.attribute}-metadata") or {}
    metadata = {"class-name": label.category, "confidence": round(label.confidence, 4), "human-annotated": "yes"}
    kept = {key: old[key] for key in ("creation-date", "job-name") if key in old}
    return line | {
        terms.attribute: terms.categories.index(label.category),
        f"{terms.attribute}-metadata": {**kept, **metadata, "type": f"ml-loop/{terms.how}"},
    }


def _judge(verified: Verified, asked: augmented.Line, line: augmented.Line, given: Given, terms: Terms) -> None:
    identity = asked[answers.OBJECT]
    name, version, attempt = str(identity["name"]), str(identity["version"]), int(identity["attempt"])
    problem = augmented.failure(line, terms.attribute)
    sure = augmented.confidence(line, terms.attribute)
    if problem == augmented.NO_LABEL and not given.whole:
        # Nobody looked at it: it is as before. Such objects may have lines in the manifest of a job that was stopped.
        verified.untouched[name] = "the job ended before"
    elif not problem and "source-ref" in asked and given.versions.get(name) != version:
        verified.untouched[name] = "was overwritten meanwhile" if name in given.versions else "was taken away meanwhile"
    elif not problem and (sure is None or sure >= terms.minimum_confidence):
        verified.lines.append(line)
        verified.outcomes[name] = (version, "labelled", attempt, "")
    else:
        outcome: Outcome = "returned" if attempt < terms.attempts else "unclear"
        reason = problem or f"its label is {sure:.2f} sure; wanted are {terms.minimum_confidence:.2f}"
        verified.outcomes[name] = (version, outcome, attempt, reason)


def figures(verified: Verified, said: Mapping[str, Mapping[str, Any]], terms: Terms) -> dict[str, Any]:
    """Return what the report shows: agreement, confidence, balance, workers, and what has no label."""
    final = {augmented.name_of(line, ""): augmented.classes(line, terms.attribute) for line in verified.lines}
    sure = [augmented.confidence(line, terms.attribute) for line in verified.lines]
    picks = answers.choices(said, terms.categories)
    whole = not any(picks.values())  # boxes, masks, entities: agreement is about which categories are there
    if whole:
        picks = {
            name: [(who, answers.present(content, terms.categories)) for who, content in given.items()]
            for name, given in said.items()
        }
    without: list[tuple[str, str, str]] = [
        (name, one[1], one[3]) for name, one in sorted(verified.outcomes.items()) if one[1] != "labelled"
    ]
    without += [(name, "untouched", reason) for name, reason in sorted(verified.untouched.items())]
    return {
        "agreement": alpha([one for _, one in given] for given in picks.values()),
        "agreement_about": "the categories present in an object" if whole else "the category chosen",
        "answers": sum(map(len, said.values())),
        "balance": {category: sum(category in found for found in final.values()) for category in terms.categories},
        "confidence": _histogram([one for one in sure if one is not None]),
        "confidence_unknown": sum(one is None for one in sure),
        "workers": [] if whole else _workers(picks, final),
        "without_label": without[:_SHOWN],
        "without_label_in_all": len(without),
    }


def _histogram(sure: Sequence[float]) -> list[int]:
    counts = Counter(min(int(one * 10), 9) for one in sure)
    return [counts[place] for place in range(10)]


def _workers(picks: Mapping[str, Sequence[tuple[str, str]]], final: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Return for each worker how many answers are counted, and how many of them became the label."""
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for name, given in picks.items():
        for who, one in given:
            if name in final:
                seen[who] += 1
                right[who] += one in final[name]
    return [{"worker": who, "answers": count, "as_label": right[who]} for who, count in seen.most_common()]
