"""What excludes what, the best lawful total, and what the texts leave open."""

from datetime import date
from decimal import Decimal

import pytest

from assistant.amounts import Figure
from assistant.calculator import Profile, assess
from assistant.combine import choose, difference, open_pairs, total
from assistant.inputs import given
from assistant.rules import Rulebook
from assistant.shapes import Bound

DAY = date(2026, 11, 22)
ZHENGZHOU = ("河南省", "郑州市")


def figure(rulebook: Rulebook, rule: str, **numbers: int) -> Figure:
    inputs = {n: given(n, Decimal(v)) for n, v in numbers.items()}
    levels = frozenset({"national_little_giant", "provincial"})
    finding = assess(rulebook.rules[rule], Profile(None, levels, inputs), DAY)
    assert isinstance(finding, Figure)
    return finding


@pytest.mark.parametrize(
    ("investment", "best", "dropped"),
    [
        (15_000_000, "henan-equipment", "zhengzhou-equipment"),
        (1_500_000, "henan-equipment", "zhengzhou-equipment"),
        (100_000_000, "henan-equipment", "zhengzhou-equipment"),
    ],
)
def test_one_of_two_equipment_subsidies_the_larger(
    rulebook: Rulebook, investment: int, best: str, dropped: str
):
    both = [
        figure(rulebook, "zhengzhou-equipment", investment=investment),
        figure(rulebook, "henan-equipment", investment=investment),
    ]
    choice = choose(both, rulebook)
    assert [f.rule.id for f in choice.kept] == [best]
    assert [d.loser.rule.id for d in choice.dropped] == [dropped]
    assert "不重复补助" in choice.dropped[0].quote


def test_two_recognitions_in_a_year_give_the_higher(rulebook: Rulebook):
    both = [
        figure(rulebook, "zhengzhou-provincial"),
        figure(rulebook, "zhengzhou-little-giant"),
    ]
    choice = choose(both, rulebook)
    assert [f.amount for f in choice.kept] == [Decimal(2_000_000)]


def test_what_does_not_exclude_each_other_adds_up_and_is_said_to_be_open(
    rulebook: Rulebook,
):
    figures = [
        figure(rulebook, "henan-equipment", investment=10_000_000),
        figure(rulebook, "henan-listing-filing"),
        figure(rulebook, "henan-listing-acceptance"),
    ]
    result = total(choose(figures, rulebook).kept)
    assert result is not None
    assert (result.amount, result.bound) == (Decimal(5_000_000), "at_most")
    assert result.steps == ("300万元 + 50万元 + 150万元 = 500万元",)
    open_ids = {(a.rule.id, b.rule.id) for a, b in open_pairs(figures, rulebook)}
    assert ("henan-listing-filing", "henan-listing-acceptance") not in open_ids
    assert len(open_ids) == 2


def with_bound(rulebook: Rulebook, amount: int, bound: Bound, unit: str = "") -> Figure:
    rule = rulebook.rules["henan-equipment"]
    return Figure(rule, Decimal(amount), bound, (), (), unit)


@pytest.mark.parametrize(
    ("bounds", "joint"),
    [
        (("exact", "exact"), "exact"),
        (("exact", "at_most"), "at_most"),
        (("exact", "at_least"), "at_least"),
        (("at_most", "at_least"), None),
    ],
)
def test_a_total_is_as_certain_as_its_least_certain_part(
    rulebook: Rulebook, bounds: tuple[Bound, Bound], joint: str | None
):
    result = total([with_bound(rulebook, 10, bound) for bound in bounds])
    assert (result.bound if result else None) == joint


def test_a_sum_of_money_and_a_count_are_not_added(rulebook: Rulebook):
    money = with_bound(rulebook, 10, "exact")
    count = with_bound(rulebook, 10, "exact", "家")
    assert total([money, count]) is None
    assert difference(money, count) is None


def test_a_difference_shows_both_sums(rulebook: Rulebook):
    larger = figure(rulebook, "zhengzhou-little-giant")
    smaller = figure(rulebook, "zhengzhou-provincial")
    result = difference(larger, smaller)
    assert result is not None
    assert result.steps == ("200万元 − 50万元 = 150万元",)
    assert result.bound == "at_most"


def test_a_floor_less_a_cap_is_left_open(rulebook: Rulebook):
    floor = with_bound(rulebook, 20, "at_least")
    assert difference(floor, with_bound(rulebook, 10, "at_most")) is None
