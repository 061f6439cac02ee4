"""assess: one rule, one profile, one day → a figure, what is missing, or why not."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from assistant.amounts import Figure, compute
from assistant.inputs import Given, resolve
from assistant.rules import Rule
from assistant.shapes import Fixed, Limit, Promise
from assistant.vocabulary import load_vocabulary

__all__ = ["Figure", "Finding", "Granted", "Missing", "NotMet", "Profile", "assess"]

PlacePath = tuple[str, ...]
HOLDS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "more_than": operator.gt,
    "at_least": operator.ge,
    "at_most": operator.le,
    "less_than": operator.lt,
    "at_least_rate": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of the asker: numbers in yuan, heads, months or shares of one."""

    place: PlacePath | None = None
    levels: frozenset[str] = frozenset()
    inputs: Mapping[str, Given] = field(default_factory=dict[str, Given])
    facts: Mapping[str, bool] = field(default_factory=dict[str, bool])
    deed: tuple[date, date] | None = None  # when it was or will be done
    is_payee: frozenset[str] = frozenset()  # payees that the asker is
    mixed: frozenset[str] = frozenset()  # facts that hold for one thing, not another


@dataclass(frozen=True, slots=True)
class Granted:
    """Something the clause grants in words: no sum, or one without a rate."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class Missing:
    """What must be known first: place, level, facts and inputs, by name."""

    rule: Rule
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotMet:
    """The one condition that fails; `limit` and `given` where it is a number."""

    rule: Rule
    condition: str  # place, not_yet, expired, event, level, or a fact's or input's name
    bound: str = ""  # more_than, at_least, …
    limit: Decimal | None = None
    given: Decimal | None = None
    summed: bool = False  # `given` is of several numbers


Finding = Figure | Granted | Missing | NotMet


def assess(rule: Rule, profile: Profile, as_of: date) -> Finding:
    """What a rule gives a profile on a day; never a figure of a measure not in force.

    Raises InputError for a number that cannot be (fractional heads).
    """
    missing: tuple[str, ...] = ()
    for check in (_place, _time, _level, _facts, _bounds, _quota):
        outcome = check(rule, profile, as_of)
        if isinstance(outcome, NotMet):
            return outcome
        if outcome is not None:
            missing += outcome.names
    amount = rule.terms.amount
    if isinstance(amount, Limit) and not missing:
        return Granted(rule)
    if isinstance(amount, Promise) and amount.cap is None and not missing:
        return Granted(rule)
    computed = compute(rule, profile.inputs, profile.place)
    if isinstance(computed, str):
        missing += (computed,)
    if missing:
        return Missing(rule, tuple(dict.fromkeys(missing)))
    assert isinstance(computed, Figure)
    return computed


def _place(rule: Rule, profile: Profile, _: date) -> NotMet | Missing | None:
    """Above or at the asker's place; nobody is told another place's rule."""
    own, asked = rule.document.place, profile.place
    if asked is None or asked[: len(own)] == own:
        return None
    if own[: len(asked)] == asked:  # only the province was said
        return Missing(rule, ("place",))
    return NotMet(rule, "place")


def _time(rule: Rule, profile: Profile, as_of: date) -> NotMet | None:
    if rule.document.status(as_of) == "not_yet":
        return NotMet(rule, "not_yet")
    if rule.terms.start and as_of < rule.terms.start:
        return NotMet(rule, "not_yet")
    last = rule.last_day()
    if last and as_of > last:
        return NotMet(rule, "expired")
    event, deed = rule.terms.event, profile.deed
    if event is None or deed is None:
        return None
    early = event.first is not None and deed[1] < event.first
    late = event.last is not None and deed[0] > event.last
    return NotMet(rule, "event") if early or late else None


def _level(rule: Rule, profile: Profile, _: date) -> NotMet | Missing | None:
    """One of the levels asked for; 专精特新 without its level may be any of them."""
    wanted = rule.terms.conditions.level
    if not wanted:
        return None
    if not profile.levels:
        return Missing(rule, ("level",))
    if not profile.levels.isdisjoint(wanted):
        return None
    if "specialised" in profile.levels:
        return None if "provincial" in wanted else Missing(rule, ("level",))
    return NotMet(rule, "level")


def _facts(rule: Rule, profile: Profile, _: date) -> NotMet | Missing | None:
    conditions, known = rule.terms.conditions, profile.facts
    if profile.mixed:  # holds for one thing: enough for a condition, rules nothing out
        sure = {n: held for n, held in known.items() if n not in profile.mixed}
        known = sure | dict.fromkeys(profile.mixed & set(conditions.facts), True)
    facts = load_vocabulary().facts
    wanted = (*conditions.facts, *conditions.assumed)
    denied = [name for name in wanted if known.get(name) is False]
    for name in denied:
        if not facts[name].restates:
            return NotMet(rule, name)
    for name in conditions.unless:
        if known.get(name):
            return NotMet(rule, name)
    unknown = (*denied, *(n for n in conditions.facts if n not in known))
    return Missing(rule, unknown) if unknown else None


def _bounds(rule: Rule, profile: Profile, _: date) -> NotMet | Missing | None:
    """Every bound, or one of them where one is enough (by month or by quarter)."""
    conditions = rule.terms.conditions
    for name in rule.terms.amount.inputs:
        base = resolve(name, profile.inputs)
        if base and base.value < 0:
            return NotMet(rule, name, "positive", Decimal(0), base.value)
    failed: list[NotMet] = []
    unknown: list[str] = []
    held = 0
    for bound, name, limit in conditions.bounds:
        given = resolve(name, profile.inputs)
        if given is None and _part_suffices(name, bound, limit, profile):
            held += 1
        elif given is None:
            unknown.append(name)
        elif holds(bound, given.value, limit):
            held += 1
        else:
            several = len(given.said) > 1
            failed.append(NotMet(rule, name, bound, limit, given.value, several))
    if conditions.any_of and held:
        return None
    if failed:
        return failed[0]
    unknown = unknown[:1] if conditions.any_of else unknown
    return Missing(rule, tuple(unknown)) if unknown else None


def _quota(rule: Rule, profile: Profile, _: date) -> NotMet | None:
    """No more prizes than the clause gives out: 一等奖2名."""
    amount = rule.terms.amount
    if not isinstance(amount, Fixed) or amount.each is None or amount.places is None:
        return None
    given = resolve(amount.each, profile.inputs)
    if given is None or given.value <= amount.places:
        return None
    return NotMet(rule, amount.each, "quota", amount.places, given.value)


def _part_suffices(name: str, bound: str, limit: Decimal, profile: Profile) -> bool:
    """Whether a known part of a whole already reaches its threshold."""
    if bound not in ("more_than", "at_least"):
        return False
    parts = load_vocabulary().inputs[name].includes
    known = [g for part in parts if (g := resolve(part, profile.inputs))]
    return any(holds(bound, g.value, limit) for g in known)


def holds(bound: str, value: Decimal, limit: Decimal) -> bool:
    """A bound exactly as worded: 超 excludes the limit itself, 以上 includes it."""
    return HOLDS[bound](value, limit)
