"""What the parts of the section `label` must agree on. Each raises RuleError with a remedy."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from config.errors import RuleError, under
from config.use_case.label_task import Task
from config.use_case.section import no_duplicates

_ONLY_PAGES = ("objects", "template", "pre_annotation", "post_annotation")
_CHOICES = ("image_classification", "text_classification")
_MOST_CATEGORIES = 2500  # characters of JSON: functions are told them in a variable, a parameter holds them
_PUBLIC_HOURS = 12  # that Mechanical Turk keeps a task


def task_fits(task: Task) -> None:
    """Categories differ, a choice has two, and a page of one's own has a template."""
    with under("task"):
        no_duplicates(("categories",), task.categories)
        if (length := len(json.dumps(task.categories))) > _MOST_CATEGORIES:
            raise RuleError(
                ("categories",), f"have {length} characters together; allowed are {_MOST_CATEGORIES}; shorten them"
            )
        if task.type in _CHOICES and len(task.categories) == 1:
            raise RuleError(("categories",), f"names one category; {task.type} chooses between two or more; add one")
        if task.type == "page":
            for name in ("objects", "template"):
                if getattr(task, name) is None:
                    raise RuleError((name,), "is missing, and type page needs it; add it")
            return
        for name in _ONLY_PAGES:
            if getattr(task, name) is not None:
                raise RuleError((name,), f"belongs to type page, and found is {task.type!r}; remove it")


def without_jobs(workers: object, limits: object, schedule: object, written: Collection[str]) -> None:
    """An import has none of what a labelling job has."""
    jobs = {"workers": workers is not None, "limits": limits is not None, "schedule": schedule is not None}
    jobs |= {name: name in written for name in ("consolidation", "automatic", "on_new_objects")}
    for name, given in jobs.items():
        if given:
            raise RuleError(
                (name,),
                "belongs to labelling jobs, and backend manifest_import has none; remove it, or choose ground_truth",
            )


def workers_fit(workers: Mapping[str, Any]) -> None:
    """A vendor has a team; the public a price, a declaration and little time; others none of these."""
    kind = workers["kind"]
    with under("workers"):
        for name, owner in (("team", "vendor"), ("usd_per_answer", "public"), ("content", "public")):
            given = bool(workers[name])
            if given and kind != owner:
                raise RuleError((name,), f"belongs to kind {owner}, and found is {kind!r}; remove it")
            if not given and kind == owner:
                raise RuleError((name,), f"is missing, and kind {owner} needs it; add it")
        no_duplicates(("content",), workers["content"])
        if workers["hours"] and workers["hours"] * 3600 < workers["seconds_per_answer"]:
            raise RuleError(
                ("hours",),
                f"found {workers['hours']}; one has {workers['seconds_per_answer']} seconds for an answer; raise it, "
                "or lower seconds_per_answer",
            )
        if kind == "public":
            _public(workers)


def _public(workers: Mapping[str, Any]) -> None:
    thousandths = workers["usd_per_answer"] * 1000
    if abs(thousandths - round(thousandths)) > 1e-6:  # noqa: PLR2004
        raise RuleError(
            ("usd_per_answer",), f"found {workers['usd_per_answer']}; allowed are tenths of a cent, 0.001; round it"
        )
    if "free_of_personal_information" not in workers["content"]:
        raise RuleError(
            ("content",),
            "does not say free_of_personal_information; strangers see the objects; declare it, or choose others",
        )
    if workers["hours"] and workers["hours"] > _PUBLIC_HOURS:
        raise RuleError(
            ("hours",), f"found {workers['hours']}; allowed for the public are {_PUBLIC_HOURS} at most; lower it"
        )
