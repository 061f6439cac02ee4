"""Sums as people write them: a table, the field, the writing, and hard text."""

import random
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.money import (
    BadSum,
    Bare,
    Foreign,
    Mention,
    Range,
    Sum,
    parse_sum,
    read_money,
    yuan_text,
)
from index.yaml_files import load_yaml

TABLE: dict[str, list[list[Any]]] = load_yaml(Path(__file__).with_name("money.yaml"))
NASTY = (
    "0123456789０１５９.．,，-—%万亿千百十零〇一二两三五九半几多来余点个元块钱角成到至约"
    "¥$€wWkmeE美 \n壹佰萬億兩圓第年月日号人家①²½〔〕\ud800\x00"
)
LONG = ["9", "亿", "1亿", "一", "百", "1,111", "1到", "几十", "1万"]


def shown(mention: Mention) -> str:
    """As the table has it: 15000000, ~2800000, 3000000..5000000, ?1500, $5 美元."""
    match mention:
        case Sum(yuan=yuan, about=about):
            return f"{'~' if about else ''}{yuan.normalize():f}"
        case Range(low=low, high=high):
            return f"{low.normalize():f}..{high.normalize():f}"
        case Bare(number=number):
            return f"?{number.normalize():f}"
        case Foreign(number=number, currency=currency):
            return f"${number.normalize():f} {currency}"


@pytest.mark.parametrize("row", TABLE["reads"], ids=lambda row: str(row[0]))
def test_money_is_read_as_the_table_says(row: list[str]):
    text, *expected = row
    found = read_money(text)
    assert [f"{m.text}={shown(m)}" for m in found] == expected
    assert all(text[m.start : m.end] == m.text for m in found)


@pytest.mark.parametrize("text", [str(row[0]) for row in TABLE["none"]])
def test_what_only_looks_like_money_is_none(text: str):
    assert read_money(text) == ()


@pytest.mark.parametrize("row", TABLE["fields"], ids=lambda row: repr(row[0]))
def test_a_field_is_a_sum_or_the_reason_why_not(row: list[Any]):
    text, expected = str(row[0]), str(row[1])
    if expected.isalpha() or "_" in expected:
        with pytest.raises(BadSum) as caught:
            parse_sum(text)
        assert caught.value.code == expected
    else:
        assert parse_sum(text) == Decimal(expected)


def test_a_bare_field_is_yuan_only_where_the_caller_says_so():
    assert parse_sum("1,500", bare_is_yuan=True) == 1500
    with pytest.raises(BadSum, match="unit_missing"):
        parse_sum("1,500")
    with pytest.raises(BadSum, match="negative"):
        parse_sum("-5", bare_is_yuan=True)


@pytest.mark.parametrize("row", TABLE["written"], ids=lambda row: str(row[0]))
def test_an_amount_is_written_exactly(row: list[Any]):
    assert yuan_text(Decimal(str(row[0]))) == row[1]


@settings(max_examples=500)
@given(st.decimals(0, 10**12, places=2) | st.integers(0, 10**12).map(Decimal))
def test_what_is_written_reads_back(amount: Decimal):
    (found,) = read_money(yuan_text(amount))
    assert isinstance(found, Sum)
    assert (found.yuan, found.about) == (amount, False)


def test_a_very_long_amount_is_not_rounded():
    assert yuan_text(Decimal("1" * 40)) == f"{'1' * 32}.{'1' * 8}亿元"


def test_nasty_text_never_raises_and_spans_stand_in_it():
    chance = random.Random(20251123)
    for _ in range(5000):
        text = "".join(chance.choices(NASTY, k=chance.randint(0, 24)))
        found = read_money(text)
        assert all(text[m.start : m.end] == m.text for m in found), text
        ends = [0, *(m.end for m in found)]
        assert all(e <= m.start < m.end for e, m in zip(ends, found, strict=False))
        for mention in found:
            numbers = [getattr(mention, n, None) for n in ("yuan", "low", "number")]
            assert any(isinstance(n, Decimal) for n in numbers)
        try:
            parse_sum(text)
        except BadSum as error:
            assert error.code


@pytest.mark.parametrize(
    "unit", ["9", "亿", "1亿", "一", "百", "1,111", "1到", "几十", "1万"]
)
def test_long_text_takes_time_in_proportion(unit: str):
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        started = time.process_time()
        read_money(text)
        return time.process_time() - started

    # 8 times in proportion, 64 times in its square
    long = min(seconds(8000 + i) for i in range(3))
    assert long < 20 * min(seconds(1000 + i) for i in range(3)) + 0.01
