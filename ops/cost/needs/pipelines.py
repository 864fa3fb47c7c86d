"""Jobs: steps of SageMaker's pipelines, looks of Model Monitor, and preparation on Glue and Batch."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from ops.assembly.model import Resource
from ops.cost.model import HOURS, Need, Part
from ops.cost.needs.given import Given, machine, need, number

_DEEPEST = 20  # conditions in conditions
# Workers of Glue by type, in data processing units (DPU): "Adding jobs", Glue's guide. A DPU is 4 CPUs and 16 GB.
_DPU: dict[str, int | Decimal] = {"Standard": 1, "G.025X": Decimal("0.25"), "G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}


def pipeline(_: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """Machines of every step, for as many runs as the stack's kind of pipeline has."""
    definition = properties.get("PipelineDefinition")
    body = definition.get("PipelineDefinitionBody") if isinstance(definition, dict) else None
    try:
        content = json.loads(given.scene.text(body))
        parameters = {item["Name"]: item.get("DefaultValue", "") for item in content.get("Parameters", [])}
        jobs = list(_jobs(content.get("Steps", []), parameters))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        yield Need("a definition that cannot be read before it is deployed", (), Decimal(1), Part.USED)
        return
    for job in jobs:
        yield from _machines(*job, _runs(given), given)


def look(resource: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """The machine of SageMaker Model Monitor's own, for as many looks as are declared."""
    resources = properties.get("JobResources")
    cluster = resources.get("ClusterConfig") if isinstance(resources, dict) else None
    if isinstance(cluster, dict):
        yield from _machines("Processing", resource.logical_id, cluster, given.use_case.monitor_looks, given)


def glue_job(_: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """Workers of a Glue job, for the time of a processing step in each run of the pipeline."""
    dpu = Decimal(_DPU.get(str(properties.get("WorkerType")), 1)) * number(properties.get("NumberOfWorkers"), 10)
    hours = Decimal(given.use_case.pipeline_runs) * given.use_case.processing_minutes / 60
    yield need("preparation on Glue", "AWSGlue:ETL-DPU-Hour", quantity=dpu * hours, part=Part.USED)


def batch_job(_: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """CPUs and memory of Fargate, for the time of a processing step in each run of the pipeline."""
    container = properties.get("ContainerProperties")
    asked = container.get("ResourceRequirements") if isinstance(container, dict) else None
    sizes = {item.get("Type"): number(item.get("Value")) for item in asked or [] if isinstance(item, dict)}
    hours = Decimal(given.use_case.pipeline_runs) * given.use_case.processing_minutes / 60
    cpus, memory = sizes.get("VCPU", Decimal(0)), sizes.get("MEMORY", Decimal(0)) / 1024
    what = "preparation on Batch"
    yield need(f"{what}: CPUs", "AmazonECS:Fargate-vCPU-Hours:perCPU", quantity=cpus * hours, part=Part.USED)
    yield need(f"{what}: memory", "AmazonECS:Fargate-GB-Hours", quantity=memory * hours, part=Part.USED)


def state_machine(_: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """Transitions of a standard state machine, each of its states once in each run of the pipeline."""
    try:
        states = len(json.loads(given.scene.text(properties.get("DefinitionString")))["States"])
    except (ValueError, TypeError, KeyError, RecursionError):
        states = 0
    transitions = Decimal(states * given.use_case.pipeline_runs)
    yield need("transitions", "AmazonStates:StateTransition", quantity=transitions, part=Part.USED)


_Job = tuple[str, str, dict[str, Any]]


def _jobs(steps: Iterable[dict[str, Any]], parameters: dict[str, Any], depth: int = 0) -> Iterator[_Job]:
    """Give kind, name and machines of steps; of the branches of a condition that with more of them."""
    if depth > _DEEPEST:
        raise ValueError("conditions in conditions")
    for step in steps:
        kind, name, arguments = step["Type"], str(step["Name"]), step.get("Arguments", {})
        if kind == "Condition":
            branches = [list(_jobs(arguments.get(key, []), parameters, depth + 1)) for key in ("IfSteps", "ElseSteps")]
            yield from max(branches, key=len)
        elif found := _resources(kind, arguments):
            yield kind, name, {key: _given(value, parameters) for key, value in found.items()}


def _resources(kind: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
    if kind == "Processing":
        return dict(arguments["ProcessingResources"]["ClusterConfig"])
    if kind == "Training":
        return dict(arguments["ResourceConfig"])
    if kind == "Transform":
        return dict(arguments["TransformResources"])
    if kind == "Tuning":
        jobs = arguments["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"]
        return {**arguments["TrainingJobDefinition"]["ResourceConfig"], "Jobs": jobs}
    return None


def _given(value: Any, parameters: dict[str, Any]) -> Any:
    """Return a value, that of a parameter's default where the definition asks for one."""
    asked = value.get("Get", "") if isinstance(value, dict) else ""
    return parameters.get(str(asked).removeprefix("Parameters."), value) if asked else value


_COMPONENTS = {"Processing": "Processing", "Training": "Train", "Tuning": "Train", "Transform": "Tsform"}


def _machines(kind: str, name: str, cluster: dict[str, Any], runs: int, given: Given) -> Iterator[Need]:
    usage, component = given.use_case, _COMPONENTS[kind]
    minutes = {"Processing": usage.processing_minutes, "Transform": usage.transform_minutes}
    each = Decimal(minutes.get(kind, usage.training_minutes)) / 60
    count = number(cluster.get("InstanceCount"), 1) * number(cluster.get("Jobs"), 1)
    hours, instance_type = each * runs * count, str(cluster.get("InstanceType"))
    yield need(f"{instance_type}, {name}", *machine(component, instance_type), quantity=hours, part=Part.USED)
    if volume := number(cluster.get("VolumeSizeInGB")):
        price = f"AmazonSageMaker:{component}:VolumeUsage.gp2"
        yield need(f"volumes of {kind.lower()} jobs", price, quantity=volume * hours / HOURS, part=Part.USED)


def _runs(given: Given) -> int:
    """Return how often a month the pipeline of a stack runs; stacks are named for what theirs does."""
    usage = given.use_case
    kinds = {"batch": usage.batch_runs, "experiment": usage.experiment_looks, "monitoring": usage.monitor_looks}
    return kinds.get(given.stack.rsplit("-", 1)[-1], usage.pipeline_runs)
