"""Services of AWS that are closed, and what to take instead: an environment that picks one is warned at synthesis.

Sources: the notes at the head of the developer guides of SageMaker ("Ground Truth ... is no longer open to new
customers"), as read in November 2026, which give no date; and of Amazon Mechanical Turk, which give one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from config.use_case import UseCase


@dataclass(frozen=True)
class Closed:
    """A closed service: `name` for people's switches, and a sentence with date and alternative."""

    name: str
    text: str


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


def closed_services(use_case: UseCase) -> Iterator[Closed]:
    """Give the closed services that a use case picks."""
    label = use_case.label
    if label is None or label.backend != "ground_truth":
        return
    yield GROUND_TRUTH
    if label.workers and label.workers.kind == "public":
        yield PUBLIC_CROWD
