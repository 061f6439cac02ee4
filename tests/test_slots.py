"""Which number in a question is what."""

from datetime import date
from decimal import Decimal

import pytest

from assistant.known import (
    Known,
    learn,
    read_facts,
    read_levels,
    read_payees,
    values_of,
)
from assistant.slots import read_numbers, wished_sum
from assistant.vocabulary import load_vocabulary

DAY = date(2022, 3, 1)
EQUIPMENT = ("investment", "total_investment")
LOANS = ("loan_growth", "loan_closing", "loan_opening")
RENT = ("monthly_rent", "annual_rent", "half_year_rent", "quarterly_rent")
HEADS = ("technicians_new", "senior_technicians_new", "senior_technicians_upgraded")
APPRENTICES = ("apprentices_intermediate", "apprentices_senior", "apprentice_years")


def read(text: str, names: tuple[str, ...], topic: str = "") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for m in read_numbers(text, names, load_vocabulary(), DAY, topic).mentions:
        found.setdefault(m.name, []).append(f"{m.value.normalize():f}")
    return found


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("设备投了1500万,其中软件300万", ["15000000"]),
        ("设备和软件一共1500万,其中软件300万", ["15000000"]),
        ("投了6800万,其中设备1200万,软件100万", ["12000000", "1000000"]),
        ("设备800万,另外软件300万", ["8000000", "3000000"]),
    ],
)
def test_a_part_counts_only_where_the_whole_is_for_more(text: str, values: list[str]):
    said = read_numbers(text, ("investment",), load_vocabulary(), DAY).mentions
    assert values_of("investment", said) == tuple(map(Decimal, values))


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        (
            "设备花了八十五万,软件又花了四十万",
            EQUIPMENT,
            {"investment": ["850000", "400000"]},
        ),
        (
            "搞技改总投资1600万,其中生产设备花了1000万",
            EQUIPMENT,
            {"total_investment": ["16000000"], "investment": ["10000000"]},
        ),
        ("投了1600万能拿几多", EQUIPMENT, {"investment": ["16000000"]}),
        ("三台进口机床每台210万", EQUIPMENT, {"investment": ["6300000"]}),
        ("按8%三十二万该给我吧,设备400万", EQUIPMENT, {"investment": ["4000000"]}),
        (
            "盖厂房花2000万,机床600万,流动资金贷了1000万",
            EQUIPMENT,
            {"investment": ["6000000"]},
        ),
        ("去年营收1.2亿,今年买设备税后460万", EQUIPMENT, {"investment": ["4600000"]}),
        ("市里要超100万够不着,软件设备就80万", EQUIPMENT, {"investment": ["800000"]}),
        (
            "总投资990万和1010万",
            EQUIPMENT,
            {"total_investment": ["9900000", "10100000"]},
        ),
        (
            "贷款余额2021年末18亿,2022年末20.5亿",
            LOANS,
            {"loan_opening": ["1800000000"], "loan_closing": ["2050000000"]},
        ),
        (
            "普惠小微余额由6亿到6.6亿",
            LOANS,
            {"loan_opening": ["600000000"], "loan_closing": ["660000000"]},
        ),
        (
            "普惠小微贷款余额从6.6亿降到6亿,奖多少",
            LOANS,
            {"loan_opening": ["660000000"], "loan_closing": ["600000000"]},
        ),
        ("别的公司说他们拿了1000万,我们也能拿吧", EQUIPMENT, {}),
        ("主营收入下降了12%", ("revenue_growth",), {"revenue_growth": ["-0.12"]}),
        ("主营收入增长-12%", ("revenue_growth",), {"revenue_growth": ["-0.12"]}),
        ("主营收入增长12%", ("revenue_growth",), {"revenue_growth": ["0.12"]}),
        ("中级工负3人", APPRENTICES, {"apprentices_intermediate": ["-3"]}),
        (
            "中级工10人,培训10年",
            APPRENTICES,
            {"apprentices_intermediate": ["10"], "apprentice_years": ["10"]},
        ),
        ("一个月房租8000", RENT, {"monthly_rent": ["8000"]}),
        ("合同写一年租金十八万", RENT, {"annual_rent": ["180000"]}),
        ("半年交一次租金,一次6万6", RENT, {"half_year_rent": ["66000"]}),
        (
            "新培养了6名高级技师,另有4名老的高级技师去做了提升培训",
            HEADS,
            {"senior_technicians_new": ["6"], "senior_technicians_upgraded": ["4"]},
        ),
        (
            "20个徒弟全按高级工培养,学两年",
            APPRENTICES,
            {"apprentices_senior": ["20"], "apprentice_years": ["2"]},
        ),
        (
            "中级工12个,高级工8个",
            APPRENTICES,
            {"apprentices_intermediate": ["12"], "apprentices_senior": ["8"]},
        ),
        (
            "新认定国家级小巨人2家、省级专精特新5家,七家公司互不重复",
            ("giants", "provincials"),
            {"giants": ["2"], "provincials": ["5"]},
        ),
        ("签了两年合同", ("contract_months",), {"contract_months": ["24"]}),
        ("要是合同只签半年", ("contract_months",), {"contract_months": ["6"]}),
        ("回答里保留上面两个链接", ("giants",), {}),
    ],
)
def test_each_number_goes_to_the_input_whose_word_is_nearest(
    text: str, names: tuple[str, ...], expected: dict[str, list[str]]
):
    assert read(text, names) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("买设备投了1500", "unit"),
        ("买设备花了三五百万", "range"),
        ("买设备花了100万美元", "foreign"),
    ],
)
def test_a_number_that_cannot_be_used_as_said_is_asked_about(text: str, kind: str):
    found = read_numbers(text, EQUIPMENT, load_vocabulary(), DAY)
    assert [d.kind for d in found.doubts] == [kind]
    assert found.mentions == ()


def test_a_price_for_one_is_no_count():
    text = "上街区不是说每培养一个技师奖3000块吗,我们6个人"
    assert read(text, HEADS, "technicians_new") == {"technicians_new": ["6"]}


def test_a_number_alone_is_what_the_topic_needs():
    assert read("那一百零五万呢", EQUIPMENT, "investment") == {
        "investment": ["1050000"]
    }


def test_a_wished_for_sum_is_no_input():
    found = wished_sum("想从省里弄够90万设备补贴")
    assert found is not None and found.yuan == Decimal(900_000)
    assert wished_sum("想拿负30万,得投多少") is None
    assert read("想从省里弄够90万设备补贴,得买多少钱的设备", EQUIPMENT) == {}


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("我们是国家级小巨人", {"national_little_giant"}),
        ("省级专精特新,证有效", {"provincial"}),
        ("只有省级专精特新的牌子,没评上国家小巨人", {"provincial"}),
        ("目前只评上了创新型中小企业,还没到专精特新那一步", {"innovative"}),
        ("武汉的专精特新企业", {"specialised"}),
        (
            "今年4月评上省级专精特新,9月又评上国家小巨人",
            {"provincial", "national_little_giant"},
        ),
        ("我开了个面馆", set()),
        ("小巨人准备认定还没认定", set()),
        ("小巨人还没评上", set()),
        ("小巨人还没过期", {"national_little_giant"}),
        ("省级专精特新没评上国家小巨人", {"provincial"}),
    ],
)
def test_levels_are_those_that_the_asker_has(text: str, levels: set[str]):
    assert read_levels(text, load_vocabulary()) == levels


@pytest.mark.parametrize(
    ("text", "name", "held"),
    [
        ("证没过期", "level_valid", True),
        ("小巨人的牌子过期了", "level_valid", False),
        ("到2027年才到期的省级专精特新", "level_valid", True),
        ("铺面是区属国企的", "state_owned_premises", True),
        ("租的是非国有的房子", "state_owned_premises", False),
        ("没融到钱", "financed", False),
    ],
)
def test_facts_are_read_with_their_negation(text: str, name: str, held: bool):
    facts, mixed = read_facts(text, load_vocabulary())
    assert facts.get(name) is held
    assert name not in mixed


def test_a_fact_may_hold_for_one_thing_and_not_for_another():
    text = "一个租市国资公司的门面,一个租私人的门面"
    assert "state_owned_premises" in read_facts(text, load_vocabulary())[1]


def test_one_who_says_to_be_a_borrower_is_no_bank():
    words = load_vocabulary()
    nothing = read_numbers("", (), words, DAY)
    bank = learn(Known(), "我们是农商行", nothing, words)
    assert bank.is_payee == {"bank"}
    assert learn(bank, "那能给多少", nothing, words).is_payee == {"bank"}
    assert learn(bank, "我是借款的企业,归我吗", nothing, words).is_payee == set()


@pytest.mark.parametrize(
    ("text", "payee", "is_one"),
    [
        ("我们委托技校新培养了6名技师", "training_institution", False),
        ("我们是技校,新培养了6名技师", "training_institution", True),
        ("从农商行贷了500万", "bank", False),
        ("我们是河南的农商行,地方法人机构", "bank", True),
        ("俺们是焦作一家4a景区,免了门票", "tourist_site", True),
    ],
)
def test_who_the_asker_is(text: str, payee: str, is_one: bool):
    assert (payee in read_payees(text, load_vocabulary())) is is_one


def test_a_new_yearly_rent_does_away_with_the_old_monthly_one():
    vocabulary = load_vocabulary()
    known = Known()
    for text in ("月租三千", "不对,是一年租金六万"):
        found = read_numbers(text, RENT, vocabulary, DAY)
        known = learn(known, text, found, vocabulary)
    assert set(known.numbers) == {"annual_rent"}


def test_more_of_the_same_is_added_and_a_new_total_replaces():
    vocabulary = load_vocabulary()
    for second, values in (("软件又添了300万", [8, 3]), ("追加到1100万的设备", [11])):
        known = Known()
        for text in ("设备800万", second):
            found = read_numbers(text, EQUIPMENT, vocabulary, DAY, "investment")
            known = learn(known, text, found, vocabulary)
        shown = [int(m.value / 1_000_000) for m in known.numbers["investment"]]
        assert shown == values
