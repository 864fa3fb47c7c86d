"""What the retrain function sees and remembers. Plain data, no AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from retrain.events import Cause, Terms
from shared.choices import Answered
from shared.pipelines import Execution

# Names of the pipeline's parameters, as pipelines_src/definition has them.
RAW_VERSION, SPLIT_UNTIL = "RawDataVersion", "SplitUntil"
CHAMPION, WARM_START = "ChampionModelUri", "WarmStartModelUri"
_FOLLOWED = 5  # models that wait for a person may do so for ever
# `proposed`: the new model is the challenger, or waits for a person; `labelled`: there was nothing to train; `refused`:
# it did not pass its gate.
Result = Literal["started", "proposed", "labelled", "refused", "failed", "stopped"]
Does = Literal["train", "label"]
Drawn = Literal["", "needed", "random"]


@dataclass(frozen=True)
class Turn:
    """One turn of the loop, and its record: why it began, on which data, which model came of it.

    Attributes:
        number: runs from 1 per use case.
        causes: all that waited when it began. What happened before it began it answers as well.
        attempt: of the same causes, from 1.
        parameters: of the pipeline, as they were when the turn was claimed: started again, it is the same execution.
        does: `train`, or `label` alone.
        drawn: how requests are drawn that are labelled first: those that most need it, or by chance; empty: none are.
        sample: the sample's name, and that of its request to labelling.
        sampling, delivery: executions of the sampling pipeline, which chooses and which makes outcomes of labels.
        run: of labelling, as it calls it.
        labels: what came of labelling; empty until it is over.
        machine: ARN of the state machine that prepares the data and starts the pipeline; empty: none does.
        preparation: its execution, once it is started.
        execution: of the pipeline, once it is started.
        package: the model package that came of it.
        decision: what became of that in its experiment, or by a person; empty until it is decided.
    """

    use_case: str
    number: int
    causes: tuple[Cause, ...]
    claimed_at: datetime
    attempt: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict)
    does: Does = "train"
    drawn: Drawn = ""
    sample: str = ""
    sampling: str = ""
    delivery: str = ""
    run: str = ""
    labels: str = ""
    machine: str = ""
    preparation: str = ""
    execution: str = ""
    package: str = ""
    result: Result = "started"
    detail: str = ""
    finished_at: datetime | None = None
    decision: str = ""

    @property
    def name(self) -> str:
        """The name of its execution; two turns of one name are the same turn."""
        return f"turn-{self.number}-{self.claimed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True)
class Preparation:
    """An execution of the state machine; `pipeline` is the execution that it started, `reason` says why it failed."""

    status: str
    pipeline: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Observation:
    """One look at a use case.

    Attributes:
        terms: when a cause becomes a turn.
        causes: all that are known and may not have been answered, oldest first.
        turns: the newest ones, newest first.
        sampling, delivery, preparation, execution: of the turn that is under way.
        asked: whether its sample has asked for labels; answer: how that ended, once it has.
        package: that the turn's execution registered; empty if none.
        busy: what keeps a turn from beginning: an execution of the pipeline, a challenger; empty if nothing does.
        champion_model: S3 URI of the champion's model.tar.gz; empty while none serves.
        decisions: what became of packages that turns proposed and whose end is not written down, by their ARN.
    """

    use_case: str
    now: datetime
    terms: Terms
    causes: tuple[Cause, ...] = ()
    turns: tuple[Turn, ...] = ()
    sampling: Execution | None = None
    asked: bool = False
    answer: Answered | None = None
    delivery: Execution | None = None
    preparation: Preparation | None = None
    execution: Execution | None = None
    package: str = ""
    busy: str = ""
    champion_model: str = ""
    decisions: Mapping[str, str] = field(default_factory=dict)

    @property
    def last(self) -> Turn | None:
        """The newest turn."""
        return self.turns[0] if self.turns else None

    @property
    def open_turn(self) -> Turn | None:
        """The turn that is under way. Only the newest can be."""
        return self.last if self.last and self.last.result == "started" else None

    @property
    def waiting(self) -> tuple[Cause, ...]:
        """Causes that no turn has answered: those since the newest one began, but for what turns name.

        The clock of whoever tells of a cause may be fast: then a turn begins before its own cause.
        """
        named = {cause for turn in self.turns for cause in turn.causes}
        return tuple(cause for cause in self.causes if cause not in named and self._is_newer(cause))

    def _is_newer(self, cause: Cause) -> bool:
        """Whether no turn that could answer a cause began after it: one that labels alone answers no cause to train."""
        if self.turns and self.turns[-1].number > 1 and cause.at <= self.turns[-1].claimed_at:
            return False  # older than all turns that are still known
        labels = self.terms.does(cause) == "label"
        return all(turn.claimed_at < cause.at for turn in self.turns if labels or turn.does == "train")

    @property
    def undecided(self) -> tuple[Turn, ...]:
        """The newest turns whose model was proposed, and of which it is not written down what became of it."""
        found = [turn for turn in self.turns if turn.result == "proposed" and turn.package and not turn.decision]
        return tuple(found[:_FOLLOWED])
