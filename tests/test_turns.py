"""What a turn takes from the turns before it, as short dialogues on the real texts."""

from datetime import date
from decimal import Decimal

import pytest

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.session import Session

DAY = date(2026, 11, 22)
STORY = (
    "您好，我先把情况说一下。我们公司在郑州惠济区，做传感器的，零九年开的，一开始七八个人，"
    "租的民房，后来做起来了，去年营收六千三百万，净利润四百来万。前年评上了省级专精特新，牌子还在"
    "有效期里。光拆旧设备就花了十一万，地坪重做花了三十五万，这些我知道不算。隔壁老王他们公司是小"
    "巨人，他说他能拿省里三成，可文件写的是国家级小巨人才有。我表妹在洛阳，租金一个月一万八。"
    "真正买的新设备和软件，税后合计是七百三十万。"
)


def talk(assistant: Assistant, *turns: str, day: date = DAY) -> Answer:
    """The answer to the last turn of a conversation."""
    session = Session()
    answers = [assistant.ask(turn, session, day) for turn in turns]
    return answers[-1]


def sums(answer: Answer) -> dict[str, Decimal]:
    return {card.rule: Decimal(card.yuan) for card in answer.figures}


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        pytest.param(
            ["湖北技改能补多少？", "总投资1.5千万", "设备九百五十万"],
            {"hubei-equipment": 760_000},
            id="a level that was asked for is not asked for again",
        ),
        pytest.param(
            [
                "武汉国家级小巨人，认定了省里给多少？",
                "技改总投资一千二百万，设备九百万，补多少？",
                "跟前头那个五十万一起拿，总共多少？",
            ],
            {"hubei-equipment": 720_000, "hubei-little-giant": 500_000}
            | {"total": 1_220_000},
            id="an earlier sum is no input",
        ),
        pytest.param(
            ["郑州小巨人，买设备投了1500，省里补多少", "万元"],
            {"henan-equipment": 4_500_000},
            id="a unit alone completes the number before",
        ),
        pytest.param(
            ["郑州省级专精特新，设备税后600万，补多少", "那到底上限是多少"],
            {"zhengzhou-equipment": 2_000_000},
            id="the cap in a follow-up",
        ),
        pytest.param(
            ["驻马店小巨人，设备1500万，补多少", "那得投到多少才能拿满"],
            {"henan-equipment": 5_000_000},
            id="what must be spent for the cap",
        ),
        pytest.param(
            [
                "郑州国家级小巨人三年前评的，新认定的200万奖励能拿吗？",
                "那设备投1300万那个补贴，省里的可以吗？",
            ],
            {"henan-equipment": 3_900_000},
            id="a benefit named by what was spent on it",
        ),
        pytest.param(
            ["郑州小巨人，设备3台，单价500万，省里补多少"],
            {"henan-equipment": 4_500_000},
            id="a price each",
        ),
        pytest.param(
            [
                "宜昌专精特新牵头建研发中心，建设费4200万，能服务同行，补多少",
                "不能服务同行的话呢",
            ],
            {"hubei-rd-centre": 4_200_000},
            id="without the fact the usual rate holds",
        ),
        pytest.param(
            ["郑州创客中国三等奖多少钱", "一等奖5个、二等奖2个呢"],
            {"zhengzhou-second-prize": 60_000},
            id="no more prizes than there are",
        ),
        pytest.param(
            ["郑州创客中国一等奖多少钱", "全部奖项发满一共多少"],
            {"zhengzhou-first-prize": 100_000, "total": 340_000},
            id="every prize, all places",
        ),
        pytest.param(
            ["北交所上市，洛阳的专精特新，能拿多少", "境外呢", "两个都做，加起来多少"],
            {"henan-overseas-listing": 2_000_000, "henan-listing-filing": 500_000}
            | {"henan-listing-acceptance": 1_500_000, "total": 4_000_000},
            id="all sums of the turn before are added",
        ),
        pytest.param(
            ["上街技师培训补贴多少", "高级技师呢", "两样各5个人一共"],
            {"shangjie-technicians-new": 15_000}
            | {"shangjie-senior-technicians-new": 20_000, "total": 35_000},
            id="one count for the two spoken of",
        ),
        pytest.param(
            ["平顶山租房减免，房东是供销社，一个月一万二", "疫情那会儿开不了门"],
            {"henan-rent": 72_000},
            id="the co-operative is state-owned",
        ),
        pytest.param(
            ["郑州省级专精特新，设备含税1130万，税率13%，市里补多少", "1000万"],
            {"zhengzhou-equipment": 1_000_000},
            id="a sum with tax is asked for without it",
        ),
        pytest.param(
            [
                "郑州小巨人，去年买设备花了300万拿过补贴了，今年又买了500万，省里能补多少"
            ],
            {"henan-equipment": 1_500_000},
            id="of two years the later",
        ),
        pytest.param(
            ["洛阳国有门面，租金每个月4500块，一年一签，押金压了1万，能减多少"],
            {"henan-rent": 27_000},
            id="a deposit is no rent",
        ),
        pytest.param(
            ["不是省级，是国家级，今年郑州新认定的，奖多少"],
            {"zhengzhou-little-giant": 2_000_000},
            id="a level that is denied",
        ),
    ],
)
def test_sums_of_the_last_turn(
    assistant: Assistant, turns: list[str], expected: dict[str, int]
):
    found = sums(talk(assistant, *turns))
    assert {rule: found.get(rule) for rule in expected} == expected


def test_a_story_is_answered_for_what_its_last_question_asks(assistant: Assistant):
    asked = "就按我们设备加软件的数，郑州市里这个补助，最多能给我们补多少？"
    answer = talk(assistant, STORY + asked)
    assert sums(answer) == {"zhengzhou-equipment": 730_000}
    assert "洛阳" not in answer.text
    assert len(answer.text) <= 800


@pytest.mark.parametrize(
    "turns",
    [
        [
            "我们在武汉，国家级小巨人，设备投了1500万，总投资2000万，能补多少",
            "河南那个30%我们能拿吗",
        ],
        ["我在武汉，河南的30%设备补贴我能拿吗，小巨人，设备500万"],
        ["洛阳小巨人，设备投了2000万，补多少", "郑州市里那个10%能拿吗"],
        ["俺开封嘞小巨人，能不能去拿郑州那个10%设备补助"],
        ["我在洛阳，上街区那个技师补贴我们能申请吗"],
    ],
)
def test_another_places_rule_is_due_to_nobody_here(
    assistant: Assistant, turns: list[str]
):
    answer = talk(assistant, *turns)
    assert (answer.behaviour, answer.verdict) == ("answer", "no")
    assert answer.figures == ()
    assert "外地的规定不能套用" in answer.text


@pytest.mark.parametrize(
    "turns",
    [
        ["郑州小巨人买设备1000万能补多少", "说错了，我们什么牌子都没有，能补吗"],
        ["郑州，啥称号都没有的小厂，买设备500万能补吗"],
        ["黄冈省级专精特新，买设备花了200万", "那小巨人的50万我们有没有？"],
    ],
)
def test_who_has_not_the_level_gets_a_no(assistant: Assistant, turns: list[str]):
    answer = talk(assistant, *turns)
    assert answer.verdict == "no"
    assert answer.figures == ()


@pytest.mark.parametrize(
    ("turns", "first"),
    [
        (
            ["新乡的小巨人和武汉的小巨人，设备和总投资都是1500万，哪个补得多？"],
            "河南省",
        ),
        (
            [
                "国家级小巨人，设备和总投资都是1500万，放新乡和放武汉哪个补得多？",
                "要是设备和总投资都是1个亿呢，还是河南多吗？",
            ],
            "湖北省",
        ),
    ],
)
def test_the_larger_of_two_places_comes_first(
    assistant: Assistant, turns: list[str], first: str
):
    answer = talk(assistant, *turns)
    assert answer.text.startswith(first)
    assert answer.verdict is None
    difference = next(card for card in answer.figures if card.rule == "difference")
    assert len(difference.citations) == 2


def test_equal_sums_are_said_to_be_equal(assistant: Assistant):
    answer = talk(assistant, "郑州小巨人，设备投2000万和投3000万，省里哪个补得多")
    assert "一样多" in answer.text
    assert "difference" not in sums(answer)


def test_two_levels_that_exclude_each_other_are_no_for_both(assistant: Assistant):
    answer = talk(
        assistant, "上街小巨人，设备投了九百万，补多少", "市里那个能不能一块儿拿？"
    )
    assert answer.verdict == "no"
    assert "no_double" in {notice.code for notice in answer.notices}


def test_a_sum_of_the_place_before_is_not_carried_to_another(assistant: Assistant):
    answer = talk(
        assistant,
        "巩义的，今年新认定省级专精特新，奖励多少",
        "设备投了七百万（税后）呢",
        "啊我们不在巩义，在偃师，洛阳的，这两样还有吗？",
    )
    assert answer.figures == ()


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        (["这份文件文号是多少", "什么时候印发的", "郑州那个呢"], "2024年12月19日"),
        (["郑州方案什么时候印发的", "湖北的呢"], "2023年4月27日"),
    ],
)
def test_a_fact_of_a_text_is_asked_of_the_next(
    assistant: Assistant, turns: list[str], said: str
):
    assert said in talk(assistant, *turns).text


@pytest.mark.parametrize(
    "turns",
    [
        ["我们公司在新郑，去年评的国家小巨人"],
        ["你好，洛阳的，前年评的省级专精特新"],
    ],
)
def test_who_only_introduces_himself_is_asked_what_for(
    assistant: Assistant, turns: list[str]
):
    answer = talk(assistant, *turns)
    assert answer.behaviour == "clarify"
    assert "哪一项" in answer.questions[0]


@pytest.mark.parametrize(
    ("turns", "label"),
    [
        (["企业上云补贴多少，郑州"], "上云"),
        (["河南首次小升规，办土地更名要交契税吗", "武汉的呢"], "契税"),
    ],
)
def test_what_a_place_has_no_text_on_is_said_to_be_missing_there(
    assistant: Assistant, turns: list[str], label: str
):
    answer = talk(assistant, *turns)
    assert (answer.behaviour, answer.reason) == ("refuse", "silent")
    assert label in answer.text
    assert answer.citations == ()


@pytest.mark.parametrize(
    "question",
    [
        "省里30%和市里10%能叠加吗，郑州小巨人",
        "省里补30%，市里补10%，加起来40%对吧，郑州小巨人",
    ],
)
def test_that_two_benefits_exclude_each_other_needs_no_sum(
    assistant: Assistant, question: str
):
    answer = talk(assistant, question)
    assert answer.behaviour == "answer"
    assert "只能取其一" in answer.text
    assert "no_double" in {notice.code for notice in answer.notices}


def test_a_bare_level_answers_what_was_asked(assistant: Assistant):
    answer = talk(assistant, "郑州买设备花了两千万补多少", "国家级")
    assert sums(answer)["henan-equipment"] == 5_000_000


def test_a_clause_is_read_out_by_its_number(assistant: Assistant):
    answer = talk(assistant, "郑州方案三（一）1说的是啥")
    assert [c.clause for c in answer.citations] == ["zhengzhou-2024#三（一）1"]


@pytest.mark.parametrize(
    ("turns", "clause"),
    [
        (["我们是武汉的国家级小巨人", "认定奖励是多少"], "hubei-2023#九"),
        (["我们是郑州的国家级小巨人", "认定奖励"], "zhengzhou-2024#三（七）19"),
        (["您好，郑州的小巨人", "奖励多少", "认定奖励"], "zhengzhou-2024#三（七）19"),
    ],
)
def test_a_benefit_named_after_an_introduction_is_answered(
    assistant: Assistant, turns: list[str], clause: str
):
    answer = talk(assistant, *turns)
    assert answer.behaviour == "answer"
    assert answer.citations[0].clause == clause


def test_an_introduction_speaks_of_no_benefit(assistant: Assistant):
    """培训补贴 after it is not a question about what its best clause pays."""
    answer = talk(assistant, "我们是郑州的", "培训补贴")
    assert answer.figures == ()
    assert "平台" not in answer.text


@pytest.mark.parametrize(
    "question", ["郑州的，上市奖补", "郑州培训补贴", "郑州茅台奖励"]
)
def test_nobody_is_accused_for_asking(assistant: Assistant, question: str):
    assert talk(assistant, question).reason != "illegal"


@pytest.mark.parametrize(
    "before", ["郑州省级专精特新买设备1500万怎么补", "我们是郑州的省级专精特新企业"]
)
def test_another_title_s_award_is_not_answered_with_ours(
    assistant: Assistant, before: str
):
    """高企 is no 专精特新, whatever was spoken of before."""
    answer = talk(assistant, before, "郑州高企认定奖励多少")
    assert (answer.behaviour, answer.figures) == ("refuse", ())
