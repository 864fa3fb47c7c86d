"""What a review needs of an environment's file, read without the rest: faster, and of older files too."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt

from config.document import Document
from config.review import BLOCK, KINDS, LEVELS, WARN, Kind, Level, ReviewRules, Waiver


@dataclass(frozen=True)
class Rules:
    """What counts in an environment, nothing left open.

    Attributes:
        block, warn: for each class of changes the least severity that counts.
        monthly_usd, monthly_percent: by how much a month may become dearer; None: by any.
        monthly_blocks: whether more than that blocks; else it warns.
        budget_usd: what a month may cost; None: nothing is said.
    """

    block: dict[Kind, Level]
    warn: dict[Kind, Level]
    monthly_usd: int | None = None
    monthly_percent: int | None = None
    monthly_blocks: bool = True
    budget_usd: int | None = None
    waivers: tuple[Waiver, ...] = ()

    @classmethod
    def of(cls, said: ReviewRules, *, in_earnest: bool, budget_usd: int | None = None) -> "Rules":
        """Return what is said, and the usual for the rest: where it is in earnest dangers block."""
        usual, change = BLOCK if in_earnest else {}, said.monthly_change
        return cls(
            {kind: said.block.level(kind, usual) for kind in KINDS},
            {kind: said.warn.level(kind, WARN) for kind in KINDS},
            change.usd,
            change.percent,
            in_earnest if change.beyond is None else change.beyond == "block",
            budget_usd,
            said.waivers,
        )

    def stricter(self, other: "Rules") -> "Rules":
        """Return the stricter of both in every respect, with the waivers of this one."""
        return Rules(
            {kind: min(self.block[kind], other.block[kind], key=LEVELS.index) for kind in KINDS},
            {kind: min(self.warn[kind], other.warn[kind], key=LEVELS.index) for kind in KINDS},
            _least(self.monthly_usd, other.monthly_usd),
            _least(self.monthly_percent, other.monthly_percent),
            self.monthly_blocks or other.monthly_blocks,
            _least(self.budget_usd, other.budget_usd),
            self.waivers,
        )


_NAME = r"[a-z][a-z0-9]{0,63}"
USUAL = Rules.of(ReviewRules(), in_earnest=True)


def load_rules(environment: str, root: Path) -> Rules | None:
    """Read `environments/<environment>.yaml` below a root, as far as it is about reviews; None: there is no such file.

    Raises:
        ConfigError: it is not YAML, or what it says of reviews breaks a rule.
    """
    path = root / "environments" / f"{environment}.yaml"
    # The name is a tag's, of a template that anybody may have written: it must not lead to another file.
    if not re.fullmatch(_NAME, environment) or not path.exists():
        return None
    found = Document.read(path, root).understood(_File)
    in_earnest = found.termination_protection or found.retention.removal == "retain"
    return Rules.of(found.review, in_earnest=in_earnest, budget_usd=found.budget.monthly_usd)


def _least(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Retention(_Part):
    removal: Literal["retain", "destroy"] = "retain"


class _Budget(_Part):
    monthly_usd: StrictInt | None = None


class _File(_Part):
    termination_protection: StrictBool = True
    retention: _Retention = _Retention()
    budget: _Budget = _Budget()
    review: ReviewRules = ReviewRules()
