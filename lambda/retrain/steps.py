"""What the retrain function can do next. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass

from retrain.events import Sampling
from retrain.state import Result, Turn


@dataclass(frozen=True)
class Rest:
    """Nothing to do until something changes; `alarm` names the metric that tells people, if they must act."""

    reason: str
    alarm: str = ""


@dataclass(frozen=True)
class Claim:
    """Write a turn down, unless somebody has taken its number."""

    turn: Turn


@dataclass(frozen=True)
class Sample:
    """Have chosen what is to be labelled."""

    turn: Turn
    sampling: Sampling


@dataclass(frozen=True)
class Deliver:
    """Have the labels of a run delivered as outcomes."""

    turn: Turn
    run: str


@dataclass(frozen=True)
class Labelled:
    """Write down what came of labelling, and with which parameters the pipeline begins now; unless that is written."""

    turn: Turn
    labels: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Start:
    """Start the pipeline for a claimed turn."""

    turn: Turn


@dataclass(frozen=True)
class Prepared:
    """Write down which execution of the pipeline the state machine of a turn has started."""

    turn: Turn
    execution: str


@dataclass(frozen=True)
class Propose:
    """Make the new model the challenger."""

    turn: Turn
    package: str


@dataclass(frozen=True)
class Close:
    """Write down how a turn ended."""

    turn: Turn
    result: Result
    detail: str
    package: str = ""


@dataclass(frozen=True)
class Decided:
    """Write down what became of a turn's model."""

    turn: Turn
    decision: str


Act = Claim | Sample | Deliver | Labelled | Start | Prepared | Propose | Close | Decided
Step = Rest | Act
