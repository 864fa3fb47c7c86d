"""Rounding of money and quantities, for numbers too that no real template has."""

from decimal import ROUND_HALF_UP, Context, Decimal

_ENOUGH = Context(prec=100)  # digits; the usual 28 are an error away from what somebody may write into a template
_CENT = Decimal("0.01")


def rounded(amount: Decimal, to: Decimal) -> Decimal:
    """Return an amount rounded to a power of ten, halves upwards."""
    return amount.quantize(to, ROUND_HALF_UP, _ENOUGH)


def dollars(usd: Decimal | None, *, signed: bool = False) -> str:
    """Return an amount for people, to the cent.

    >>> dollars(Decimal("1234.565")), dollars(Decimal("0.001")), dollars(Decimal(0)), dollars(None)
    ('1,234.57', '< 0.01', '0.00', 'unpriced')
    >>> dollars(Decimal("-3.2"), signed=True), dollars(Decimal("3.2"), signed=True)
    ('-3.20', '+3.20')
    """
    if usd is None:
        return "unpriced"
    if 0 < usd < _CENT / 2:
        return "< 0.01"
    cents = rounded(usd, _CENT) or Decimal("0.00")  # never -0.00
    return f"{cents:+,}" if signed and cents else f"{cents:,}"
