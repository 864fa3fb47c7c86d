"""The file that a use case's training names, in the use case's folder."""

from pathlib import Path

from config.errors import ConfigError
from config.loading import place
from config.use_case import UseCase
from config.use_case.train import ImageTrain, ScriptTrain


def require_entry_point(use_case: UseCase, sources: Path) -> None:
    """Raise ConfigError if the folder lacks the file; `sources` holds the folders of use cases, pipelines_src."""
    train = use_case.train
    if not isinstance(train, ScriptTrain | ImageTrain) or train.entry_point is None:
        return
    folder = sources / use_case.name
    if not (folder / train.entry_point).is_file():
        found = ", ".join(sorted(path.name for path in folder.glob("*.py"))) or "no Python file"
        where = place("pipelines_src", use_case.name, ("train", "entry_point"), sources.parent)
        raise ConfigError(
            f"{where}: found {train.entry_point!r}, which is not in the folder; it has {found}. Write it, or correct "
            "the name."
        )
