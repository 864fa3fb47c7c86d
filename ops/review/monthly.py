"""How much dearer a month becomes, and whether it may."""

from collections.abc import Iterator

from config.review_file import Rules
from ops.review.model import Cost, Gate

CHANGE, BUDGET = "monthly_change", "budget"
_CENT = 0.005


def gates(cost: Cost | None, environment: str, rules: Rules) -> Iterator[Gate]:
    """Yield a gate if an environment becomes dearer by more than it may, and one if dearer than its budget."""
    for name, base, head in cost.by_environment if cost else ():
        more = head - base
        if name != environment or more < _CENT:
            continue
        sums = f"{base:,.2f} to {head:,.2f} USD a month"
        if limits := [*_exceeded(base, more, rules)]:
            verb = "blocks" if rules.monthly_blocks else "warns"
            text = f"dearer by {more:,.2f} USD a month ({sums}), which {verb}: more than {' and than '.join(limits)}"
            yield Gate(environment, CHANGE, text, (), rules.monthly_blocks)
        if rules.budget_usd is not None and head > rules.budget_usd:
            text = f"dearer than the budget of {rules.budget_usd:,} USD a month: {sums}"
            yield Gate(environment, BUDGET, text, (), False)


def _exceeded(base: float, more: float, rules: Rules) -> Iterator[str]:
    if rules.monthly_usd is not None and more > rules.monthly_usd:
        yield f"{rules.monthly_usd:,} USD"
    if rules.monthly_percent is not None and base > 0 and more > base * rules.monthly_percent / 100:
        yield f"{rules.monthly_percent:,} % of {base:,.2f} USD"
