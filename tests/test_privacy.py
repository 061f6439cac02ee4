"""Personal data is masked, sums are not: a table, properties, and what is answered."""

import random
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.money import Bare, read_money, yuan_text
from assistant.personal_numbers import is_credit_code, is_identity, passes_luhn
from assistant.privacy import KINDS, Masked, mask, placeholder
from assistant.session import Session
from eval.cases import load_cases
from index.yaml_files import load_yaml

ROOT = Path(__file__).parent.parent
TABLE: dict[str, list[Any]] = load_yaml(Path(__file__).with_name("privacy.yaml"))
SUMS: dict[str, list[list[Any]]] = load_yaml(Path(__file__).with_name("money.yaml"))
DAY = date(2026, 11, 22)
FORMS = [
    "{}元",
    "{}万元",
    "{}万",
    "{}块钱",
    "¥{}",
    "人民币{}",
    "{}亿元",
    "{} 元",
    "{}美元",
]
FORMS += [
    "${}",
    "{}人民币",
    "{}rmb",
    "{:,}元",
    "{:,}",
    "投资{}",
    "金额为{}",
    "{}%",
    "{}w",
]
FORMS += ["投入{}.50元", "{}.25"]
NASTY = (
    "0123456789013013０１９３8６.．,-— ()（）+@＠axXeEmMqcom〇一三九幺元万块%投资"
    "电话：身份证税号卡转至到\u200b〔〕手机号\n\ud800\x00①٣"
)
HARD = ["1 ", "1-", "1", "9", "a", "@", "a@", "a.", "a@b.", "一", "0371-", "400 "]
HARD += ["13912345678", "13912345678.", "139 1234 5678.", "6222 ", "9 1 4 1 0 0 m "]


@pytest.mark.parametrize("row", TABLE["masks"], ids=lambda row: row[0])
def test_personal_data_is_replaced_and_nothing_else(row: list[str]):
    text, expected = row
    assert mask(text).text == expected


@pytest.mark.parametrize("text", TABLE["stays"])
def test_sums_dates_and_numbers_of_documents_stay(text: str):
    assert mask(text) == Masked(text, ())


@pytest.mark.parametrize("row", SUMS["reads"], ids=lambda row: str(row[0]))
def test_every_sum_of_the_money_table_stays(row: list[str]):
    assert mask(row[0]) == Masked(row[0], ())


def test_the_table_is_large_and_half_of_it_must_not_be_masked():
    assert len(TABLE["masks"]) + len(TABLE["stays"]) >= 150
    assert len(TABLE["stays"]) >= 0.45 * len(TABLE["masks"] + TABLE["stays"])


def test_questions_of_our_own_are_masked_only_where_a_person_is_named():
    paths = sorted((ROOT / "eval/cases").glob("*.jsonl"))
    asked = [turn.user for p in paths for c in load_cases(p) for turn in c.turns]
    touched = [question for question in asked if mask(question).kinds]
    assert len(asked) > 1000
    assert all("电话" in question for question in touched)
    assert len(touched) < 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_placeholder_has_no_digit_and_says_what_it_stands_for(kind: str):
    assert placeholder(kind).startswith("〔")
    assert not any(c.isdigit() or c in "@" for c in placeholder(kind))
    assert mask(placeholder(kind)) == Masked(placeholder(kind), (kind,))


# The three sums of digits that distinguish a number from a mistyped one


def test_the_credit_code_of_the_standard_passes_its_check():
    assert is_credit_code("91350100m000100y43")
    assert not is_credit_code("91350100i000100y43")  # I, O, Z, S, V are not used
    all_digits = [is_credit_code(f"91410100177685432{n}") for n in range(10)]
    assert sum(all_digits) <= 1


def test_an_identity_number_holds_a_province_and_a_day():
    assert is_identity("11010519491231002x")
    assert not is_identity("110105199013310021")  # no such day
    assert not is_identity("100105194912310021")  # no such province


@pytest.mark.parametrize("digit", "0123456789")
def test_only_one_last_digit_passes_the_card_check(digit: str):
    assert passes_luhn("421765432109876" + digit) == (digit == "1")


# Properties


@settings(max_examples=1000, deadline=None)
@given(st.text(alphabet=NASTY, max_size=60) | st.text(max_size=40))
def test_masking_twice_is_masking_once_and_leaves_nothing_to_mask(text: str):
    once = mask(text)
    assert mask(once.text) == once


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=80).filter(lambda t: not any(c.isdecimal() for c in t)))
def test_a_text_without_digits_or_at_is_unchanged(text: str):
    plain = "".join(c for c in text if c not in "@＠﹫零〇一二三四五六七八九幺")
    assert mask(plain).text == plain


@settings(max_examples=1000, deadline=None)
@given(
    st.integers(1, 10**15),
    st.sampled_from(FORMS),
    st.sampled_from(["", "郑州的，", "买设备花了", "电话13912345678，"]),
    st.sampled_from(["", "，能补多少", "的设备"]),
)
def test_any_sum_as_the_money_reader_knows_it_stays(
    number: int, form: str, before: str, after: str
):
    said = form.format(number)
    if ".25" in form and number > 10**12:  # no money word near, and a card's length
        return
    assert said in mask(before + said + after).text


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 10**16))
def test_every_sum_that_we_write_stays(amount: int):
    said = yuan_text(Decimal(amount))
    assert [m for m in read_money(said) if not isinstance(m, Bare)]
    assert mask(said).text == said


@settings(max_examples=500, deadline=None)
@given(
    st.from_regex("1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "电话", "我是张三", "，", "请打", "（", "tel "]),
    st.sampled_from(["", "谢谢", "，郑州的", "）", " ", "abc"]),
    st.sampled_from(["{0}", "+86{0}", "{1} {2} {3}", "{1}-{2}-{3}", "{1}－{2}－{3}"]),
)
def test_any_mobile_number_is_masked_wherever_it_stands(
    number: str, before: str, after: str, form: str
):
    said = form.format(number, number[:3], number[3:7], number[7:])
    round_sums = number[2] == "0" and number[5:7] == number[9:] == "00"
    if not (round_sums and "{1}" in form):  # 150 2000 3000 is a list of sums
        found = mask(before + said + after)
        assert found.text == before + placeholder("mobile") + after


def mask_seconds(text: str) -> float:
    """CPU time of the quickest of three reads."""

    def once() -> float:
        started = time.process_time()
        mask(text)
        return time.process_time() - started

    return min(once() for _ in range(3))


@pytest.mark.parametrize("unit", HARD)
def test_long_text_takes_time_in_proportion(unit: str):
    short, long = (unit * 8000)[:1000], (unit * 8000)[:8000]
    # 8 times in proportion, 64 times in its square
    assert mask_seconds(long) < 20 * mask_seconds(short) + 0.01


def test_random_text_takes_time_in_proportion():
    chance = random.Random(20251123)
    for _ in range(20):
        text = "".join(chance.choices(NASTY, k=8000))
        assert mask_seconds(text) < 20 * mask_seconds(text[:1000]) + 0.01


# What is answered


DEVICES = "郑州的省级专精特新企业买设备，税后1500万，市里怎么补？"


def substance(answer: Answer) -> Answer:
    """The answer apart from its time and the notice of what was masked."""
    remarks = tuple(n for n in answer.remarks if n.code != "masked")
    return replace(answer, remarks=remarks, latency_ms=0.0)


@pytest.mark.parametrize(
    "said",
    [
        "13912345678",
        "（0371）65506122",
        "11010519491231002X",
        "6222 0202 0011 2233 446",
        "zhang.san@qq.com",
        "91410100MA44ABCD5U",
    ],
)
def test_the_answer_is_the_same_as_without_the_personal_data(
    assistant: Assistant, said: str
):
    session = Session()
    answer = assistant.ask(DEVICES + said, session, DAY)
    assert substance(answer) == substance(assistant.ask(DEVICES, Session(), DAY))
    assert [f.yuan for f in answer.figures] == ["1500000"]
    (notice,) = (n for n in answer.remarks if n.code == "masked")
    kind = mask(said).text[1:-1]
    assert kind in notice.text
    assert "不保存" in notice.text
    assert said not in repr((session, answer))


def test_a_follow_up_reads_the_turn_before_without_its_placeholder(
    assistant: Assistant,
):
    plain, personal = Session(), Session()
    assistant.ask(DEVICES, plain, DAY)
    assistant.ask(DEVICES + "我电话13912345678", personal, DAY)
    more = "要是投了800万呢？"
    expected = assistant.ask(more, plain, DAY)
    assert [f.yuan for f in expected.figures] == ["800000"]
    assert substance(assistant.ask(more, personal, DAY)) == substance(expected)
    assert personal.turns[0].question == DEVICES + "我电话〔手机号〕"


def test_a_question_of_nothing_but_a_number_is_an_empty_one(assistant: Assistant):
    answer = assistant.ask("13912345678", Session(), DAY)
    assert (answer.behaviour, answer.reason) == ("refuse", "empty")
    assert [n.code for n in answer.remarks] == ["masked"]


def test_without_personal_data_there_is_no_notice(assistant: Assistant):
    answer = assistant.ask(DEVICES, Session(), DAY)
    assert "masked" not in [n.code for n in answer.remarks]
