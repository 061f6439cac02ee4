"""What an officer types as a number, a fact or a place is read exactly, or refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from assistant.profile_file import BadInput, load_profile, read_value
from assistant.vocabulary import load_vocabulary
from index.yaml_files import DataError

VOCABULARY = load_vocabulary()
SAMPLE = Path(__file__).parent.parent / "examples/profile.yaml"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("investment", "1500万", "15000000"),
        ("investment", "１５００万", "15000000"),
        ("investment", " 1500 万元 ", "15000000"),
        ("investment", "1,500万", "15000000"),
        ("investment", "1.5亿", "150000000"),
        ("investment", "一千五百万", "15000000"),
        ("investment", "¥1500万", "15000000"),
        ("investment", "0.01元", "0.01"),
        ("monthly_rent", "3200", "3200"),  # 月租3200 needs no 元
        ("technicians_new", "6", "6"),
        ("technicians_new", "6人", "6"),
        ("technicians_new", "6名", "6"),
        ("technicians_new", "6个", "6"),
        ("technicians_new", "二十人", "20"),
        ("technicians_new", "0", "0"),
        ("apprentice_years", "2年", "2"),
        ("contract_months", "3", "3"),
        ("contract_months", "3个月", "3"),
        ("contract_months", "2年", "24"),
        ("contract_months", "半年", "6"),
        ("revenue_growth", "12%", "0.12"),
        ("revenue_growth", "百分之十二", "0.12"),
        ("revenue_growth", "12.5％", "0.125"),
    ],
)
def test_a_number_is_read_exactly(name: str, text: str, value: str):
    assert read_value(name, text, VOCABULARY).value == Decimal(value)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("investment", "", "是空的"),
        ("investment", "  ", "是空的"),
        ("investment", "约1500万", "请"),
        ("investment", "100多万", "是一个范围"),
        ("investment", "150万/年", "不是一笔金额"),
        ("investment", "设备150万", "不是一笔金额"),
        ("investment", "300万和200万", "不是一笔金额"),
        ("investment", "-1500万", "不能小于零"),
        ("investment", "−1500万", "不能小于零"),
        ("contract_months", "3人", "单位与这一项不符"),
        ("apprentice_years", "6人", "单位与这一项不符"),
        ("technicians_new", "2年", "单位与这一项不符"),
        ("technicians_new", "0.5", "应当是整数"),
        ("revenue_growth", "12", "请写成 12% 的形式"),
        ("revenue_growth", "-12%", "不能小于零"),
        ("revenue_growth", "10%到20%", "不是百分比"),
    ],
)
def test_what_is_no_number_is_refused_with_its_remedy(
    name: str, text: str, reason: str
):
    with pytest.raises(BadInput) as refused:
        read_value(name, text, VOCABULARY)
    assert f"（{name}）：“{text}”" in str(refused.value)
    assert reason in str(refused.value)


def test_the_sample_profile_is_read():
    profile = load_profile(SAMPLE, VOCABULARY)
    assert profile.place == ("河南省", "郑州市", "上街区")
    assert profile.levels == {"provincial"}
    assert profile.inputs["investment"].value == 15_000_000
    assert profile.inputs["apprentices_senior"].value == 6
    assert profile.inputs["revenue_growth"].value == Decimal("0.12")
    assert profile.facts["after_tax"] is True


@pytest.mark.parametrize(
    ("word", "held"),
    [("是", True), ("yes", True), ("true", True), ("否", False), ("no", False)],
)
def test_a_fact_is_yes_or_no(word: str, held: bool, tmp_path: Path):
    path = tmp_path / "profile.yaml"
    path.write_text(f"facts: {{after_tax: {word}}}", "utf-8")
    assert load_profile(path, VOCABULARY).facts == {"after_tax": held}


def test_a_payee_is_one_of_the_vocabulary(tmp_path: Path):
    path = tmp_path / "profile.yaml"
    path.write_text("is_payee: [bank]", "utf-8")
    assert load_profile(path, VOCABULARY).is_payee == {"bank"}
    path.write_text("is_payee: [banks]", "utf-8")
    with pytest.raises(BadInput, match=r"没有名为“banks”的受付对象.*bank（银行"):
        load_profile(path, VOCABULARY)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: 1\na: 2", b"\x00"])
def test_a_broken_file_is_refused_by_name(content: bytes, tmp_path: Path):
    path = tmp_path / "profile.yaml"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"profile\.yaml"):
        load_profile(path, VOCABULARY)
