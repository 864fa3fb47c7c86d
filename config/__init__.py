"""An environment and a use case as data: schema, rules, loading.

`load_environment("dev")` reads `environments/dev.yaml`; `load_use_case("flight_delays")` reads
`pipelines_src/flight_delays/use_case.yaml`. Both raise `ConfigError`, whose text names the file, the key, what was
found and what is allowed.
"""

from config.checking import check_all
from config.environment import Environment
from config.errors import ConfigError
from config.loading import environment_names, load_environment, load_use_case, use_case_names
from config.use_case import UseCase

__all__ = [
    "ConfigError",
    "Environment",
    "UseCase",
    "check_all",
    "environment_names",
    "load_environment",
    "load_use_case",
    "use_case_names",
]
