"""What of a use case's labelling others must know: the label function its terms, a labelling job its functions."""

from typing import Any

from config import ground_truth
from config.use_case.label import LEAST_AUTOMATIC, Label


def terms_of(label: Label, machine: str) -> dict[str, Any]:
    """Return what the label function must know, as `lambda/label/terms.py` reads it."""
    task, check = label.task, label.check
    terms: dict[str, Any] = {
        "backend": label.backend,
        "task": task.type,
        "objects": task.kind_of_objects,
        "attribute": task.attribute,
        "categories": list(task.categories),
        "how": label.how,
        "attempts": check.attempts,
        "minimum_confidence": check.minimum_confidence,
        "minimum_agreement": check.minimum_agreement,
    }
    if label.limits and label.workers:
        answers = (label.workers.usd_per_answer or 0) * label.workers.per_object
        terms |= {
            "most_objects": label.limits.objects,
            "least_objects": LEAST_AUTOMATIC if label.automatic else 1,
            "usd_per_object": round(label.limits.usd_per_object + answers, 6),
            "usd_per_month": label.limits.usd_per_month,
            "machine": machine,
        }
    return terms


def needs_annotation(label: Label) -> bool:
    """Whether its jobs ask the platform's own function before tasks or after answers."""
    task = label.task
    if task.type == "page":
        return not (task.pre_annotation and task.post_annotation)
    return label.how != "built_in"


def functions_of(label: Label, region: str, ours: str) -> tuple[str, str]:
    """Return the ARNs of the functions that its jobs ask before a task and after its answers.

    `ours` is the platform's own, empty where none is needed.
    """
    task = label.task
    if task.type == "page":
        return task.pre_annotation or ours, task.post_annotation or ours
    after = ground_truth.consolidation(task.type, region) if label.how == "built_in" else ours
    return ground_truth.pre_annotation(task.type, region), after
