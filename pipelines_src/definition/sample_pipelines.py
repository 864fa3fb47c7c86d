"""The pipelines of a turn's labels: one chooses captured requests and asks labelling for them, one delivers outcomes.

The retrain function starts them, with a folder of the sample's own in which `request.json` and a list of capture files
lie. Nothing is cached: captures change under the same address.
"""

from typing import Any

from config.use_case import UseCase
from pipelines_src.definition.job_arguments import JobArguments
from pipelines_src.definition.parameters import StringParameter
from pipelines_src.definition.pipeline import Pipeline
from pipelines_src.definition.policies import BUSY, NO_MACHINE
from pipelines_src.definition.processing_step import ProcessingStep
from pipelines_src.definition.references import Join
from pipelines_src.definition.settings import PipelineSettings

RUN, SAMPLES, BASELINE, LABELS = "RunUri", "SamplesUri", "BaselineUri", "LabelsUri"


def build_sample_pipeline(use_case: UseCase, settings: PipelineSettings, *, chosen_uri: str) -> Pipeline:
    """Return the pipeline that chooses; `to_definition()` checks it.

    Args:
        use_case: whose endpoint.
        settings: of its environment; jobs have its role.
        chosen_uri: S3 URI below which labelling looks for requests.
    """
    run, samples, baseline = (StringParameter(name=name) for name in (RUN, SAMPLES, BASELINE))
    arguments = JobArguments(settings, settings.processing_instance).processing(
        arguments=("sample", "--use-case", use_case.name),
        inputs={"request": run.ref, "earlier": samples.ref, "baseline": baseline.ref},
        manifests={"captures": Join("/", (run.ref, "captures.manifest"))},
        outputs={"sample": run.ref, "chosen": chosen_uri},
        output_key=settings.data_key,
    )
    step = _step("Sample", "Choose captured requests, and ask for labels of them.", arguments)
    return Pipeline(parameters=(run, samples, baseline), steps=(step,))


def build_deliver_pipeline(use_case: UseCase, settings: PipelineSettings, *, ground_truth_uri: str) -> Pipeline:
    """Return the pipeline that delivers; `ground_truth_uri`: S3 URI below which outcomes lie by the hour."""
    run, labels = (StringParameter(name=name) for name in (RUN, LABELS))
    arguments = JobArguments(settings, settings.processing_instance).processing(
        arguments=("deliver", "--use-case", use_case.name),
        inputs={"request": run.ref, "labels": labels.ref},
        outputs={"outcomes": ground_truth_uri},
        output_key=settings.data_key,
    )
    step = _step("Deliver", "Deliver labels of a sample as outcomes of its requests.", arguments)
    return Pipeline(parameters=(run, labels), steps=(step,))


def _step(name: str, description: str, arguments: dict[str, Any]) -> ProcessingStep:
    return ProcessingStep(name=name, description=description, arguments=arguments, retries=(BUSY, NO_MACHINE))
