"""Rules that a change itself loosens, and waivers that it brings: shown before all else."""

from collections.abc import Iterator, Mapping
from datetime import date

from config.review import KINDS, LEVELS, Waiver
from config.review_file import Rules
from ops.review.model import Gate

LOOSENED, WAIVER = "loosened", "waiver"
NAMES = (LOOSENED, WAIVER)


def gates(
    head: Mapping[str, Rules], base: Mapping[str, Rules] | None, unread: Mapping[str, str], today: date
) -> Iterator[Gate]:
    """Yield what an environment's file now allows and did not before; nothing if the base's files are not known."""
    if base is None:
        return
    for name, why in unread.items():
        text = f"the rules before this change could not be read, so nobody knows if it loosens them: {why}"
        yield Gate(name, LOOSENED, text, (), False)
    for name, rules in head.items():
        before = base.get(name)
        if before:
            for text in _looser(before, rules):
                yield Gate(name, LOOSENED, f"{text}; this change is still judged by what was before", (), False)
        # Of a file that is new, or could not be read, every waiver is.
        for waiver in rules.waivers:
            if not before or waiver not in before.waivers:
                yield Gate(name, WAIVER, _described(waiver, today), (), False)


def _looser(before: Rules, after: Rules) -> Iterator[str]:
    for verb in ("block", "warn"):
        was, now = getattr(before, verb), getattr(after, verb)
        looser = [kind for kind in KINDS if LEVELS.index(now[kind]) > LEVELS.index(was[kind])]
        if looser:
            said = ", ".join(f"{kind.replace('_', ' ')} from {was[kind]} to {now[kind]}" for kind in looser)
            yield f"what {verb}s is loosened: {said}"
    limits = (
        (before.monthly_usd, after.monthly_usd, "the monthly change in USD"),
        (before.monthly_percent, after.monthly_percent, "the monthly change in percent"),
        (before.budget_usd, after.budget_usd, "the budget in USD a month"),
    )
    for lower, higher, what in limits:
        if lower is not None and (higher is None or higher > lower):
            yield f"the limit of {what} is loosened from {lower:,} to {'any' if higher is None else f'{higher:,}'}"
    if before.monthly_blocks and not after.monthly_blocks:
        yield "a monthly change beyond its limits blocked, and would only warn"


def _described(waiver: Waiver, today: date) -> str:
    days = (waiver.expires - today).days
    what = ", ".join(kind.replace("_", " ") for kind in waiver.classes)
    end = f"until {waiver.expires}, {days:,} days" if days >= 0 else f"expired on {waiver.expires}, does not count"
    return f"new waiver of {what} for {waiver.change} ({end}): {waiver.reason}"
