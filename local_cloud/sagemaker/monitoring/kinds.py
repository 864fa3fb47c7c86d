"""The four types of monitoring: how each spells its job definition, and what its jobs are called."""

from dataclasses import dataclass

SCHEDULE, EXECUTION = "MonitoringSchedule", "MonitoringExecution"


@dataclass(frozen=True)
class Kind:
    """A type of monitoring.

    Attributes:
        type: its name, `MonitoringType`.
        arn_part: of its job definitions.
        job: beginning of the names of its jobs.
        image: repository of the container that can do it.
        analysis: what the container is told, `analysis_type`; None: nothing.
        merges: whether it needs ground truth, merged with the captures by a job of its own before.
    """

    type: str
    arn_part: str
    job: str
    image: str
    analysis: str | None = None
    merges: bool = False

    @property
    def definition(self) -> str:
        """The kind of its job definitions, in the store and in operations."""
        return f"{self.type}JobDefinition"

    def member(self, part: str) -> str:
        """Return how a member of its job definitions is spelled, such as `DataQualityJobInput`."""
        return f"{self.type}{part}"


_ANALYZER, _CLARIFY = "sagemaker-model-monitor-analyzer", "sagemaker-clarify-processing"
KINDS = {
    kind.type: kind
    for kind in (
        Kind("DataQuality", "data-quality-job-definition", "data-quality-monitoring", _ANALYZER),
        Kind(
            "ModelQuality",
            "model-quality-job-definition",
            "model-quality-monitoring",
            _ANALYZER,
            analysis="MODEL_QUALITY",
            merges=True,
        ),
        Kind("ModelBias", "model-bias-job-definition", "model-bias-monitoring", _CLARIFY, merges=True),
        Kind(
            "ModelExplainability",
            "model-explainability-job-definition",
            "model-explainability-monitoring",
            _CLARIFY,
        ),
    )
}
