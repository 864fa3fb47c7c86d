"""What became of the records: how many were read, used, left out and changed, and why."""

from collections import Counter
from typing import Any

import ibis.expr.types as ir

from ..engines import Engine
from ..errors import StepError
from ..use_case import SPLITS, Document, UseCase
from . import exact
from .cleaning import CHANGED
from .records import EXCLUDED, LABEL, SPLIT


def report(engine: Engine, prepared: ir.Table, use_case: UseCase) -> Document:
    """Return the content of preparation.json, and print what a person should find in the job's log."""
    splits = {split: _split(rows) for split, rows in _rows(engine, prepared, use_case).items()}
    for split, counts in splits.items():
        print(f"{split}: {counts}", flush=True)
    rules = _rules(engine, prepared, use_case)
    for rule in rules:
        print(f"cleaning: {rule}", flush=True)
    return {"use_case": use_case.name, "split": use_case.split, "splits": splits, "cleaning": rules}


def require_labels(engine: Engine, prepared: ir.Table, use_case: UseCase) -> None:
    """Raise StepError if the label of an event is neither 1 nor 0."""
    if use_case.problem != "binary_classification":
        return
    label = prepared[LABEL]
    odd = prepared.filter(prepared[EXCLUDED].isnull() & label.notin([0, 1])).select(found=label)
    for row in engine.fetch(odd.order_by("found").limit(1)):
        raise StepError(
            f"the label {use_case.label!r} must be 1, 0 or missing; found {row['found']}. Correct it in records(), or "
            "name the event's value in data.positive."
        )


def require_rows(counts: Document, use_case: UseCase) -> None:
    """Raise StepError if a split cannot train or judge a model."""
    for split in SPLITS[:3]:
        found = counts["splits"][split]
        several = use_case.problem.endswith("classification") and found["labels"] < 2  # noqa: PLR2004 - both outcomes
        if found["used"] == 0 or several:
            what = "records of one outcome only" if found["used"] else "no records"
            raise StepError(
                f"the {split} split has {what}; {_where(counts)}. Correct split in use_case.yaml, or what data says of "
                "the label, or bring more data."
            )


def _where(counts: Document) -> str:
    splits = counts["splits"].values()
    first = min((split["first"] for split in splits if split["first"]), default=None)
    last = max((split["last"] for split in splits if split["last"]), default=None)
    if first is not None:
        return f"records with an outcome run from {first} to {last}"
    why: Counter[str] = Counter()
    for split in splits:
        why.update(split["left_out"])
    left_out = "".join(f"; {rows} were left out: {reason}" for reason, rows in why.most_common(1))
    return f"there are {sum(split['used'] for split in splits)} records with an outcome{left_out}"


def _rows(engine: Engine, prepared: ir.Table, use_case: UseCase) -> dict[str, list[Document]]:
    label, time = prepared[LABEL], prepared[use_case.time] if use_case.time else None
    number = label.cast("float64")
    largest = exact.largest_label(engine, prepared, use_case)
    counted = prepared.group_by(split=prepared[SPLIT], excluded=prepared[EXCLUDED]).agg(
        rows=prepared.count(),
        labels=label.nunique() if use_case.problem.endswith("classification") else label.count(),
        mean=number.mean() if largest is None else exact.total(number, largest),
        **({} if time is None else {"first": time.min().cast("string"), "last": time.max().cast("string")}),
    )
    found: dict[str, list[Document]] = {split: [] for split in SPLITS}
    for row in engine.fetch(counted):
        if largest is not None:
            row["mean"] = exact.mean(row["mean"], row["labels"], largest)
        found[row["split"]].append(row)
    return found


def _split(rows: list[Document]) -> Document:
    used: Document = next((row for row in rows if row["excluded"] is None), {"rows": 0, "labels": 0, "mean": None})
    left_out = {row["excluded"]: row["rows"] for row in rows if row["excluded"] is not None}
    return {
        "records": sum(row["rows"] for row in rows),
        "used": used["rows"],
        "left_out": dict(sorted(left_out.items())),
        "labels": used["labels"],
        "label_mean": used["mean"],
        "first": used.get("first"),
        "last": used.get("last"),
    }


def _rules(engine: Engine, prepared: ir.Table, use_case: UseCase) -> list[Document]:
    """Return how many records each rule left out or changed, in the order of the rules."""
    rules = use_case.prepare["clean"]
    if not rules:
        return []
    reasons = [f"rule {place + 1}: {rule['rule']}" for place, rule in enumerate(rules)]
    aggregates: dict[str, Any] = {}
    for place, reason in enumerate(reasons):
        aggregates[f"left_out_{place}"] = (prepared[EXCLUDED] == reason).sum()
        aggregates[f"changed_{place}"] = ((prepared[CHANGED] // 2**place) % 2).sum()
    found = engine.fetch(prepared.aggregate(**aggregates))[0]
    return [
        {
            "rule": rule["rule"],
            "columns": list(rule.get("columns") or [rule["column"]]),
            "why": rule["why"],
            "left_out": found[f"left_out_{place}"] or 0,
            "changed": int(found[f"changed_{place}"] or 0),
        }
        for place, rule in enumerate(rules)
    ]
