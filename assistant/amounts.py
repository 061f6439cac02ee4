"""The arithmetic of each shape, with steps that a person can check by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from assistant.inputs import Given, amount_text, percent_text, resolve
from assistant.money import yuan_text
from assistant.rules import Rule
from assistant.shapes import (
    Bound,
    Fixed,
    Multiple,
    PerHead,
    Promise,
    Relief,
    Share,
    Table,
)
from prompts import say

YUAN = ""  # the unit of money


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum in yuan (or a number in `unit`) with what it was computed from, and how."""

    rule: Rule
    amount: Decimal
    bound: Bound
    steps: tuple[str, ...]
    inputs: tuple[tuple[str, Decimal], ...] = ()
    unit: str = YUAN
    unspecified: bool = False  # a cap without a rate: nothing is computed from a base

    def shares(self) -> tuple[tuple[str, Decimal], ...]:
        """Who pays how much, where the clause divides the sum between payers."""
        payers = self.rule.terms.payers
        whole = sum(payers.values(), Decimal(0))
        if len(payers) < 2 or self.unit:
            return ()
        return tuple((p, self.amount * part / whole) for p, part in payers.items())

    def text(self) -> str:
        """The number with its unit."""
        return number_text(self.amount, self.unit)


def number_text(amount: Decimal, unit: str) -> str:
    """An amount in yuan as a person writes it, another number with its unit."""
    return f"{amount.normalize():f}{unit}" if unit else yuan_text(amount)


def compute(
    rule: Rule, inputs: Mapping[str, Given], place: tuple[str, ...] | None
) -> Figure | str:
    """The figure of a rule whose conditions hold, or the name of what is missing.

    The formulas are those of the clause that the rule quotes; yuan throughout.
    """
    amount = rule.terms.amount
    match amount:
        case Fixed():
            return _fixed(rule, amount, inputs)
        case PerHead():
            return _per_head(rule, amount, inputs)
        case Share():
            return _share(rule, amount, inputs)
        case Relief():
            return _relief(rule, amount, inputs)
        case Promise():
            cap = amount.cap or Decimal(0)
            steps = (say("figures.steps.only_cap", cap=yuan_text(cap)),)
            return Figure(rule, cap, "at_most", steps, unspecified=True)
        case Multiple():
            return _multiple(rule, amount, inputs, place)
        case Table():
            return _table(rule, amount, place)
        case _:  # a limit says something in words: nothing to compute
            return Figure(rule, Decimal(0), "exact", ())


def _fixed(rule: Rule, fixed: Fixed, inputs: Mapping[str, Given]) -> Figure:
    """sum, or sum × count."""
    each = resolve(fixed.each, inputs) if fixed.each else None
    if fixed.each is None or each is None:
        step = say(f"figures.steps.fixed.{fixed.bound}", sum=yuan_text(fixed.sum))
        return Figure(rule, fixed.sum, fixed.bound, (step,))
    total = fixed.sum * each.value
    step = _product(yuan_text(fixed.sum), amount_text(fixed.each, each.value), total)
    return Figure(rule, total, fixed.bound, (*each.steps, step), each.said)


def _per_head(
    rule: Rule, per_head: PerHead, inputs: Mapping[str, Given]
) -> Figure | str:
    """sum × heads [× years]."""
    heads = resolve(per_head.of, inputs)
    if heads is None:
        return per_head.of
    years = resolve(per_head.years, inputs) if per_head.years else None
    factors = [yuan_text(per_head.sum), amount_text(per_head.of, heads.value)]
    total, said = per_head.sum * heads.value, heads.said
    if per_head.years and years:
        factors.append(amount_text(per_head.years, years.value))
        total, said = total * years.value, (*said, *years.said)
    step = _product(*factors, total)
    return Figure(rule, total, per_head.bound, (*heads.steps, step), said)


def _share(rule: Rule, share: Share, inputs: Mapping[str, Given]) -> Figure | str:
    """min(base × rate, cap)."""
    base = resolve(share.of, inputs)
    if base is None:
        return share.of
    raw = base.value * share.rate
    steps = [
        *base.steps,
        _product(amount_text(share.of, base.value), percent_text(share.rate), raw),
    ]
    figure = Figure(rule, raw, share.bound, tuple(steps), base.said)
    if share.cap is None:
        return figure
    key = "over_cap" if raw > share.cap else "under_cap"
    steps.append(
        say(f"figures.steps.{key}", raw=yuan_text(raw), cap=yuan_text(share.cap))
    )
    return replace(figure, amount=min(raw, share.cap), steps=tuple(steps))


def _relief(rule: Rule, relief: Relief, inputs: Mapping[str, Given]) -> Figure | str:
    """Σ monthly sum × months × share."""
    base = resolve(relief.of, inputs)
    if base is None:
        return relief.of
    monthly = amount_text(relief.of, base.value)
    steps, sums = list(base.steps), list[Decimal]()
    for part in relief.parts:
        sums.append(base.value * part.months * part.share)
        months = say("figures.steps.months", months=f"{part.months:f}")
        share = () if part.share == 1 else (percent_text(part.share),)
        steps.append(_product(monthly, months, *share, sums[-1]))
    total = sum(sums, Decimal(0))
    if len(sums) > 1:
        steps.append(f"{' + '.join(map(yuan_text, sums))} = {yuan_text(total)}")
    return Figure(rule, total, relief.bound, tuple(steps), base.said)


def _multiple(
    rule: Rule,
    multiple: Multiple,
    inputs: Mapping[str, Given],
    place: tuple[str, ...] | None,
) -> Figure | str:
    """⌈number × times⌉: whole ones, rounded up so that 不低于 still holds."""
    said = resolve(multiple.of, inputs)
    base: Figure | str = multiple.of
    if said is None and rule.source:
        base = compute(rule.source, inputs, place)
        if isinstance(base, str):
            return base
    value = said.value if said else base.amount if isinstance(base, Figure) else None
    if value is None:
        return multiple.of
    exact = value * multiple.times
    whole = exact.to_integral_value(ROUND_CEILING)
    unit = multiple.unit
    steps = [
        f"{_plain(value)}{unit} × {_plain(multiple.times)} = {_plain(exact)}{unit}"
    ]
    if whole != exact:
        steps.append(say("figures.steps.rounded_up", number=f"{_plain(whole)}{unit}"))
    pairs = said.said if said else ()
    return Figure(rule, whole, multiple.bound, tuple(steps), pairs, unit)


def _table(rule: Rule, table: Table, place: tuple[str, ...] | None) -> Figure | str:
    """The number that the clause gives for the asker's place."""
    for name, number in table.places.items():
        if any(step.startswith(name) for step in place or ()):
            step = f"{name}{_plain(number)}{table.unit}"
            return Figure(rule, number, table.bound, (step,), (), table.unit)
    return "place"


def _product(*factors: str | Decimal) -> str:
    """`a × b = total`; the last factor is the total in yuan."""
    *terms, total = factors
    assert isinstance(total, Decimal)
    return f"{' × '.join(str(t) for t in terms)} = {yuan_text(total)}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
