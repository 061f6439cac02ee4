"""What must hold of every rule for any profile: 10,000 profiles, a fixed seed."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from assistant.amounts import Figure
from assistant.calculator import Profile, assess
from assistant.combine import choose, total
from assistant.inputs import given
from assistant.match import match
from assistant.rules import Rule, Rulebook
from assistant.shapes import Promise, Share
from assistant.turn_numbers import input_names

DAYS = [date(2022, 2, 10), date(2022, 5, 1), date(2023, 1, 10), date(2026, 11, 22)]
PLACES = [
    ("河南省",),
    ("河南省", "郑州市"),
    ("河南省", "郑州市", "上街区"),
    ("河南省", "洛阳市"),
    ("湖北省", "武汉市"),
    ("广东省", "深圳市"),
]


def profiles(rulebook: Rulebook, number: int, seed: int) -> Iterator[Profile]:
    chance = random.Random(seed)
    vocabulary = rulebook.vocabulary
    for _ in range(number):
        inputs = {
            name: given(name, _value(entry.kind, chance))
            for name, entry in vocabulary.inputs.items()
            if chance.random() < 0.5
        }
        inputs = {n: v for n, v in inputs.items() if not n.endswith("_opening")}
        levels = chance.sample(sorted(vocabulary.levels), chance.randint(0, 2))
        facts = {n: chance.random() < 0.8 for n in vocabulary.facts}
        known = {n: v for n, v in facts.items() if chance.random() < 0.6}
        yield Profile(chance.choice(PLACES), frozenset(levels), inputs, known)


def _value(kind: str, chance: random.Random) -> Decimal:
    if kind == "money":
        return Decimal(chance.randint(1, 10 ** chance.randint(4, 10)))
    if kind == "rate":
        return Decimal(chance.randint(0, 100)) / 100
    return Decimal(chance.randint(0, 40))


def test_no_figure_is_above_its_cap_or_outside_its_days(rulebook: Rulebook):
    figures = 0
    for number, profile in enumerate(profiles(rulebook, 400, seed=1)):
        as_of = DAYS[number % len(DAYS)]
        for rule in rulebook.rules.values():
            finding = assess(rule, profile, as_of)
            if not isinstance(finding, Figure):
                continue
            figures += 1
            amount = rule.terms.amount
            assert finding.amount >= 0
            if isinstance(amount, Share | Promise) and amount.cap:
                assert finding.amount <= amount.cap
            assert rule.document.status(as_of) not in ("expired", "not_yet")
            last = rule.last_day()
            assert last is None or as_of <= last
            place = profile.place or ()
            assert place[: len(rule.document.place)] == rule.document.place
    assert figures > 500


def test_a_larger_base_never_gives_less(rulebook: Rulebook):
    for rule in rulebook.rules.values():
        amount = rule.terms.amount
        if not isinstance(amount, Share):
            continue
        results = [_of_base(rule, base) for base in (10**6, 10**7, 10**8, 10**10)]
        assert results == sorted(results) and results[0] < results[-1]


def _of_base(rule: Rule, base: int) -> Decimal:
    from assistant.amounts import compute

    amount = rule.terms.amount
    assert isinstance(amount, Share)
    figure = compute(rule, {amount.of: given(amount.of, Decimal(base))}, None)
    assert isinstance(figure, Figure)
    return figure.amount


def test_the_best_total_never_exceeds_the_sum_of_its_parts(rulebook: Rulebook):
    totals = 0
    for profile in profiles(rulebook, 300, seed=2):
        checkup = match(rulebook, profile, date(2026, 11, 22))
        sums = [f for f in checkup.met if isinstance(f, Figure) and not f.unit]
        choice = choose(sums, rulebook)
        kept = sum((f.amount for f in choice.kept), Decimal(0))
        assert kept <= sum((f.amount for f in sums), Decimal(0))
        for one in choice.kept:
            for other in choice.kept:
                assert rulebook.excluded(one.rule, other.rule) is None
        if len(choice.kept) > 1 and (result := total(choice.kept)):
            totals += 1
            assert result.amount == kept
    assert totals > 10


@pytest.mark.parametrize("as_of", DAYS)
def test_every_rule_comes_out_once(rulebook: Rulebook, as_of: date):
    for profile in profiles(rulebook, 20, seed=3):
        checkup = match(rulebook, profile, as_of)
        ids = [f.rule.id for f in (*checkup.met, *checkup.not_met, *checkup.unknown)]
        assert sorted(ids) == sorted(rulebook.rules)


def test_every_input_of_a_rule_is_in_the_vocabulary(rulebook: Rulebook):
    names = input_names(rulebook.rules.values(), rulebook)
    assert set(names) <= set(rulebook.vocabulary.inputs)
