"""What a tuning job asks for, checked: which strategy, which jobs, which objective."""

import math
from typing import Any

from local_cloud.sagemaker import images
from local_cloud.sagemaker.api import Call, Request
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.jobs import pruning, ranges, search, training_request, warm_start
from local_cloud.sagemaker.requests import refuse

_NAME_LIMIT = 32  # a tuning job's name is the beginning of its training jobs' names
_LEAST_RANDOM = 3  # before a Gaussian process has anything to say
_MOST_EPOCHS = 20_000
_EPOCH_NAMES = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")  # where AWS looks for MaxResource
_OWN_KEYS = frozenset({"DefinitionName", "StaticHyperParameters", "HyperParameterTuningResourceConfig"})


def check(request: Request, call: Call) -> None:
    """Refuse a tuning job that cannot run here; its first training job is checked as well."""
    refuse(
        request, "Autotune", "TrainingJobDefinitions", "TrainingJobDefinition.HyperParameterRanges",
        "TrainingJobDefinition.TuningObjective", "HyperParameterTuningJobConfig.ParameterRanges.AutoParameters",
    )  # fmt: skip
    config, definition = request["HyperParameterTuningJobConfig"], request.get("TrainingJobDefinition")
    if definition is None:
        raise validation_error("TrainingJobDefinition is required.")
    if "HyperParameterTuningJobObjective" not in config:
        raise validation_error("HyperParameterTuningJobConfig.HyperParameterTuningJobObjective is required.")
    searched = ranges.space(config.get("ParameterRanges", {}))
    both = set(definition.get("StaticHyperParameters", {})) & {item.name for item in names(searched)}
    if both:
        raise validation_error(f"{', '.join(sorted(both))}: is a static hyperparameter and has a range. Choose one.")
    number_of_jobs(config, searched)
    pruner(config, definition)
    warm_start.check(request, call, {item.name for item in names(searched)})
    _check_objective(config["HyperParameterTuningJobObjective"]["MetricName"], definition)
    training_request.check(
        one_training(request, f"{request['HyperParameterTuningJobName'][:_NAME_LIMIT]}-001", {}), call
    )


def names(searched: ranges.Space) -> list[ranges.Number | ranges.Category]:
    """Return all ranges."""
    return [*searched.numbers, *searched.categories]


def number_of_jobs(config: dict[str, Any], searched: ranges.Space) -> int:
    """Return how many training jobs to run; a grid has its own number."""
    limit = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    if config["Strategy"] != "Grid":
        if limit is None:
            raise validation_error("ResourceLimits.MaxNumberOfTrainingJobs is required unless Strategy is Grid.")
        return int(limit)
    if searched.numbers:
        raise validation_error("Strategy Grid takes CategoricalParameterRanges only.")
    combinations = math.prod(len(category.values) for category in searched.categories)
    if limit is not None and limit != combinations:
        raise validation_error(
            f"ResourceLimits.MaxNumberOfTrainingJobs is {limit}, but the grid has {combinations} combinations. "
            "Leave it out, or set that number."
        )
    return combinations


def strategy(config: dict[str, Any], searched: ranges.Space) -> search.Strategy:
    """Return the strategy."""
    seed = config.get("RandomSeed")
    if config["Strategy"] == "Grid":
        return search.GridSearch(searched)
    if config["Strategy"] in {"Random", "Hyperband"}:
        return search.RandomSearch(searched, seed)
    return search.BayesianSearch(searched, seed, max(_LEAST_RANDOM, searched.width))


def pruner(config: dict[str, Any], definition: dict[str, Any]) -> pruning.Pruner:
    """Return what ends training jobs early."""
    early = config.get("TrainingJobEarlyStoppingType", "Off") == "Auto"
    settings = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    if config["Strategy"] != "Hyperband":
        if settings:
            raise validation_error("HyperbandStrategyConfig is given, but Strategy is not Hyperband.")
        return pruning.MedianRule() if early else pruning.KeepAll()
    if early:
        raise validation_error("TrainingJobEarlyStoppingType must be Off with Strategy Hyperband, which has its own.")
    least, most = settings.get("MinResource", 1), settings.get("MaxResource") or _epochs(definition)
    if not least < most <= _MOST_EPOCHS:
        raise validation_error(
            f"HyperbandStrategyConfig: MinResource is {least} and MaxResource {most}; MinResource must be less than "
            f"MaxResource, and that {_MOST_EPOCHS} at most."
        )
    return pruning.Hyperband(least, most)


def _epochs(definition: dict[str, Any]) -> int:
    static = definition.get("StaticHyperParameters", {})
    for name in _EPOCH_NAMES:
        if static.get(name, "").isdigit():
            return int(static[name])
    raise validation_error(
        "HyperbandStrategyConfig has no MaxResource, and no static hyperparameter is named "
        f"{', '.join(_EPOCH_NAMES)}. Set MaxResource to the most epochs of one training job."
    )


def one_training(request: Request, name: str, tuned: dict[str, str]) -> Request:
    """Return the request of one training job."""
    definition = request["TrainingJobDefinition"]
    objective = request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]["MetricName"]
    hyperparameters = {**definition.get("StaticHyperParameters", {}), **tuned, "_tuning_objective_metric": objective}
    kept = {key: value for key, value in definition.items() if key not in _OWN_KEYS}
    if resources := definition.get("HyperParameterTuningResourceConfig"):
        kept["ResourceConfig"] = _resources(resources)
    return {**kept, "TrainingJobName": name, "HyperParameters": hyperparameters, "Tags": request.get("Tags", [])}


def _resources(given: dict[str, Any]) -> dict[str, Any]:
    # Of several kinds of instances the first is always there, so it is the one that AWS would take.
    kind = {**given, **given.get("InstanceConfigs", [{}])[0]}
    return {key: value for key, value in kind.items() if key not in {"InstanceConfigs", "AllocationStrategy"}}


def _check_objective(metric: str, definition: dict[str, Any]) -> None:
    algorithm = definition["AlgorithmSpecification"]
    image = algorithm.get("TrainingImage", "")
    built_in = images.metric_definitions(image, definition.get("StaticHyperParameters", {})) if image else []
    known = [item["Name"] for item in [*algorithm.get("MetricDefinitions", []), *built_in]]
    if metric not in known:
        raise validation_error(
            f"The objective {metric!r} is no metric of the training job; known are "
            f"{', '.join(sorted(known)) or 'none'}. Add it to AlgorithmSpecification.MetricDefinitions."
        )
