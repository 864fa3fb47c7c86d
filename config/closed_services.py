"""Services of AWS that are closed, and what to take instead: an environment that picks one is warned at synthesis.

Sources: the notes at the head of the developer guides of SageMaker ("Ground Truth ... is no longer open to new
customers"), as read in November 2026, which give no date; of Model Monitor ("effective 7/30/26"), and of Amazon
Mechanical Turk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from config.use_case import UseCase


@dataclass(frozen=True)
class Closed:
    """A closed service: `name` for people's switches, a sentence with date and alternative, and the section with it."""

    name: str
    text: str
    section: Literal["label", "monitor"] = "label"


GROUND_TRUTH = Closed(
    "ground-truth",
    "SageMaker Ground Truth is closed to new customers (AWS's guide as of November 2026 names no date); an account "
    "that used it before keeps it. Alternative: `label.backend: manifest_import`, with labels of any tool.",
)
PUBLIC_CROWD = Closed(
    "public-crowd",
    "Amazon Mechanical Turk, the public crowd, closed on 30 September 2026. Alternative: `label.workers.kind` private "
    "or vendor, or `label.backend: manifest_import`.",
)


MODEL_MONITOR = Closed(
    "model-monitor",
    "SageMaker Model Monitor is closed to new customers since 30 July 2026; an account that used it before keeps it. "
    "Alternative: `monitor.backend: processing_job`, which also watches each variant by itself, bias and explanations.",
    "monitor",
)


def closed_services(use_case: UseCase) -> Iterator[Closed]:
    """Give the closed services that a use case picks."""
    if use_case.monitor and use_case.monitor.backend == "model_monitor":
        yield MODEL_MONITOR
    label = use_case.label
    if label is None or label.backend != "ground_truth":
        return
    yield GROUND_TRUTH
    if label.workers and label.workers.kind == "public":
        yield PUBLIC_CROWD
