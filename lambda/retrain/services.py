"""What the loop reads, and what it starts."""

from dataclasses import dataclass
from typing import Any

from retrain.decisions import Decisions
from retrain.machines import Machines
from retrain.pipelines import Pipelines
from retrain.samples import Samples


@dataclass(frozen=True)
class Services:
    """Clients of one environment; `cloudwatch` is botocore's own."""

    pipelines: Pipelines
    machines: Machines
    decisions: Decisions
    samples: Samples
    cloudwatch: Any
