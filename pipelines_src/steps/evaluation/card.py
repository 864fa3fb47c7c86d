"""The model card: what the model predicts, of what it was made, how good it is, and where it is not to be trusted.

After Mitchell et al. 2019, "Model cards for model reporting". `model_card.json` has it all; `model_card.html` shows it.
"""

import importlib.resources
from typing import Any

import jinja2
import pandas as pd

from ..use_case import UseCase
from . import pictures
from .judged import Document
from .limits import limits
from .shown import apart, figure

_TEMPLATE = "card.html.j2"


def document(use_case: UseCase, learnt: Document, report: Document, evaluation: Document, found: Document) -> Document:
    """Return the content of model_card.json.

    Args:
        use_case: what was asked for.
        learnt: features.json.
        report: preparation.json.
        evaluation: evaluation.json.
        found: by training: `tuning` and `model`.
    """
    figures = {name: value for name, value in evaluation.items() if _is_interval(value)}
    single = {
        name: value
        for name, value in evaluation.items()
        if isinstance(value, int | float) and name != "bootstrap_samples"
    }
    return {
        "version": 1,
        "use_case": use_case.name,
        "description": use_case.description,
        "problem": use_case.problem,
        "label": use_case.label,
        "classes": use_case.data["classes"],
        "data": {
            "tables": list(use_case.raw),
            "record": [{"name": field.name, "type": field.type} for field in use_case.record],
            "split": report["split"],
            "splits": report["splits"],
            "cleaning": report["cleaning"],
        },
        "features": [{"name": one["name"], "type": one["type"], "learnt": _learnt(one)} for one in learnt["features"]],
        "reduction": _reduction(learnt),
        "training": use_case.train,
        **found,
        "figures": figures,
        "single_figures": single,
        **{
            name: evaluation.get(name)
            for name in (
                "threshold", "incumbent", "champion", "slices", "slices_not_judged", "worst_slice",
                "feature_importance", "gate", "first", "last", "resample", "bootstrap_samples",
            )
        },
        "limits": limits(use_case, report, evaluation),
    }  # fmt: skip


def page(card: Document, tables: dict[str, pd.DataFrame], predictions: pd.DataFrame) -> str:
    """Return model_card.html: one file that needs nothing else.

    Args:
        card: model_card.json.
        tables: of the judge, by file name.
        predictions: a sample of rows.
    """
    # The image has Jinja for Flask's sake, which answers its requests.
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["figure"] = figure
    environment.globals["apart"] = apart
    source = importlib.resources.files(__package__ or "").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    shown = pictures.pictures(card["problem"], tables, predictions, card["figures"])
    return environment.from_string(source).render(card=card, pictures=shown)


def _is_interval(value: Any) -> bool:
    return isinstance(value, dict) and "confidence" in value


def _learnt(feature: Document) -> str:
    """Return in words what was learnt of a feature in training."""
    if "levels" in feature:
        return f"a column for each of {', '.join(map(str, feature['levels'])) or 'no levels'}"
    if "codes" in feature:
        known = len(feature["codes"])
        return f"a number for each of {known} levels; others are missing"
    said = [] if feature["fill"] is None else [f"{figure(feature['fill'])} where missing"]
    if (feature["offset"], feature["divisor"]) != (0.0, 1.0):
        said.append(f"less {figure(feature['offset'])}, divided by {figure(feature['divisor'])}")
    if feature["clip"]:
        said.append("clipped to -1..1")
    return "; ".join(said) or "as it is"


def _reduction(learnt: Document) -> Document | None:
    found = learnt.get("reduction")
    if not found:
        return None
    return {"columns": found["columns"], "components": len(found["weights"]), "explained": found.get("explained")}
