"""What the rules of a topic come to for what is known: findings, choice, sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING

from assistant.amounts import Figure
from assistant.calculator import Finding, Granted, Missing, NotMet, PlacePath, assess
from assistant.combine import Choice, Sum, choose, difference, total
from assistant.inputs import InputError, percent_text
from assistant.known import Known, profile_for
from assistant.money import yuan_text
from assistant.rules import Rule, Rulebook
from assistant.slots import Doubt
from assistant.terms import Fixed, Share

MOST = 12


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The findings of one question, sorted by what they are."""

    figures: tuple[Figure, ...]
    granted: tuple[Granted, ...]
    missing: tuple[Missing, ...]
    not_met: tuple[NotMet, ...]
    doubts: tuple[Doubt, ...]
    choice: Choice

    @property
    def sums(self) -> tuple[Figure, ...]:
        """The figures that are money."""
        return tuple(f for f in self.figures if not f.unit)

    def total(self) -> Sum | None:
        """The best lawful total; None for fewer than two sums."""
        kept = [f for f in self.choice.kept if not f.unit]
        return total(kept) if len(kept) > 1 else None

    def difference(self) -> Sum | None:
        """Between the first two sums, the larger first."""
        if len(self.sums) < 2:
            return None
        larger, smaller = sorted(self.sums[:2], key=lambda f: -f.amount)
        return difference(larger, smaller)


def reckon(
    rules: Iterable[Rule],
    known: Known,
    places: Sequence[PlacePath],
    as_of: date,
    rulebook: Rulebook,
) -> Reckoning:
    """Every rule assessed, once for each place that is asked about."""
    findings: list[Finding] = []
    doubts = list(known.doubts)
    for rule in rules:
        for place in places or (known.place,):
            profile, unclear = profile_for(rule, replace(known, place=place))
            doubts += [d for d in unclear if d not in doubts]
            try:
                finding = assess(rule, profile, as_of)
            except InputError as error:
                doubts.append(Doubt(error.code, error.name, ""))
                break
            elsewhere = isinstance(finding, NotMet) and finding.condition == "place"
            if elsewhere:
                continue
            findings.append(finding)
            break
    figures = [f for f in findings if isinstance(f, Figure)][:MOST]
    sums = [f for f in figures if not f.unit]
    several = known.several_firms or any(
        isinstance(f.rule.terms.amount, Fixed) and f.inputs for f in sums
    )
    choice = Choice(tuple(sums), ()) if several else choose(sums, rulebook)
    return Reckoning(
        tuple(figures),
        tuple(f for f in findings if isinstance(f, Granted)),
        tuple(f for f in findings if isinstance(f, Missing)),
        tuple(f for f in findings if isinstance(f, NotMet)),
        tuple(doubts),
        choice,
    )


def beside(found: Reckoning, earlier: Sequence[Figure]) -> Reckoning:
    """The reckoning with the latest earlier sum of another rule or amount."""
    shown = {(f.rule.id, f.amount) for f in found.sums}
    other = next((f for f in earlier if (f.rule.id, f.amount) not in shown), None)
    if other is None:
        return found
    kept = (*found.choice.kept, other)
    choice = Choice(kept, found.choice.dropped)
    return replace(found, figures=(*found.figures, other), choice=choice)


def at_cap(rule: Rule) -> tuple[Figure, Sum] | None:
    """The capped sum and the base from which it is reached: cap ÷ rate."""
    amount = rule.terms.amount
    if not isinstance(amount, Share) or amount.cap is None:
        return None
    exact = amount.cap / amount.rate
    base = exact.to_integral_value(ROUND_CEILING)  # from this whole yuan on
    sign = "=" if base == exact else "≈"
    left = f"{yuan_text(amount.cap)} ÷ {percent_text(amount.rate)}"
    step = f"{left} {sign} {yuan_text(base)}"
    figure = Figure(rule, amount.cap, amount.bound, (step,))
    return figure, Sum(base, "exact", (step,))
