"""An environment and a use case as data: schema, rules, loading.

`load_environment("dev")` reads `environments/dev.yaml`; `load_use_case("flight_delays")` reads
`pipelines_src/flight_delays/use_case.yaml`. Both raise `ConfigError`, whose text names the file, the key, what was
found and what is allowed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from config.checking import check_all
    from config.environment import Environment
    from config.errors import ConfigError
    from config.loading import environment_names, load_environment, load_use_case, load_workforce, use_case_names
    from config.use_case import UseCase
    from config.workforce import Workforce

__all__ = [
    "ConfigError",
    "Environment",
    "UseCase",
    "Workforce",
    "check_all",
    "environment_names",
    "load_environment",
    "load_use_case",
    "load_workforce",
    "use_case_names",
]

_PLACES = {
    "ConfigError": "errors",
    "Environment": "environment",
    "UseCase": "use_case",
    "Workforce": "workforce",
    "check_all": "checking",
    "environment_names": "loading",
    "load_environment": "loading",
    "load_use_case": "loading",
    "load_workforce": "loading",
    "use_case_names": "loading",
}


def __getattr__(name: str) -> Any:
    # Imported once asked for: a training in the local cloud wants a table of this package, and not a third of a second
    # of schemas.
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"config.{_PLACES[name]}"), name)
    return value
