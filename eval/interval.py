# pyright: basic
"""How sure a rate is."""

from scipy.stats import binomtest


def wilson(right: int, of: int) -> tuple[float, float]:
    """The bounds of a share at 95 %; all of 0 to 1 where nothing was asked.

    Source: E. B. Wilson, JASA 22 (1927), as scipy computes it.
    """
    if not of:
        return (0.0, 1.0)
    found = binomtest(right, of).proportion_ci(method="wilson")
    return (float(found.low), float(found.high))
