"""What the release function can do next for a use case. Plain data."""

from dataclasses import dataclass

from release.state import Attempt, Result


@dataclass(frozen=True)
class Rest:
    """Nothing to do until something changes; whatever changes sends an event."""

    reason: str


@dataclass(frozen=True)
class Alarm:
    """A person is needed: `metric` is counted, and counted again at every look while it stays so."""

    metric: str
    reason: str


@dataclass(frozen=True)
class Claim:
    """Write the attempt down, unless somebody has taken its number."""

    attempt: Attempt


@dataclass(frozen=True)
class Start:
    """Update the stack for a claimed attempt."""

    attempt: Attempt


@dataclass(frozen=True)
class Close:
    """Write down how an attempt ended."""

    attempt: Attempt
    result: Result
    detail: str


@dataclass(frozen=True)
class Ask:
    """Ask the model of an attempt for a prediction: at a variant, or, where None, at the only one there is."""

    attempt: Attempt
    variant: str | None
    detail: str


@dataclass(frozen=True)
class Hold:
    """Suspend that scaling takes instances of variants away, or end that (`held` False)."""

    variants: frozenset[str]
    held: bool


@dataclass(frozen=True)
class Deregister:
    """End the scaling of a variant: SageMaker takes away none that is registered for it."""

    variant: str


Step = Rest | Alarm | Claim | Start | Ask | Close | Hold | Deregister
