"""Repairs: known faults are proven, unknown ones are reported and never guessed."""

import re
from functools import cache

import pytest

from index.clean import PINYIN, TONED, Repair, clean, garble, repairs
from index.documents import FOLDER
from index.text import Edit, Text

NOTE = re.compile(rf"\([a-zü]*[{TONED}][a-zü]*\)")
SHIFTED = [r for r in repairs() if r.kind == "double_byte"]


def cleaned(raw: str) -> str:
    return clean(Text.from_raw(raw)).value


def damaged(text: str, syllable: str, at: int) -> str:
    """What a site shows that puts `(syllable)` between the two bytes of a character.

    Without a syllable one lone byte is put there.
    """
    note = f"({syllable})".encode("gbk") if syllable else b"?"
    data = text.encode("gbk")
    data = data[:at] + note + data[at:]
    shown: list[str] = []
    i = 0
    while i < len(data):
        if data[i] < 0x81:
            shown.append(chr(data[i]))
            i += 1
            continue
        pair = data[i : i + 2]
        if len(pair) < 2 or pair[1] < 0x40:  # a lead byte before ASCII
            shown.append("?")
        else:
            # A pair that stands for nothing is left out by the site.
            shown.append(pair.decode("gbk", "ignore"))
        i += 2
    return "".join(shown).translate(str.maketrans("＞＠？", ">@?"))


@cache
def raw_texts() -> tuple[str, ...]:
    files = sorted((FOLDER / "corpus").iterdir())
    return tuple(file.read_text("utf-8") for file in files)


@pytest.mark.parametrize("repair", SHIFTED, ids=lambda r: r.traditional)
def test_a_byte_shift_enacted_again_gives_what_the_source_holds(repair: Repair):
    wanted = NOTE.sub("", repair.raw)
    # The shift begins in the character before, or the repair holds that one too.
    lone = repair.traditional[0] in repair.raw
    before = "" if lone else re.split(re.escape(repair.raw), context(repair))[0][-1]
    shown = damaged(before + repair.traditional, repair.syllable, 3)
    # What is cut off at the end goes on in the next character.
    assert shown.removeprefix(before).rstrip("?") == wanted.rstrip("?")


def context(repair: Repair) -> str:
    text = next(t for t in raw_texts() if repair.raw in t)
    at = text.index(repair.raw)
    return NOTE.sub("", text[at - 20 : at]) + text[at : at + len(repair.raw)]


def test_the_byte_shifts_are_eleven_places_in_the_five_files():
    pattern = "|".join(re.escape(r.raw) for r in SHIFTED)
    places = [len(re.findall(pattern, text)) for text in raw_texts()]
    assert (sum(places), sorted(places)) == (11, [0, 0, 0, 1, 10])


def test_every_repair_is_needed_and_simplifies_its_own_traditional_text():
    for repair in SHIFTED:
        assert any(repair.raw in text for text in raw_texts())
        assert cleaned(repair.traditional) == repair.corrected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("企業(yè)發(fā)展規(guī)劃", "企业发展规划"),
        ("促進(jìn)中小企業(yè)綠(lǜ)色發(fā)展", "促进中小企业绿色发展"),
        ("优化“**三零**”（零上门）", "优化“三零”（零上门）"),
        ("文件。\n- 附件：1. 措施", "文件。\n附件：1. 措施"),
        ("部署精神 and 省委", "部署精神和省委"),
        ("企业and工会", "企业and工会"),
        ("单位:区财政局,各镇办)", "单位：区财政局，各镇办）"),
        ("(征求意见稿）", "（征求意见稿）"),
        ("每人5,000元,共10:30", "每人5,000元，共10:30"),
        ("at 10:30, the APEC (2024) fair", "at 10:30, the APEC (2024) fair"),
        ("补贴５０万元、１２％", "补贴50万元、12%"),
        ("１．５倍；１．支持", "1.5倍；1．支持"),
        ("解除后顾之忧。\n\n忧。（责任单位", "解除后顾之忧。\n\n（责任单位"),
        ("甲合格。\n合格。\n", "甲合格。\n合格。\n"),
        ("著名企业家乾隆", "著名企业家乾隆"),  # simplified already, so left alone
        ("", ""),
    ],
)
def test_known_faults_are_repaired_and_ordinary_text_is_left_alone(
    raw: str, expected: str
):
    assert cleaned(raw) == expected


def test_cleaning_twice_changes_nothing_more():
    for raw in raw_texts():
        once = cleaned(raw)
        assert cleaned(once) == once


@pytest.mark.parametrize("repair", repairs(), ids=lambda r: r.raw)
def test_a_repair_is_recorded_with_its_raw_words_and_place(repair: Repair):
    text = clean(Text.from_raw(f"甲乙{repair.raw}丙丁"))
    found = [c for c in text.corrections if c.kind == repair.kind]
    assert [(c.start, c.raw) for c in found] == [(2, repair.raw)]
    assert text.value == f"甲乙{repair.corrected}丙丁"


@pytest.mark.parametrize(
    "raw",
    [
        # 專精特新 after 向, as in the sources, but of another syllable.
        "面向" + damaged("向專精特新企業", "zhuān", 3)[1:],
        "支持" + damaged("持潛力企業發展", "qián", 3)[1:],
        "鼓勵" + damaged("勵創新創業平臺", "chuàng", 3)[1:],
        "给予一次性奖励\ufffd万元。",
        "给予\ue123奖励",
        "按照锟斤拷锟斤拷标准",
        "烫烫烫烫企业",
        "给予企业?励资金支持。",
        "给予企业？励资金支持。",
        "企业qiǎng)资金",
        "支持Y(jié)推广",
        "专精特新企业".encode().decode("gbk", "ignore"),
        "专精特新企业".encode().decode("latin-1"),
        "专精特新企业".encode("gbk").decode("latin-1"),
        "推动\x01企业",
        "研发@推广",
    ],
)
def test_unknown_damage_is_reported_with_its_raw_place(raw: str):
    text = clean(Text.from_raw("为促进发展，制定本措施。\n" + raw))
    found = garble(text)
    assert found
    assert all(13 <= g.start < len(text.raw) and g.text for g in found)


@pytest.mark.parametrize(
    "text",
    [
        "什么是专精特新企业?专精特新企业是指创新能力强的企业。",
        "企业能否同时申请？可以。是否重复？不重复。",
        "参加APEC中小企业技术交流会（2024）,使用5G、AI等技术。",
        "总投资A类（试行）、B类(2)，比例1:1，联系邮箱 a@b.cn。",
        "依照《<土地管理法>实施办法》和<安全生产法>的决定执行。",
        "朱镕基签署；思贤滘以西；瀍河两岸；注意瞭望。",
        "气温±5℃，×表示不适用，编号××××年第×号，5×8＝40。",
        "得分=∑各项；“985”“211”；Ⅰ类、①项；〔2022〕14号",
        "（lǜ色）以外的拼音 lǜ 不处理",
    ],
)
def test_ordinary_text_is_not_reported(text: str):
    assert garble(clean(Text.from_raw(text))) == []


def test_pinyin_is_removed_only_behind_a_chinese_character():
    assert PINYIN.sub("", "業(yè) Y(jié) 业(a)") == "業 Y(jié) 业(a)"


def test_edits_keep_the_raw_place_of_every_character():
    text = Text.from_raw("abcdef").edit([Edit(1, 2, "", "x"), Edit(3, 5, "XYZ", "y")])
    assert text.value == "acXYZf"
    assert list(zip(text.starts, text.ends, strict=True)) == [
        *((0, 1), (2, 3)),
        *((3, 5), (3, 5), (3, 5)),
        (5, 6),
    ]
    assert text.part(1, 3).span() == (2, 5)
    assert [c.raw for c in text.part(0, 2).corrections] == ["b"]


def test_a_part_from_the_start_keeps_what_was_removed_before_it():
    text = Text.from_raw("页眉正文").edit([Edit(0, 2, "", "site")])
    assert [c.raw for c in text.part(0, 2).corrections] == ["页眉"]


def test_a_later_repair_of_the_same_place_replaces_the_earlier_one():
    text = Text.from_raw("業").edit([Edit(0, 1, "业", "traditional")])
    text = text.edit([Edit(0, 1, "", "layout")])
    assert [(c.raw, c.corrected) for c in text.corrections] == [("業", "")]
