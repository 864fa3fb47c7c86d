"""What an environment must allow, and a use case do without, for a serverless endpoint."""

from pathlib import Path

from config.environment import Environment
from config.errors import ConfigError, KeyPath
from config.loading import ROOT, place
from config.serverless import REGIONS
from config.use_case import UseCase


def require_open_network(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if a serverless endpoint's containers may not run outside the private network."""
    _require(
        environment.network.allow_internet,
        ("network", "allow_internet"),
        "SageMaker runs its containers outside the private network and without isolation",
        (environment, use_case, root),
    )


def require_no_capture(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if requests to a serverless endpoint may not go unrecorded."""
    _require(
        environment.capture.allow_no_capture,
        ("capture", "allow_no_capture"),
        "SageMaker records nothing of its requests, so that nothing can watch what it is asked and answers",
        (environment, use_case, root),
    )


def require_no_experiment(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if a serverless endpoint is to have experiments: it has one variant, and captures nothing."""
    if environment.serves(use_case.name).serverless and use_case.experiment:
        raise ConfigError(
            f"{_serverless(environment, use_case, root)}: found a serverless endpoint, but {use_case.name} has "
            "experiments, which compare two variants by captured requests; a serverless endpoint has one variant and "
            f"captures nothing; allowed is one of them. Remove `experiment` of pipelines_src/{use_case.name}/"
            "use_case.yaml, or serve it by instances."
        )


def require_no_monitor(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if a serverless endpoint is to be watched: SageMaker records nothing of its requests."""
    if environment.serves(use_case.name).serverless and use_case.monitor:
        raise ConfigError(
            f"{_serverless(environment, use_case, root)}: found a serverless endpoint, but {use_case.name} is watched "
            "by captured requests, and a serverless endpoint captures nothing; allowed is one of them. Remove "
            f"`monitor` of pipelines_src/{use_case.name}/use_case.yaml, or serve it by instances."
        )


def require_no_sample(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if requests to a serverless endpoint are to be labelled: SageMaker records nothing of them."""
    if environment.serves(use_case.name).serverless and use_case.retrain and use_case.retrain.sample:
        raise ConfigError(
            f"{_serverless(environment, use_case, root)}: found a serverless endpoint, but turns of {use_case.name} "
            "have captured requests labelled, and a serverless endpoint captures nothing; allowed is one of them. "
            f"Remove `retrain.sample` of pipelines_src/{use_case.name}/use_case.yaml, or serve it by instances."
        )


def require_region(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if AWS has no serverless endpoints where the environment is."""
    if environment.serves(use_case.name).serverless and environment.region not in REGIONS:
        raise ConfigError(
            f"{place('environments', environment.name, ('region',), root)}: found {environment.region}, but "
            f"{use_case.name} has a serverless endpoint, which AWS's developer guide lists for "
            f"{', '.join(sorted(REGIONS))}; allowed is one of these. Serve the use case by instances "
            f"({_serverless(environment, use_case, root)}), or, should AWS have it there by now, add the region to "
            "config/serverless.py."
        )


def _require(reason: str | None, key: KeyPath, why: str, deployed: tuple[Environment, UseCase, Path]) -> None:
    environment, use_case, root = deployed
    if reason is not None or not environment.serves(use_case.name).serverless:
        return
    raise ConfigError(
        f"{place('environments', environment.name, key, root)}: found nothing, but {use_case.name} has a serverless "
        f"endpoint: {why}; allowed is the reason why that may be, in words. Name it, or serve the use case by "
        f"instances ({_serverless(environment, use_case, root)})."
    )


def _serverless(environment: Environment, use_case: UseCase, root: Path) -> str:
    own = use_case.name in environment.serving_of
    key: KeyPath = ("serving_of", use_case.name, "serverless") if own else ("serving", "serverless")
    return place("environments", environment.name, key, root)
