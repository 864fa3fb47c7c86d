"""Find, read and validate the files of configuration."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config import messages, yaml_file
from config.environment import Environment
from config.errors import ConfigError
from config.use_case import UseCase

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T", bound=BaseModel)


def environment_names(root: Path = ROOT) -> list[str]:
    """Return the names of all environment files, sorted."""
    return sorted(path.stem for path in (root / "environments").glob("*.yaml"))


def use_case_names(root: Path = ROOT) -> list[str]:
    """Return the names of all use case folders, sorted."""
    return sorted(path.parent.name for path in (root / "pipelines_src").glob("*/use_case.yaml"))


def load_environment(name: str, root: Path = ROOT, use_cases: Sequence[str] | None = None) -> Environment:
    """Read `environments/<name>.yaml`.

    Args:
        name: of the environment.
        root: of the repository.
        use_cases: in place of those that the file names; None: those.

    Raises:
        ConfigError: the file is missing, is not YAML, breaks a rule, or names a use case that has no folder.
    """
    path = root / "environments" / f"{name}.yaml"
    changes = {} if use_cases is None else {"use_cases": list(use_cases)}
    environment = _load(path, root, Environment, "environment", environment_names(root), changes)
    file = f"{path.relative_to(root)}"
    if environment.name != name:
        raise ConfigError(
            f"{file}: name: found {environment.name!r}; allowed is {name!r}, the file's own name. Rename one of them."
        )
    for use_case in environment.use_cases:
        if use_case not in use_case_names(root):
            known = ", ".join(use_case_names(root)) or "none yet"
            raise ConfigError(
                f"{file}: use_cases: found {use_case!r}, but there is no pipelines_src/{use_case}/use_case.yaml; "
                f"allowed are the folders that have one: {known}. Correct the name or add the folder."
            )
    return environment


def load_use_case(name: str, root: Path = ROOT) -> UseCase:
    """Read `pipelines_src/<name>/use_case.yaml`.

    Raises:
        ConfigError: the file is missing, is not YAML, or breaks a rule.
    """
    path = root / "pipelines_src" / name / "use_case.yaml"
    use_case = _load(path, root, UseCase, "use case", use_case_names(root))
    if use_case.name != name:
        raise ConfigError(
            f"{path.relative_to(root)}: name: found {use_case.name!r}; allowed is {name!r}, the folder's own name. "
            "Rename one of them."
        )
    return use_case


def _load(
    path: Path, root: Path, model: type[T], kind: str, known: list[str], changes: Mapping[str, Any] | None = None
) -> T:
    shown = str(path.relative_to(root))
    if not path.exists():
        raise ConfigError(f"{shown}: does not exist; known {kind}s: {', '.join(known) or 'none'}. Create the file.")
    file = yaml_file.read(path, shown)
    try:
        return model.model_validate({**file.content, **changes} if changes else file.content)
    except ValidationError as error:
        raise ConfigError(messages.explain(file, shown, model, error)) from error
