"""What the function is asked: to look at a use case, by rules through the queue, or by a command directly."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from shared.messages import Messages, is_of_queue

# Files that no run has scored; those that the champion has not scored; all of them, again.
Scope = Literal["new", "prefix", "all"]
SCOPES: tuple[Scope, ...] = ("new", "prefix", "all")


class Look(BaseModel):
    """Look at a use case.

    Attributes:
        use_case: name of its folder, `flight_delays`.
        scope: which files a run that begins scores.
        begin: whether a run may begin; else only one that is under way is finished, or tried again.
        insist: whether it may begin although it failed too often, or was stopped.
        trigger: what made us look, for the record.
    """

    model_config = ConfigDict(frozen=True)

    use_case: str = Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")
    scope: Scope = "new"
    begin: bool = False
    insist: bool = False
    trigger: str = "unknown"

    def merged(self, other: Self) -> Self:
        """Return one look that does what both ask for."""
        begins = [look for look in (self, other) if look.begin]
        scope = max((look.scope for look in begins or [self]), key=SCOPES.index)
        return self.model_copy(
            update={
                "scope": scope,
                "begin": bool(begins),
                "insist": self.insist or other.insist,
                "trigger": (begins or [self])[0].trigger,
            }
        )


def parse(event: object) -> Look | Messages[Look]:
    """Return what a command asks, or what a batch of messages asks; pydantic's ValidationError if it is neither."""
    return Messages.of(Look, event) if is_of_queue(event) else Look.model_validate(event)
