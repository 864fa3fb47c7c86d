"""What the function is asked: to look at a use case, by rules through the queue, or by a command directly."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from shared.messages import Messages, is_of_queue

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Look(BaseModel):
    """Look at a use case.

    Attributes:
        use_case: name of its folder, `flight_delays`.
        begin: whether a run may begin; else only one that is under way is finished, or tried again.
        insist: whether it may begin although it failed too often, or was stopped.
        imports: labels of elsewhere to take in, by the digest of their file.
        trigger: what made us look, for the record.
    """

    model_config = ConfigDict(frozen=True)

    use_case: str = Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")
    begin: bool = False
    insist: bool = False
    imports: tuple[Digest, ...] = ()
    trigger: str = "unknown"

    @property
    def asks(self) -> bool:
        """Whether a run is asked for at all."""
        return self.begin or bool(self.imports)

    def merged(self, other: Self) -> Self:
        """Return one look that does what both ask for."""
        asking = [look for look in (self, other) if look.asks]
        return self.model_copy(
            update={
                "begin": self.begin or other.begin,
                "insist": self.insist or other.insist,
                "imports": tuple(dict.fromkeys((*self.imports, *other.imports))),
                "trigger": (asking or [self])[0].trigger,
            }
        )

    def without(self, digest: str) -> Self:
        """Return what is left to do after a run: one import, or objects if the digest is empty."""
        done = {"imports": tuple(one for one in self.imports if one != digest)} if digest else {"begin": False}
        return self.model_copy(update={**done, "insist": self.insist and bool(digest)})


def parse(event: object) -> Look | Messages[Look]:
    """Return what a command asks, or what a batch of messages asks; pydantic's ValidationError if it is neither."""
    return Messages.of(Look, event) if is_of_queue(event) else Look.model_validate(event)
