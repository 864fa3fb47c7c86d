"""The pipeline that says of one variant and window what has changed: one machine, or several and one that merges.

The monitor function starts it, with a folder of the run's own in which `request/` lies: `request.json`, and for every
other input a list of the objects that it is, so that a run reads its window and no more. Steps are not cached: captures
change under the same address.
"""

from dataclasses import replace
from typing import Any

from config.use_case import UseCase
from config.use_case.monitor import Monitor
from pipelines_src.definition.job_arguments import JobArguments, Machines, Text
from pipelines_src.definition.parameters import StringParameter
from pipelines_src.definition.pipeline import Pipeline
from pipelines_src.definition.policies import BUSY, NO_MACHINE
from pipelines_src.definition.processing_step import ProcessingStep
from pipelines_src.definition.references import Join, Reference
from pipelines_src.definition.settings import PipelineSettings

RUN = "RunUri"  # what a run is started with
CAPTURES = "captures"
# Each is the name of an input, and of its list in `request/`.
BESIDE_CAPTURES = ("baseline", "ground_truth", "quality", "model", "reference")
MONITOR, SKETCH, MERGE = "Monitor", "Sketch", "Merge"


def build_monitoring_pipeline(use_case: UseCase, monitor: Monitor, settings: PipelineSettings) -> Pipeline:
    """Return the pipeline; `to_definition()` checks it. Jobs have the settings' role."""
    run = StringParameter(name=RUN)
    own = replace(
        settings,
        volume_gb=monitor.volume_gb or settings.volume_gb,
        processing_runtime_seconds=monitor.max_runtime_seconds,
    )
    jobs = _Jobs(use_case, own, JobArguments(own, monitor.instance or own.processing_instance), run.ref)
    return Pipeline(parameters=(run,), steps=jobs.several(monitor.instances) if monitor.instances > 1 else jobs.one())


class _Jobs:
    """The steps of a run."""

    def __init__(self, use_case: UseCase, settings: PipelineSettings, jobs: JobArguments, run: Reference) -> None:
        self._use_case, self._settings, self._jobs, self._run = use_case, settings, jobs, run

    def one(self) -> tuple[ProcessingStep, ...]:
        """Return the step of one machine."""
        text = "Say what has changed in a window's captures against the model's baselines."
        lists = (CAPTURES, *BESIDE_CAPTURES)
        return (self._step(MONITOR, text, "monitor", {}, lists, "monitoring"),)

    def several(self, instances: int) -> tuple[ProcessingStep, ...]:
        """Return the step of machines that share the captures, and the one that adds up what they made of them."""
        text = "Sketch each machine's share of a window's captures."
        machines = Machines(instances, (CAPTURES,))
        sketch = self._step(SKETCH, text, "monitor_sketch", {}, (CAPTURES, "baseline"), "sketches", machines)
        text = "Add up the sketches, and say what has changed against the model's baselines."
        made: dict[str, Text] = {"sketches": sketch.output("sketches")}
        return sketch, self._step(MERGE, text, "monitor_merge", made, BESIDE_CAPTURES, "monitoring")

    def _step(
        self,
        name: str,
        description: str,
        command: str,
        inputs: dict[str, Text],
        lists: tuple[str, ...],
        output: str,
        machines: Machines | None = None,
    ) -> ProcessingStep:
        arguments: dict[str, Any] = self._jobs.processing(
            arguments=(command, "--use-case", self._use_case.name),
            inputs={"request": self._below("request/request.json"), **inputs},
            manifests={each: self._below(f"request/{each}.manifest") for each in lists},
            outputs={output: self._below(output)},
            output_key=self._settings.data_key,
            cluster=machines,
        )
        return ProcessingStep(name=name, description=description, arguments=arguments, retries=(BUSY, NO_MACHINE))

    def _below(self, path: str) -> Join:
        return Join("/", (self._run, path))
