"""The steps of labelling that can be decided. Plain data, no AWS."""

from dataclasses import dataclass

from label.events import Look
from label.state import Claimed, Job, Result, Run
from shared.choices import Answered


@dataclass(frozen=True)
class Rest:
    """Nothing to do until something changes; `began` and `kept` name runs, as the batch transform's rest does."""

    reason: str
    began: str = ""
    kept: str = ""


@dataclass(frozen=True)
class Claim:
    """Write down what the run labels, then the run, unless somebody has taken its number."""

    run: Run
    objects: tuple[Claimed, ...]


@dataclass(frozen=True)
class Start:
    """Start the labelling job of a claimed run."""

    run: Run


@dataclass(frozen=True)
class Publish:
    """Verify what a job left, or an import brought, and write the labels; `result` is how the run ends then."""

    run: Run
    job: Job | None
    result: Result


@dataclass(frozen=True)
class Close:
    """Write down how a run ended, and what it cost."""

    run: Run
    result: Result
    detail: str
    usd: float = 0


@dataclass(frozen=True)
class Keep:
    """Write at a run what the next one is asked to be, None: nothing any more; if nobody has written since."""

    run: Run
    wish: Look | None


@dataclass(frozen=True)
class Answer:
    """Tell who chose objects how that ended."""

    use_case: str
    name: str
    answered: Answered


Step = Rest | Claim | Start | Publish | Close | Keep | Answer
