"""Texts of our own in every family of numbering, and what must not be taken for one."""

import re

import pytest

from index.clauses import Section, sections
from index.clean import clean
from index.markers import candidates
from index.numerals import to_chinese, to_int
from index.text import Text


def read(raw: str) -> tuple[Section, ...]:
    return sections(clean(Text.from_raw(raw)))[0]


def ids(raw: str) -> list[str]:
    return [s.number for s in read(raw) if s.kind != "heading"]


def clause(raw: str, number: str) -> Section:
    return next(s for s in read(raw) if s.number == number)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            "第一条 甲。\n第二条 乙。\n第二条之一 丙。\n第三条 丁。",
            "第一条 第二条 第二条之一 第三条",
        ),
        ("第一条\n甲。\n第二条\n乙。", "第一条 第二条"),
        ("第一条甲。\n第二条乙。", "第一条 第二条"),
        ("第1条 甲。\n第２条 乙。", "第1条 第2条"),
        ("第 一 条 甲。\n第二 条 乙。", "第一条 第二条"),
        ("# 标题\n**第一条** 甲。\n> 第二条 乙。", "前言 第一条 第二条"),
        ("前文。\n一、总则。甲。\n二、支持。乙。", "前言 一 二"),
        ("一、总则\n（一）甲。\n（二）乙。\n二、附则。丙。", "一（一） 一（二） 二"),
        ("一、甲类\n(一)甲。\n(二)乙。", "一（一） 一（二）"),
        ("一、甲类\n1.甲。\n2.乙。\n二、乙类\n3.丙。", "一1 一2 二3"),
        (
            "一、甲类\n（一）子类\n1.甲。\n2.乙。\n（二）丑类\n3.丙。",
            "一（一）1 一（一）2 一（二）3",
        ),
        (
            "一、甲类\n（一）子类\n1.甲。\n2.乙。\n（二）丑类\n1.丙。",
            "一（一）1 一（一）2 一（二）1",
        ),
        ("一、甲类\n１．甲。\n２、乙。", "一1 一2"),
        (
            "一、甲类\n1.甲：\n（一）子。\n（二）丑。\n2.乙。",
            "一1 一1（一） 一1（二） 一2",
        ),
        ("（一）甲。\n（二）乙。\n（三）丙。", "（一） （二） （三）"),
        ("1.甲。\n2.乙。", "1 2"),
        ("第一条 甲。\r\n第二条 乙。\r\n", "第一条 第二条"),
        ("没有编号的通知。\n请遵照执行。", "前言"),
        ("", ""),
    ],
)
def test_every_family_is_numbered_as_printed(raw: str, expected: str):
    assert " ".join(n for n in ids(raw) if n != "前言" or raw) == expected


OFFICE = """××市支持办法

第一编 总则
第一章 一般规定
第一节 目的
第一条 为了支持企业，制定本办法。
第二章资金支持
第二条 给予补贴。具体如下：
（一）甲类；
（二）乙类。
附则
第三条 本办法自公布之日起施行。
"""


def test_divisions_are_headings_of_the_articles_below_them():
    assert ids(OFFICE) == ["前言", "第一条", "第二条", "第三条"]
    first = clause(OFFICE, "第一条")
    assert first.headings == ("第一编 总则", "第一章 一般规定", "第一节 目的")
    assert clause(OFFICE, "第二条").headings == ("第一编 总则", "第二章 资金支持")
    assert clause(OFFICE, "第二条").text.value.startswith("给予补贴。具体如下：")
    assert "资金支持" not in clause(OFFICE, "第一条").text.value


def test_headings_with_chinese_numbers_between_articles_are_no_clauses():
    raw = "一、管辖\n第一条 甲。\n第二条 乙。\n二、证据\n第三条 丙。"
    assert ids(raw) == ["第一条", "第二条", "第三条"]
    assert clause(raw, "第三条").headings == ("二、证据",)
    assert clause(raw, "第二条").text.value == "乙。"


def test_text_between_a_division_and_its_first_article_can_be_cited():
    raw = "第一章 总则\n本章适用于全市。\n第一条 甲。"
    assert ids(raw) == ["第一章", "第一条"]
    assert "本章适用于全市。" in clause(raw, "第一章").text.value


@pytest.mark.parametrize(
    ("raw", "number", "heading", "text"),
    [
        (
            "一、加大支持\n给予补贴。\n二、其他。无。",
            "一",
            "加大支持",
            "加大支持\n给予补贴。",
        ),
        ("一、加大支持。给予补贴。", "一", "加大支持", "加大支持。给予补贴。"),
        ("一、给予补贴，最高100万元。", "一", "", "给予补贴，最高100万元。"),
        (
            "一、甲类\n（一）支持创新。给予补贴。",
            "一（一）",
            "支持创新",
            "支持创新。给予补贴。",
        ),
    ],
)
def test_a_heading_stands_on_its_own_line_or_runs_in(
    raw: str, number: str, heading: str, text: str
):
    found = clause(raw, number)
    assert (found.heading, found.text.value) == (heading, text)


def test_a_label_is_the_numbering_as_printed_with_that_of_its_parents():
    found = clause("一、甲类\n（一）子类\n1.甲。\n2.乙。", "一（一）2")
    assert (found.label, found.headings) == ("一、（一）2.", ("甲类", "子类"))


def test_items_that_end_in_semicolons_stay_in_the_clause_that_lists_them():
    raw = "一、应当：\n（一）有场地；\n（二）有人员；\n（三）有资金。\n二、其他。"
    assert ids(raw) == ["一", "二"]
    listed = clause(raw, "一").text.value
    assert re.findall("（.）有..", listed) == [
        "（一）有场地",
        "（二）有人员",
        "（三）有资金",
    ]


# A reference at the head of a line, as a converter's line breaks leave it.
@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            "第一条 甲。\n第二条 依照\n第三条规定的条件。\n第三条 乙。",
            "第一条 第二条 第三条",
        ),
        ("第一条 甲，依照\n第二条、第三条办理。\n第二条 乙。", "第一条 第二条"),
        ("第一条 甲，依照\n第二条和第三条。\n第二条 乙。", "第一条 第二条"),
        ("第一条 甲，依照\n第二条第一款。\n第二条 乙。", "第一条 第二条"),
        (
            "第一条 甲。\n第二条 依照\n第九条 的条件。\n第三条 乙。\n第四条 丙。",
            "第一条 第二条 第三条 第四条",
        ),
        (
            "第一条 甲。\n第二条 依照本办法\n第一章规定执行。\n第三条 乙。",
            "第一条 第二条 第三条",
        ),
        (
            "第一条 甲。\n第二条中小企业给予支持。\n第三条及时公开。",
            "第一条 第二条 第三条",
        ),
        ("一、甲类。对获得\n二、三等奖的给予奖励。\n二、乙类。无。", "一 二"),
        (
            "一、甲。符合\n（一）、（二）项的。\n（一）子。\n（二）丑。",
            "一 一（一） 一（二）",
        ),
        ("一、甲。\n五、六月份办理。\n二、乙。\n三、丙。", "一 二 三"),
        ("一、甲。增长\n1.5倍以上。\n1.子。\n2.丑。", "一 一1 一2"),
        ("一、甲。\n2022. 年度。\n二、乙。", "一 二"),
    ],
)
def test_a_reference_at_the_head_of_a_line_opens_no_clause(raw: str, expected: str):
    assert " ".join(ids(raw)) == expected


PAGE = """第一条 为了支持本市企业高质量发展，根据有关规定，结合本市
实际，制定本办法。
第二条 企业符合条件的，按照本办法第三条规定，并参照本办法
第三条 给予补贴，最高不超过一百万元，具体标准由市财政局另
行规定。
第三条 本办法由市工信局解释。
"""


def test_lines_of_one_width_are_joined_and_their_breaks_open_no_clause():
    assert ids(PAGE) == ["第一条", "第二条", "第三条"]
    assert "，结合本市实际，" in clause(PAGE, "第一条").text.value
    assert "由市财政局另行规定。" in clause(PAGE, "第二条").text.value
    assert clause(PAGE, "第三条").text.value == "本办法由市工信局解释。"


CONTENTS = """××条例
目 录
第一章 总则……1
第二章 支持……3
第一章 总则
第一条 甲。
第二章 支持
第二条 乙。
"""


def test_a_table_of_contents_stays_in_the_preface():
    found = read(CONTENTS)
    assert [(s.kind, s.number) for s in found] == [
        *(("preface", "前言"), ("heading", "第一章"), ("clause", "第一条")),
        *(("heading", "第二章"), ("clause", "第二条")),
    ]
    assert "第二章支持……3" in found[0].text.value


def test_a_table_of_contents_of_an_outline_stays_in_the_preface():
    raw = "方案\n目录\n一、目标\n二、任务\n一、目标\n甲。\n二、任务\n乙。"
    assert ids(raw) == ["前言", "一", "二"]
    assert clause(raw, "一").text.value == "目标\n甲。"


ANNEX = """通知
一、甲。（责任单位：市工信局）
二、乙。（责任单位：市财政局）

附件
实施方案
为了落实，制定本方案。
一、丙。
二、丁。
"""


def test_an_annex_that_nobody_declared_keeps_its_clauses_apart():
    assert ids(ANNEX) == [
        *("前言", "一", "二", "第二部分前言", "第二部分一", "第二部分二"),
    ]
    assert clause(ANNEX, "二").text.value == "乙。（责任单位：市财政局）"
    assert clause(ANNEX, "第二部分前言").text.value.startswith("附件\n实施方案")


def test_a_second_set_of_articles_keeps_its_clauses_apart():
    raw = "第一条 甲。\n第二条 乙。\n附件：细则\n第一条 丙。\n第二条 丁。"
    assert ids(raw)[:2] == ["第一条", "第二条"]
    assert ids(raw)[-2:] == ["第二部分第一条", "第二部分第二条"]
    assert clause(raw, "第二条").text.value == "乙。"


def test_an_outline_that_starts_again_under_each_chapter_is_named_by_it():
    raw = "第一章 总则\n一、甲。\n二、乙。\n第二章 支持\n一、丙。\n二、丁。"
    assert ids(raw) == ["一", "二", "第二章一", "第二章二"]
    assert clause(raw, "第二章一").headings == ("第二章 支持",)


def test_ids_of_one_text_are_unique_even_where_chapters_have_one_clause_each():
    raw = (
        "第一章 甲\n一、甲。\n第二章 乙\n一、乙。\n第三章 丙\n一、丙。\n1.子。\n2.丑。"
    )
    found = ids(raw)
    assert len(found) == len(set(found)) == 5


def test_a_list_above_the_first_clause_stays_in_the_preface():
    raw = "通知附下列材料：\n1.甲\n2.乙\n一、丙。\n二、丁。"
    assert ids(raw) == ["前言", "一", "二"]


@pytest.mark.parametrize(
    "tail",
    [
        "本办法自2024年1月1日起施行。",
        "附件：1.申报表",
        "附件\n申报表",
        "××市人民政府办公室\n2024年1月1日",
        "2024年1月1日",
    ],
)
def test_what_stands_behind_the_last_clause_is_a_closing(tail: str):
    found = read(f"一、甲。给予补贴。\n二、乙。给予奖励。\n\n{tail}\n")
    assert [s.number for s in found] == ["一", "二", "结语"]
    assert found[1].text.value == "乙。给予奖励。"
    assert found[2].text.value == tail


def test_gaps_and_repeats_are_told():
    numbers = sections(clean(Text.from_raw("一、甲。\n三、丙。\n三、丙。")))[1]
    assert (numbers.gaps, numbers.repeats) == (("三、",), ("三、",))
    numbers = sections(clean(Text.from_raw("第一条 甲。\n第三条 丙。\n第三条 丁。")))[1]
    assert (numbers.gaps, numbers.repeats) == (("第三条",), ("第三条",))


@pytest.mark.parametrize(
    "raw",
    [
        OFFICE,
        PAGE,
        CONTENTS,
        ANNEX,
        "\n\n  一、甲。\n\n二、乙。\n\n",
        "\ufeff一、甲。",
        "\n \n",
    ],
)
def test_sections_follow_each_other_without_a_hole(raw: str):
    found = read(raw)
    assert [0, *(s.end for s in found)] == [*(s.start for s in found), len(raw)]


def test_an_outline_that_quotes_articles_is_an_outline():
    raw = "修改如下：\n一、修改第一条：\n第一条 甲。\n二、修改第二条：\n第二条 乙。"
    assert ids(raw) == ["前言", "一", "二"]


def test_candidates_know_where_their_lines_begin():
    raw = "  （一）甲\n第十条之一　乙\n"
    assert [(m.printed, m.start, raw[m.body]) for m in candidates(raw)] == [
        ("（一）", 0, "甲"),
        ("第十条之一", 7, "乙"),
    ]


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零三", 103),
        ("一百一十九", 119),
        ("一千二百六十", 1260),
        ("两千", 2000),
        ("12", 12),
        ("１２", 12),
    ],
)
def test_numerals_have_their_value(numeral: str, value: int):
    assert to_int(numeral) == value


def test_numerals_up_to_99_can_be_written_again():
    assert [to_int(to_chinese(n)) for n in range(1, 100)] == list(range(1, 100))


def test_what_is_no_numeral_is_refused():
    with pytest.raises(ValueError, match="甲"):
        to_int("甲")
