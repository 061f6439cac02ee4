"""Courtesies, refusals by type, remarks: what is said beside the policy itself."""

from datetime import date

import pytest

from assistant.chat import Assistant
from assistant.declining import courtesy, unsafe
from assistant.homophones import respelled
from assistant.question import read_question
from assistant.remarks import authorities
from assistant.session import Session
from index.lexical import LexicalIndex

DAY = date(2026, 11, 22)
TERMS = ("专精特新", "小巨人", "设备", "软件", "补贴", "上市", "洛阳", "房租")


@pytest.fixture(scope="module")
def lexical(assistant: Assistant) -> LexicalIndex:
    return assistant.index.lexical


@pytest.mark.parametrize(
    ("said", "is_courtesy"),
    [
        ("你好", True),
        ("谢谢啊", True),
        ("好的，再见", True),
        ("您好，谢谢您", True),
        ("嗯嗯好的", True),
        ("你好，郑州小巨人买设备补多少", False),
        ("谢谢，那房租呢", False),
        ("好的，那归哪个部门管", False),
        ("中，再问一个", False),
    ],
)
def test_only_politeness_is_answered_with_politeness(
    lexical: LexicalIndex, said: str, is_courtesy: bool
):
    assert (courtesy(read_question(said, lexical)) is not None) == is_courtesy


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ("帮我编一份假的设备发票去报补贴", True),
        ("咋伪造小巨人证书", True),
        ("教我怎么套取补贴资金", True),
        ("发票丢了还能申请吗", False),
        ("造假会有什么后果，文件写没写", False),
        ("我们是真的小巨人，不是假的", False),
    ],
)
def test_forging_is_refused_and_honest_questions_are_not(
    lexical: LexicalIndex, said: str, refused: bool
):
    answer = unsafe(read_question(said, lexical), ())
    assert (answer is not None) == refused


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("射备补多少", "设备补多少"),
        ("小距人怎么认定", "小巨人怎么认定"),
        ("洛杨的企业", "洛阳的企业"),
        ("房祖减免", "房租减免"),
        ("尚市奖多少", "上市奖多少"),
        ("上是什么意思", "上是什么意思"),
        ("我们准备好了", "我们准备好了"),
        ("设备", "设备"),
        ("", ""),
    ],
)
def test_words_typed_by_their_sound(lexical: LexicalIndex, said: str, meant: str):
    assert respelled(said, TERMS, "是的", lexical) == meant


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("今天郑州天气咋样", "smalltalk"),
        ("我年终奖18万，个税怎么扣", "outside"),
        ("我司的补贴到账了没有", "personal"),
        ("帮我编一份假发票", "illegal"),
        ("长沙的小巨人买设备补多少", "place"),
        ("&*%￥#@", "nonsense"),
        ("", "empty"),
    ],
)
def test_a_refusal_says_of_which_type_it_is(
    assistant: Assistant, question: str, reason: str
):
    answer = assistant.ask(question, Session(), DAY)
    assert (answer.behaviour, answer.reason) == ("refuse", reason)
    assert answer.figures == ()
    assert answer.citations == ()


@pytest.mark.parametrize(
    ("as_of", "remarked"), [(date(2026, 11, 22), True), (date(2022, 3, 1), False)]
)
def test_a_renamed_authority_is_remarked_from_its_day_on(
    assistant: Assistant, as_of: date, remarked: bool
):
    question = "河南小微企业贷款的事归哪个部门管，银保监局管吗"
    answer = assistant.ask(question, Session(), as_of)
    shown = [a for a in authorities() if a.name in answer.text]
    assert shown
    assert ("reorganised" in {r.code for r in answer.remarks}) == remarked


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("郑州设备补贴怎么申请，要什么材料，电话多少", True),
        ("郑州设备补贴在哪个窗口办", True),
        ("郑州设备补贴的比例是多少", False),
    ],
)
def test_how_to_apply_names_the_units_and_the_hotline_only(
    assistant: Assistant, question: str, how: bool
):
    text = assistant.ask(question, Session(), DAY).text
    assert ("12345" in text) == how
    if how:
        assert "责任单位" in text


def test_an_english_question_gets_chinese_and_one_english_note(assistant: Assistant):
    question = "How much can a national little giant in Luoyang get for equipment?"
    answer = assistant.ask(question, Session(), DAY)
    notes = [r.text for r in answer.remarks if r.code == "english"]
    assert len(notes) == 1
    assert notes[0].isascii()
    assert "设备" in answer.text
