"""What a review needs of an environment's file to price it, read without the rest: faster, and of older files too."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from config.document import Document
from config.usage import Usage, UseCaseUsage

_NAME = r"[a-z][a-z0-9]{0,63}"


@dataclass(frozen=True)
class Declared:
    """What a file says.

    Attributes:
        use_cases: of each that is deployed, by its folder in pipelines_src.
    """

    region: str = ""
    usage: Usage = field(default_factory=Usage)
    use_cases: dict[str, UseCaseUsage] = field(default_factory=dict)


def load_usage(environment: str, root: Path) -> Declared | None:
    """Read `environments/<environment>.yaml` below a root, as far as it is about usage; None: there is no such file.

    Raises:
        ConfigError: it is not YAML, or what it says of usage breaks a rule.
    """
    path = root / "environments" / f"{environment}.yaml"
    # The name is a tag's, of a template that anybody may have written: it must not lead to another file.
    if not re.fullmatch(_NAME, environment) or not path.exists():
        return None
    found = Document.read(path, root).understood(_File)
    use_cases = {name: found.usage_of.get(name, found.usage.each) for name in found.use_cases}
    return Declared(found.region, found.usage, use_cases)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    region: str = ""
    use_cases: tuple[str, ...] = ()
    usage: Usage = Usage()
    usage_of: dict[str, UseCaseUsage] = {}
