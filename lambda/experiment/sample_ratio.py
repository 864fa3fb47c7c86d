"""Whether the variants get the shares of the records that the weights say, valid at all times.

Records that go missing for one variant only (late labels, failed captures, a broken router) spoil every comparison.

After Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022, section on inhomogeneous
processes: the share s by the weights may change, and the alternatives multiply the odds s / (1 - s) by a constant. For
one of them the product over records of t / s for the challenger's and (1 - t) / (1 - s) for the champion's, with the
odds of t those of s times exp(g), has mean 1 under the null: a non-negative martingale. So has the mean over TILTS, and
by Ville's inequality it ever reaches 1 / alpha with a probability of at most alpha. One Dirichlet mixture per stratum,
as in their first section, pays for the unknown tilt once per stratum; this pays once.
"""

import math
from collections.abc import Iterable

TILTS = tuple(sign * 0.002 * 2**power for power in range(11) for sign in (1, -1))  # log odds, 0.2 % to a factor of 8


def mismatch(counts: Iterable[tuple[float, int, int]]) -> float:
    """Return the log of the e-value against: the challenger gets its share, from (share, champion's, challenger's).

    One triple per stratum. ValueError if a share is not between 0 and 1 though there are records of both kinds; a
    share of 0 or 1 makes records of the other variant impossible, and one of them infinite evidence.
    """
    logs = [0.0] * len(TILTS)
    for share, champion, challenger in counts:
        if not 0 <= share <= 1:
            raise ValueError(f"a share of {share}; it is between 0 and 1")
        if share in (0, 1):
            if (champion if share else challenger) > 0:
                return math.inf
            continue
        for at, tilt in enumerate(TILTS):
            # t / s = exp(g) / (1 - s + s exp(g)), and (1 - t) / (1 - s) = 1 / (1 - s + s exp(g))
            logs[at] += challenger * tilt - (champion + challenger) * math.log1p(share * math.expm1(tilt))
    most = max(logs)
    return most + math.log(sum(math.exp(log - most) for log in logs) / len(logs))
