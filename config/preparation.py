"""What an environment and the engine of a use case's preparation must agree on."""

from pathlib import Path

from config.environment import Environment
from config.errors import ConfigError
from config.loading import ROOT, place
from config.use_case import UseCase

# Which levels of interface endpoints let an engine run: what its containers call from inside the network.
_LEVELS = {
    "glue": ("minimal", "full"),  # logs
    "batch": ("full",),  # logs, and its image comes from ECR through the network
}
_WHY = {"glue": "Glue's workers write their logs", "batch": "Batch pulls the image and writes logs"}


def require_engine(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if the environment's network lacks what the engine needs."""
    engine, found = use_case.prepare.engine, environment.network.interface_endpoints
    allowed = _LEVELS.get(engine)
    if allowed is not None and found not in allowed:
        where = place("environments", environment.name, ("network", "interface_endpoints"), root)
        raise ConfigError(
            f"{where}: found {found!r}, but {use_case.name} "
            f"prepares its data with prepare.engine {engine!r}: {_WHY[engine]} through the private network; allowed "
            f"{'is' if len(allowed) == 1 else 'are'} {' and '.join(map(repr, allowed))} (docs/network.md has the "
            "prices). Raise the level, or choose the engine processing or spark, which need none."
        )
