"""Those who look at data, at what runs and watches, at pipelines and their code, and at words."""

from ops.review import data_loss, interruption, metadata, monitoring_weakened, pipeline_change, source
from ops.review.model import Looker

LOOKERS: tuple[Looker, ...] = (
    data_loss.look,
    interruption.look,
    metadata.look,
    monitoring_weakened.look,
    pipeline_change.look,
    source.look,
)
