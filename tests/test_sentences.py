"""Sentences, their raw places, and the units responsible."""

import pytest

from index.clean import clean
from index.lines import joined
from index.sentences import responsible_units, sentences
from index.text import Text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("给予补贴。给予奖励。", ["给予补贴。", "给予奖励。"]),
        ("一等奖5万元；二等奖3万元。", ["一等奖5万元；", "二等奖3万元。"]),
        ("开展“百场万企。”活动。", ["开展“百场万企。”", "活动。"]),
        ("加大支持\n给予补贴。", ["加大支持", "给予补贴。"]),
        (
            "甲。（责任单位：市局；区局）乙。",
            ["甲。", "（责任单位：市局；区局）", "乙。"],
        ),
        ("没有句号", ["没有句号"]),
        ("", []),
    ],
)
def test_a_clause_is_cut_where_a_sentence_ends(raw: str, expected: list[str]):
    assert [s.text for s in sentences(Text.from_raw(raw))] == expected


def test_a_sentence_s_place_holds_the_notes_that_were_taken_out_of_it():
    raw = "支持企業(yè)發(fā)展。給予補貼。"
    first, second = sentences(clean(Text.from_raw(raw)))
    assert raw[first.start : first.end] == "支持企業(yè)發(fā)展。"
    assert raw[second.start : second.end] == "給予補貼。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲。（责任单位：市工信局、市财政局）", ("市工信局", "市财政局")),
        (
            "甲。（责任单位：市工信局，各区县〔市〕政府）",
            ("市工信局", "各区县〔市〕政府"),
        ),
        (
            "（责任单位：省经信厅，各市、州、县人民政府）",
            ("省经信厅", "各市、州、县人民政府"),
        ),
        ("（责任单位：各县（市、区）政府、省局）", ("各县（市、区）政府", "省局")),
        ("没有列明单位。", ()),
    ],
)
def test_responsible_units_are_named_as_printed(text: str, expected: tuple[str, ...]):
    assert responsible_units(text) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  关于促进经济平\n稳\n健康发展的通知 ", "关于促进经济平稳健康发展的通知"),
        ("在 2022 年 2 月", "在2022年2月"),
        ("for small firms", "for small firms"),
        ("附件 1\n支持措施\n为了发展。", "附件1\n支持措施\n为了发展。"),
        ("人民政府办公室\n2024年1月1日", "人民政府办公室\n2024年1月1日"),
        ("甲。\r\n\r\n乙。", "甲。\n乙。"),
        (
            "优先用于支持小微商贸企业集聚发展和老字号扩大\n\n规模，给予奖励。",
            "优先用于支持小微商贸企业集聚发展和老字号扩大\n规模，给予奖励。",
        ),
        (
            "优先用于支持小微企业，持续清理不合理收费以及进\n\n一步扩大规模。",
            "优先用于支持小微企业，持续清理不合理收费以及进一步扩大规模。",
        ),
    ],
)
def test_lines_that_the_page_broke_are_joined(raw: str, expected: str):
    assert joined(Text.from_raw(raw)).value == expected
