"""Several findings together: what excludes what, the best lawful total, differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from assistant.amounts import Figure, number_text
from assistant.rules import Rule, Rulebook
from assistant.shapes import Bound

# So few figures stand in one answer that every choice among them can be tried.
MOST = 12


@dataclass(frozen=True, slots=True)
class Dropped:
    """A figure that cannot be had beside a better one, and the words that say so."""

    loser: Figure
    winner: Figure
    says: Rule
    quote: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The figures that can lawfully be had together, and those given up for them."""

    kept: tuple[Figure, ...]
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A total or a difference in yuan (or in `unit`), with its bound and working."""

    amount: Decimal
    bound: Bound
    steps: tuple[str, ...]
    unit: str = ""

    def text(self) -> str:
        """The number with its unit."""
        return number_text(self.amount, self.unit)


def choose(figures: Sequence[Figure], rulebook: Rulebook) -> Choice:
    """The choice with the largest total in which no rule excludes another.

    Of two equal choices the one with the earlier figures. Money only; raises
    ValueError when more than MOST figures exclude each other.
    """
    entangled = [f for f in figures if any(_clash(f, g, rulebook) for g in figures)]
    if len(entangled) > MOST:
        raise ValueError(f"at most {MOST} figures can exclude each other")
    options = (
        option
        for size in range(len(entangled), 0, -1)
        for option in combinations(entangled, size)
        if not any(_clash(a, b, rulebook) for a, b in combinations(option, 2))
    )
    best = max(options, key=lambda o: sum(f.amount for f in o), default=())
    kept = tuple(f for f in figures if f not in entangled or f in best)
    dropped = [
        Dropped(loser, winner, *says)
        for loser in figures
        if loser not in kept
        for winner in kept
        if (says := rulebook.excluded(loser.rule, winner.rule))
    ]
    return Choice(kept, tuple(dropped))


def _clash(one: Figure, other: Figure, rulebook: Rulebook) -> bool:
    return rulebook.excluded(one.rule, other.rule) is not None


def total(figures: Sequence[Figure]) -> Sum | None:
    """What the figures come to; None where a floor and a cap cannot be added."""
    bounds: set[Bound] = {figure.bound for figure in figures}
    units = {figure.unit for figure in figures}
    if {"at_most", "at_least"} <= bounds or len(units) > 1:
        return None
    unit = units.pop()
    amount = sum((f.amount for f in figures), Decimal(0))
    step = f"{' + '.join(f.text() for f in figures)} = {number_text(amount, unit)}"
    return Sum(amount, _joint(bounds), (step,), unit)


def difference(larger: Figure, smaller: Figure) -> Sum | None:
    """By how much one exceeds the other; None where their bounds leave it open."""
    bounds: set[Bound] = {larger.bound, smaller.bound}
    if ("at_least" in bounds and len(bounds) > 1) or larger.unit != smaller.unit:
        return None
    amount, unit = larger.amount - smaller.amount, larger.unit
    step = f"{larger.text()} − {smaller.text()} = {number_text(amount, unit)}"
    return Sum(amount, _joint(bounds), (step,), unit)


def open_pairs(
    figures: Sequence[Figure], rulebook: Rulebook
) -> list[tuple[Figure, Figure]]:
    """Pairs of which no text says whether both may be had."""
    return [
        (a, b)
        for a, b in combinations(figures, 2)
        if not rulebook.excluded(a.rule, b.rule)
        and b.rule.id not in a.rule.terms.adds_to
        and a.rule.id not in b.rule.terms.adds_to
    ]


def _joint(bounds: set[Bound]) -> Bound:
    for bound in ("at_most", "at_least"):
        if bound in bounds:
            return bound
    return "exact"
