"""What the rules of a topic come to for what is known: findings, choice, sums."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import TypeVar

from assistant.amounts import Figure
from assistant.assignment import Doubt
from assistant.calculator import Finding, Granted, Missing, NotMet, assess
from assistant.combine import Choice, Sum, choose, difference, total
from assistant.inputs import InputError, percent_text
from assistant.known import Known, profile_for
from assistant.money import yuan_text
from assistant.rules import Rule, Rulebook
from assistant.shapes import Fixed, PerHead, Share
from prompts import say

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
    bests: tuple[Figure, ...] = ()  # of each case, where several are compared
    beyond: tuple[Figure, ...] = ()  # of levels that were not asked about
    barred: bool = False  # one of those cannot be had together with these

    @property
    def sums(self) -> tuple[Figure, ...]:
        """The figures that are money."""
        return tuple(f for f in self.figures if not f.unit)

    def total(self) -> Sum | None:
        """The best lawful total; None for fewer than two sums, or for cases."""
        if self.bests and self.sums:
            return None
        kept = list(self.choice.kept) or list(self.figures)
        return total(kept) if len(kept) > 1 else None

    def difference(self) -> Sum | None:
        """Between the bests of two cases, else between the first two sums."""
        pair = self.compared()
        return difference(*pair) if pair else None

    def compared(self) -> tuple[Figure, Figure] | None:
        """The two sums that are compared, the larger first; None where it is one."""
        sums = self.bests if len(self.bests) > 1 else self.sums or self.figures
        if len(sums) < 2:
            return None
        larger, smaller = sorted(sums[:2], key=lambda f: -f.amount)
        return None if larger == smaller else (larger, smaller)

    def best(self) -> Figure | None:
        """The largest sum that can be had."""
        return max(
            (f for f in self.choice.kept if not f.unit),
            key=lambda f: f.amount,
            default=None,
        )


def reckon(
    rules: Sequence[Rule],
    cases: Sequence[Known],
    as_of: date,
    rulebook: Rulebook,
) -> Reckoning:
    """Every rule assessed for each case that is set beside the others."""
    each = [_of_case(rules, case, as_of, rulebook) for case in cases]
    whole = each[0]
    for other in each[1:]:
        whole = _merged(whole, other)
    bests = tuple(b for one in each if (b := one.best()))
    return replace(whole, bests=bests if len(each) > 1 else ())


def _of_case(
    rules: Sequence[Rule], known: Known, as_of: date, rulebook: Rulebook
) -> Reckoning:
    findings: list[Finding] = []
    doubts = list(known.doubts)
    for rule in rules:
        if (rule.terms.benefit, rule.document.level) in known.had:
            continue
        profile, unclear = profile_for(rule, known)
        doubts += [d for d in unclear if d not in doubts]
        try:
            finding = _not_again(rule, known, rulebook) or assess(rule, profile, as_of)
        except InputError as error:
            doubts.append(Doubt(error.code, error.name, ""))
            continue
        findings.append(finding)
    findings = _of_the_place(findings)
    figures = [f for f in findings if isinstance(f, Figure)][:MOST]
    sums = [f for f in figures if not f.unit]
    several = known.several_firms or any(
        isinstance(f.rule.terms.amount, Fixed) and any(v > 1 for _, v in f.inputs)
        for f in sums
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


def _of_the_place(findings: Sequence[Finding]) -> list[Finding]:
    """Without the rules of other places, nor of places that were not said."""
    here = [
        f for f in findings if not (isinstance(f, NotMet) and f.condition == "place")
    ]
    known = [f for f in here if not (isinstance(f, Missing) and "place" in f.names)]
    return known or here


def _not_again(rule: Rule, known: Known, rulebook: Rulebook) -> NotMet | None:
    """Whether a benefit already had, at another level, rules this one out."""
    for other in rulebook.rules.values():
        same = other.terms.benefit == rule.terms.benefit and other is not rule
        if (
            same
            and (other.terms.benefit, other.document.level) in known.had
            and rulebook.excluded(rule, other)
        ):
            return NotMet(rule, "had")
    return None


def _merged(one: Reckoning, other: Reckoning) -> Reckoning:
    """Two cases side by side; what both come to is shown once."""
    choice = Choice(
        _union(one.choice.kept, other.choice.kept),
        _union(one.choice.dropped, other.choice.dropped),
    )
    return Reckoning(
        _union(one.figures, other.figures),
        _union(one.granted, other.granted),
        _union(one.missing, other.missing),
        _union(one.not_met, other.not_met),
        _union(one.doubts, other.doubts),
        choice,
    )


T = TypeVar("T")


def _union(one: Sequence[T], other: Sequence[T]) -> tuple[T, ...]:
    return (*one, *(item for item in other if item not in one))


def beside(
    found: Reckoning,
    earlier: Sequence[Sequence[Figure]],
    rulebook: Rulebook,
    *,
    together: bool,
) -> Reckoning:
    """The reckoning with sums of the latest earlier turn that has another one.

    Those to be added are of other rules, all of that turn; the one to be compared
    may be of the same rule.
    """
    shown = {f.rule.id for f in found.sums}
    sums = {(f.rule.id, f.amount) for f in found.sums}
    turns = (
        [
            f
            for f in figures
            if f.rule.id not in shown
            or (not together and (f.rule.id, f.amount) not in sums)
        ]
        for figures in earlier
    )
    others = next((figures for figures in turns if figures), list[Figure]())
    if not others:
        return found
    if not together:
        return replace(
            found,
            figures=(*found.figures, others[0]),
            bests=(*found.sums, others[0]),
        )
    figures = (*found.figures, *others)
    choice = choose([f for f in figures if not f.unit], rulebook)
    return replace(found, figures=figures, choice=choice)


def at_cap(rule: Rule) -> tuple[Figure, Sum] | None:
    """The capped sum and the base from which it is reached."""
    amount = rule.terms.amount
    if not isinstance(amount, Share) or amount.cap is None:
        return None
    base = for_target(rule, amount.cap)
    return (Figure(rule, amount.cap, amount.bound, base.steps), base) if base else None


def for_target(rule: Rule, target: Decimal) -> Sum | None:
    """The whole yuan from which a sum within the cap is reached: target ÷ rate."""
    amount = rule.terms.amount
    if not isinstance(amount, Share) or (amount.cap and target > amount.cap):
        return None
    exact = target / amount.rate
    base = exact.to_integral_value(ROUND_CEILING)
    sign = "=" if base == exact else "≈"
    left = f"{yuan_text(target)} ÷ {percent_text(amount.rate)}"
    return Sum(base, "exact", (f"{left} {sign} {yuan_text(base)}",))


def unit_sum(rule: Rule) -> Figure | None:
    """What a rule states before any number is known: its cap, or the sum a head."""
    amount = rule.terms.amount
    match amount:
        case Share(cap=cap) if cap is not None:
            step = say("figures.steps.fixed.at_most", sum=yuan_text(cap))
            return Figure(rule, cap, "at_most", (step,))
        case PerHead() | Fixed():
            return Figure(rule, amount.sum, amount.bound, (yuan_text(amount.sum),))
        case _:
            return None
