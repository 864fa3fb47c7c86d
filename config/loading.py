"""Find, read and validate the files of configuration."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from config.environment import Environment
from config.errors import ConfigError
from config.use_case import UseCase

ROOT = Path(__file__).resolve().parent.parent


def environment_names(root: Path = ROOT) -> list[str]:
    """Return the names of all environment files, sorted."""
    return sorted(path.stem for path in (root / "environments").glob("*.yaml"))


def use_case_names(root: Path = ROOT) -> list[str]:
    """Return the names of all use case folders, sorted."""
    return sorted(path.parent.name for path in (root / "pipelines_src").glob("*/use_case.yaml"))


def load_environment(name: str, root: Path = ROOT) -> Environment:
    """Read `environments/<name>.yaml`.

    Raises:
        ConfigError: the file is missing, is not YAML, or breaks a rule.
    """
    return _load(root / "environments" / f"{name}.yaml", Environment)


def load_use_case(name: str, root: Path = ROOT) -> UseCase:
    """Read `pipelines_src/<name>/use_case.yaml`.

    Raises:
        ConfigError: the file is missing, is not YAML, or breaks a rule.
    """
    return _load(root / "pipelines_src" / name / "use_case.yaml", UseCase)


T = TypeVar("T", bound=BaseModel)


def _load(path: Path, model: type[T]) -> T:
    try:
        return model.model_validate(yaml.safe_load(path.read_text()))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"{path}: {error}") from error
