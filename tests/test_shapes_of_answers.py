"""Each kind of question in its own shape: list, table, conditions, clause, verdict."""

from datetime import date

import pytest

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.session import Session

DAY = date(2026, 11, 22)


def ask(assistant: Assistant, *turns: str, day: date = DAY) -> Answer:
    session = Session()
    return [assistant.ask(turn, session, day) for turn in turns][-1]


@pytest.mark.parametrize(
    "turns",
    [
        ["郑州小巨人能享受哪些政策"],
        ["我们是洛阳的省级专精特新，都有啥补贴"],
        ["有哪些补贴", "湖北的，小巨人"],
        ["湖北小巨人能拿哪些钱", "那河南的呢"],
    ],
)
def test_all_benefits_come_as_a_table_of_figures(
    assistant: Assistant, turns: list[str]
):
    answer = ask(assistant, *turns)
    assert "| 项目 | 数额 | 条款 |" in answer.text
    assert len(answer.figures) >= 4
    assert len(answer.text) <= 2000


@pytest.mark.parametrize(
    "question",
    [
        "郑州小巨人设备投1000万补多少",
        "减的是房租的哪几个月，洛阳国有门面",
        "郑州设备补贴归哪些部门管",
        "洛阳有什么上市补助",
    ],
)
def test_a_single_benefit_is_no_list(assistant: Assistant, question: str):
    assert "| 项目 |" not in ask(assistant, question).text


@pytest.mark.parametrize(
    "question",
    [
        "河南和湖北对小巨人买设备的补贴有什么不一样",
        "小巨人买设备，放郑州和放武汉哪边补得多，设备和总投资都是2000万",
    ],
)
def test_a_comparison_is_a_table_with_both_texts(assistant: Assistant, question: str):
    answer = ask(assistant, question)
    assert "| --- |" in answer.text
    cited = {c.document_id.partition("/")[0] for c in answer.citations}
    assert {"henan-2022-14", "hubei-2023"} <= cited


@pytest.mark.parametrize(
    ("question", "verdict", "met", "not_met"),
    [
        (
            "郑州省级专精特新，证在有效期，设备税后200万，市里给不给",
            "yes",
            "超过100万元",
            "",
        ),
        ("郑州省级专精特新，设备税后100万，市里给补吗", "no", "", "没有超过"),
        ("洛阳省级专精特新，省里30%的设备补贴能拿吗", "no", "", "只给国家级"),
        ("湖北小巨人，技改总投资900万，设备800万，能补吗", "no", "", "1000万元"),
    ],
)
def test_eligibility_names_what_is_met_and_what_is_not(
    assistant: Assistant, question: str, verdict: str, met: str, not_met: str
):
    answer = ask(assistant, question)
    assert answer.verdict == verdict
    assert met in answer.text
    assert not_met in answer.text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("郑州小巨人设备投1000万，省里能补400万，对吧", True),
        ("郑州小巨人设备投1000万，省里能补300万，对吧", False),
        ("郑州新认定小巨人奖500万，没错吧", True),
        ("郑州新认定小巨人最多奖200万，没错吧", False),
    ],
)
def test_a_wrong_sum_is_denied_and_a_right_one_is_not(
    assistant: Assistant, question: str, told: bool
):
    answer = ask(assistant, question)
    assert ("和条文不一致" in answer.text) == told


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("上街第十六条原文", "shangjie-draft#第十六条"),
        ("湖北第九条写的什么", "hubei-2023#九"),
        ("河南附件3的二（三）原文怎么写的", "henan-2022-14/附件3#二（三）"),
        ("郑州三（七）19是什么内容", "zhengzhou-2024#三（七）19"),
    ],
)
def test_a_clause_is_shown_by_its_number(
    assistant: Assistant, question: str, clause: str
):
    assert [c.clause for c in ask(assistant, question).citations] == [clause]


@pytest.mark.parametrize("question", ["上街第九十九条原文", "湖北第三十条写的什么"])
def test_a_clause_that_is_not_there_is_refused(assistant: Assistant, question: str):
    answer = ask(assistant, question)
    assert (answer.behaviour, answer.reason) == ("refuse", "no_clause")


@pytest.mark.parametrize(
    ("turns", "behaviour"),
    [
        (["郑州小巨人设备1000万补多少", "今天天气咋样"], "refuse"),
        (["郑州小巨人设备1000万补多少", "谁能拿"], "answer"),
        (["郑州小巨人设备1000万补多少", "洛阳的呢"], "answer"),
        (["郑州小巨人设备1000万补多少", "帮我写首诗"], "refuse"),
        (["郑州小巨人设备1000万补多少", "这个到啥时候"], "answer"),
        (["能补多少"], "clarify"),
        (["补贴咋拿"], "clarify"),
    ],
)
def test_how_a_turn_stands_in_the_talk(
    assistant: Assistant, turns: list[str], behaviour: str
):
    assert ask(assistant, *turns).behaviour == behaviour


def test_a_matter_of_two_characters_is_no_list(assistant: Assistant):
    answer = ask(assistant, "郑州专精特新企业用地有什么优惠")
    assert "| 项目 |" not in answer.text
    assert answer.citations[0].clause == "zhengzhou-2024#三（七）18"


def test_whom_to_ask_after_a_refusal_asks_about_what(assistant: Assistant):
    answer = ask(assistant, "河南的“专精特新贷”利率是多少", "那找哪个部门")
    assert answer.behaviour == "clarify"
