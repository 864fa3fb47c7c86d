"""How a release that is deployed proves that its model answers. Pure."""

from release.state import Asked, Attempt, Live, Observation
from release.steps import Ask, Close, Step
from shared.slots import SHADOW


def prove(attempt: Attempt, live: Live, seen: Observation) -> Step:
    """Return what proves an attempt whose endpoint is as intended: its end, or a request to its model."""
    serves = f"serves with configuration {live.endpoint_config}"
    if not attempt.package:
        return Close(attempt, "succeeded", serves)
    if attempt.slot == SHADOW:
        # SageMaker lets no request name a shadow, and nobody gets its answers.
        return Close(attempt, "succeeded", f"{serves}; a shadow cannot be asked")
    if attempt.package not in seen.approved:
        # Else nobody could reject what AWS does not let us ask.
        return Close(attempt, "succeeded", f"{serves}; it is not approved any more, so it was not asked")
    if _answered_before(attempt, seen):
        # Were it asked and failed, one version after the other would be taken back for what is no version's fault.
        return Close(attempt, "succeeded", f"{serves}; it has served since it was approved, so it was not asked")
    several = len(live.packages.keys() - {SHADOW}) > 1
    return Ask(attempt, attempt.slot if several else None, serves)


def _answered_before(attempt: Attempt, seen: Observation) -> bool:
    tells = (one for one in seen.attempts if one.tells_of(attempt.kind))
    ended = (one for one in tells if one.result in ("succeeded", "failed"))
    last = next((one for one in ended if (one.slot, one.package) == (attempt.slot, attempt.package)), None)
    # Not by its ARN alone: the versions of a group that was deleted and made again begin at 1 again.
    return last is not None and last.result == "succeeded" and last.approved_at >= attempt.approved_at


def answered(step: Ask, asked: Asked) -> Close:
    """Return how an attempt ends after its model was asked."""
    if asked.verdict == "failed":
        return Close(step.attempt, "failed", asked.detail)
    return Close(step.attempt, "succeeded", f"{step.detail}; {asked.detail}")
