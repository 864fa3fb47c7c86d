"""The monitor of explanations: which features the model's answers rest on, and whether their order has changed.

Attributions are TreeSHAP (Lundberg et al. 2020), which XGBoost computes exactly. A feature's is the mean absolute one
over records, and the orders are compared by nDCG as Clarify does: AWS documentation, "Model Feature Attribution Drift
Violations" (a violation is a score below 0.9).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import xgboost
from numpy.typing import NDArray
from sklearn.metrics import ndcg_score

from ..intraclass import effective_periods
from ..use_case import Document
from .data_quality import Result
from .judging import reach
from .metrics import COUNT, NONE, Metric
from .ranks import Floats
from .request import Request
from .varies import Spread, Varies, windows

NAME = "explainability"
_RESAMPLES, _FEWEST = 200, 30
_NDCG = "ndcg"


def attributions(model: xgboost.Booster, matrix: NDArray[np.float32]) -> Floats:
    """Return the absolute attributions of each row and feature; of several classes their sum."""
    found = model.predict(xgboost.DMatrix(matrix, missing=np.nan), pred_contribs=True, validate_features=False)
    absolute = np.abs(np.asarray(found, "float64"))[..., :-1]  # the last is the bias
    summed: Floats = absolute.sum(axis=1) if absolute.ndim == 3 else absolute  # noqa: PLR2004 - rows, classes, features
    return summed


def agreement(baseline: Floats, live: Floats) -> float:
    """Return the nDCG of the order that live attributions give, with the baseline's as gains."""
    return float(ndcg_score([baseline], [live])) if len(baseline) > 1 and baseline.any() else 1.0


def varies(reference: Floats, period: NDArray[np.int64] | None, periods: Mapping[str, int]) -> Varies:
    """Return how the order of features varies in windows of whole periods, drawn from the test data.

    Args:
        reference: absolute attributions of the test data.
        period: the number of each row's period; None: each row tells by itself.
        periods: how many captured records are of each; empty: that is not known.
    """
    if period is None or not len(period):
        return Varies()
    then, number = reference.mean(axis=0), int(period.max()) + 1
    sums = np.stack([np.bincount(period, one, number) for one in reference.T], axis=1)

    def deviations(count: float) -> dict[str, float]:
        drawn = windows(number, count, _RESAMPLES) @ sums  # whose order is that of the means
        return {_NDCG: float(np.std([agreement(then, now) for now in drawn]))}

    return Varies.of(effective_periods(np.bincount(period)), periods, deviations)


def result(
    names: Sequence[str],
    live: Floats,
    reference: Floats,
    request: Request,
    why: str | None = None,
    vary: Varies | None = None,
) -> Result:
    """Return what is to be said of a variant.

    Args:
        names: of the features.
        live: absolute attributions of captured records.
        reference: those of the test data.
        request: says how much orders must agree.
        why: nothing can be said.
        vary: how orders vary, where records of a period have something in common.
    """
    if why is None and min(len(live), len(reference)) < _FEWEST:
        why = f"{len(live)} captured records and {len(reference)} of the test data, fewer than {_FEWEST}"
    if why is not None:
        return Result({}, [], [], {"why": why})
    now, then = live.mean(axis=0), reference.mean(axis=0)
    score, drawn = agreement(then, now), _resampled(live, reference)
    highest = float(np.quantile(drawn, 1 - request.alpha))
    if vary is not None and vary.window:
        own = float(np.std(drawn))
        highest = max(highest, min(1.0, score + reach(vary.spread(_NDCG, Spread(own, own)), request.alpha)))
    wanted = request.tolerances["ndcg"]
    violated = max(score, highest) < wanted
    violations = [
        {
            "label": "label0",
            "metric_name": "shap",
            "constraint_check_type": "feature_attribution_drift_check",
            "description": f"Feature attribution drift {score} is less than {wanted}, by more than chance",
        }
    ]
    shap = {"label0": {"global_shap_values": dict(zip(names, now.tolist(), strict=True))}}
    written: dict[str, Document] = {
        "analysis.json": {"version": "1.0", "explanations": {"tree_shap": shap}},
        "constraint_violations.json": {"version": "1.0", "violations": violations if violated else []},
    }
    metrics = [Metric("explanation_ndcg", score, NONE), Metric("explainability_violations", violated, COUNT)]
    metrics += [Metric("attribution", value, NONE, name) for name, value in zip(names, now.tolist(), strict=True)]
    order, earlier = _order(now), _order(then)
    report: Document = {
        "ndcg": score,
        "highest": highest,
        "wanted": wanted,
        "violated": violated,
        "rows": {"captured": len(live), "baseline": len(reference)},
        "features": {
            name: {"value": now[place], "baseline": then[place], "rank": order[place], "baseline_rank": earlier[place]}
            for place, name in enumerate(names)
        },
    }
    return Result(written, [], metrics, report)


def _order(values: Floats) -> list[int]:
    """Return the rank of each value, 1 the largest."""
    places = np.empty(len(values), "int64")
    places[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return [int(place) for place in places]


def _resampled(live: Floats, reference: Floats) -> list[float]:
    random = np.random.default_rng(0)
    drawn = []
    for _ in range(_RESAMPLES):
        now, then = (one[random.integers(0, len(one), len(one))].mean(axis=0) for one in (live, reference))
        drawn.append(agreement(then, now))
    return drawn
