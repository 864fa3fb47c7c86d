"""An environment's file, changed in one place and otherwise left as people wrote it."""

from pathlib import Path

import yaml

from config import load_environment, load_use_case
from config.environment_agreement import require_agreement
from config.loading import ROOT
from ops.console import shown
from ops.errors import OperationError

_KEY = "use_cases"


def add_use_case(environment: str, use_case: str, root: Path = ROOT) -> bool:
    """Add a use case to `use_cases` of `environments/<environment>.yaml`; False: it was there.

    Raises:
        ConfigError: one of the files is wrong, or they would not agree; nothing is written.
        OperationError: the list is written in a way that this does not understand.
    """
    loaded = load_environment(environment, root)
    if use_case in loaded.use_cases:
        return False
    case = load_use_case(use_case, root)
    wanted = [*loaded.use_cases, use_case]
    require_agreement(load_environment(environment, root, wanted), case, root)
    path = root / "environments" / f"{environment}.yaml"
    text = path.read_text(encoding="utf-8")
    changed = _with(text, use_case)
    if yaml.safe_load(changed) != {**yaml.safe_load(text), _KEY: wanted}:
        raise OperationError(f"{shown(path)}: its {_KEY} cannot be changed by this command. Add {use_case} by hand.")
    beside = path.with_suffix(".part")
    beside.write_text(changed, encoding="utf-8")
    beside.replace(path)
    return True


def _with(text: str, use_case: str) -> str:
    """Return the text with one more item in the list, in the list's own style."""
    root = yaml.compose(text, yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)  # noqa: S101 - it has been loaded as an environment
    listed = next((value for key, value in root.value if key.value == _KEY), None)
    if listed is None:
        return f"{text.rstrip()}\n{_KEY}: [{use_case}]\n"
    if not listed.value:
        start = listed.start_mark.index + 1
        return f"{text[:start]}{use_case}{text[start:]}"
    last = listed.value[-1]
    if listed.flow_style:
        end = last.end_mark.index
        return f"{text[:end]}, {use_case}{text[end:]}"
    begin, end = text.rfind("\n", 0, last.start_mark.index) + 1, text.find("\n", last.end_mark.index)
    end = len(text) if end < 0 else end
    return f"{text[:end]}\n{text[begin : last.start_mark.index]}{use_case}{text[end:]}"
