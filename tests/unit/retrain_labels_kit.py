"""What the tests of labels in turns share: the terms, and a cause that is heard of."""

from typing import Any

from retrain.events import Kind, Look, Sampling, Terms
from retrain.reconcile import reconcile
from retrain.steps import Rest
from tests.unit.retrain_cloud_kit import Cloud, cause

SAMPLE = Sampling(records=50, days=14, ending=".png")
TERMS = Terms(cool_down_hours=0, most_turns=1000, on_drift="label", sample=SAMPLE)
LOOK = Look(use_case="toys", terms=TERMS)


def heard(cloud: Cloud, kind: Kind = "quality", **terms: Any) -> Rest:
    found = LOOK.model_copy(update={"terms": TERMS.model_copy(update=terms)})
    return reconcile(cloud, found.model_copy(update={"causes": (cause(kind, cloud.now),)}))
