"""Every wrong rule is refused in Chinese: file, rule, field and remedy."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from assistant import rule_audit
from assistant.rule_audit import audit
from assistant.rules import load_rulebook
from assistant.shapes import Share
from assistant.terms import Conditions, Terms
from assistant.vocabulary import Vocabulary
from index.read import Corpus
from index.yaml_files import DataError

ROOT = Path(__file__).parent.parent
# A right rule for each shape that the wrong ones below are made from.
RATE = """\
- id: a-rate
  label: 设备、软件购置补助
  benefit: equipment
  clause: zhengzhou-2024#三（一）1
  quote: 财政按照不超过设备、软件实际投资(税后超100万元)的10%给予补助,最高不超过200万元
  payee: enterprise
  conditions:
    level: [provincial]
    assumed: [after_tax]
    more_than: {investment: 1_000_000}
  amount: {shape: rate, rate: 10%, of: investment, cap: 2_000_000, bound: at_most}
"""
PRIZE = """\
- id: a-prize
  label: 一等奖奖励
  benefit: prizes
  clause: zhengzhou-2024#三（一）3
  quote: 一等奖2名、二等奖5名、三等奖9名),分别给予不超过5万元、3万元、1万元奖励
  payee: enterprise
  amount: {shape: fixed, sum: 50_000, bound: at_most, each: first_prizes, places: 2}
"""
TARGET = """\
- id: a-target
  label: 梯度培育目标
  benefit: targets
  clause: zhengzhou-2024#二
  quote: 到2024年年底,国家级专精特新“小巨人”企业达到110家
  payee: locality
  start: 2024-12-31
  end: 2024-12-31
  amount: {shape: limit, values: [{value: 110, unit: 家, bound: at_least}]}
"""
RENT = """\
- id: a-rent
  label: 房租减免
  benefit: rent
  clause: henan-2022-14#（三）
  quote: QUOTE
  payee: enterprise
  amount:
    shape: months
    of: monthly_rent
    parts: [{months: 3, share: 100%}, {months: 6, share: 50%}]
    bound: exact
"""
POOL = """\
- id: a-pool
  label: 培育库的最低户数
  benefit: targets
  clause: zhengzhou-2024#二
  quote: 到2024年年底,国家级专精特新“小巨人”企业达到110家
  payee: locality
  amount: {shape: multiple, times: 110, of: yearly_target, unit: 家, bound: at_least,
    from_rule: a-target}
"""

# The rule, what is changed in it, and the words that name the field and the remedy.
WRONG = {
    "quote changed by one character": (
        RATE,
        ("财政按照", "财政按着"),
        ("quote", "不在条款 zhengzhou-2024#三（一）1 中", "逐字抄写"),
    ),
    "clause unknown": (
        RATE,
        ("三（一）1", "三（一）99"),
        ("clause", "没有条款“zhengzhou-2024#三（一）99”", "python -m index show"),
    ),
    "rate not in the quote": (
        RATE,
        ("rate: 10%", "rate: 12%"),
        ("amount.rate", "“0.12”在 quote 中找不到", "because"),
    ),
    "rate as a bare number": (
        RATE,
        ("rate: 10%", "rate: 0.1"),
        ("amount.rate", "“0.1”应当写成百分比", "如 10%"),
    ),
    "cap not in the quote": (
        RATE,
        ("2_000_000", "3_000_000"),
        ("amount.cap", "“3000000”在 quote 中找不到", "because"),
    ),
    "threshold not in the quote": (
        RATE,
        ("investment: 1_000_000", "investment: 1_500_000"),
        ("conditions.more_than.investment", "“1500000”在 quote 中找不到", "because"),
    ),
    "sum not in the quote": (
        PRIZE,
        ("50_000", "60_000"),
        ("amount.sum", "“60000”在 quote 中找不到", "because"),
    ),
    "places not in the quote": (
        PRIZE,
        ("places: 2", "places: 4"),
        ("amount.places", "“4”在 quote 中找不到", "because"),
    ),
    "a date not in the quote": (
        TARGET,
        ("end: 2024-12-31", "end: 2025-06-30"),
        ("end：2025-06-30 在 quote 中找不到", "because"),
    ),
    "start after end": (
        TARGET,
        ("start: 2024-12-31", "start: 2025-12-31"),
        ("start 不得晚于 end", "请核对"),
    ),
    "no such day": (
        TARGET,
        ("end: 2024-12-31", "end: 2024-02-30"),
        ("2024-02-30", "写成 2024-12-19 的形式"),
    ),
    "a bound without its word": (
        TARGET,
        ("amount:", "conditions: {less_than: {yearly_target: 110}}\n  amount:"),
        ("conditions.less_than", "没有表示这种界限的字眼", "because"),
    ),
    "exact where the quote says 不超过": (
        RATE,
        ("bound: at_most", "bound: exact"),
        ("amount.bound", "quote 里有“不超过”", "at_most 还是 exact"),
    ),
    "unknown key": (
        RATE,
        ("payee:", "prayer: x\n  payee:"),
        ("不认识的字段 prayer", "请核对拼写"),
    ),
    "unknown key of the amount": (
        RATE,
        ("cap:", "ceiling: 1, cap:"),
        ("不认识的字段 amount.rate.ceiling", "请核对拼写"),
    ),
    "a field missing": (
        RATE,
        ("  payee: enterprise\n", ""),
        ("缺少字段 payee", "请补上"),
    ),
    "unknown input": (
        RATE,
        ("investment", "investments"),
        ("没有名为“investments”的输入项", "assistant/vocabulary/inputs.yaml"),
    ),
    "unknown fact": (
        RATE,
        ("after_tax", "after_taxes"),
        ("没有名为“after_taxes”的事实条件", "assistant/vocabulary/facts.yaml"),
    ),
    "unknown level": (
        RATE,
        ("[provincial]", "[provinical]"),
        ("没有名为“provinical”的企业级别", "assistant/vocabulary/levels.yaml"),
    ),
    "unknown payee": (
        RATE,
        ("payee: enterprise", "payee: enterprize"),
        ("没有名为“enterprize”的受付对象", "assistant/vocabulary/payees.yaml"),
    ),
    "unknown benefit": (
        RATE,
        ("benefit: equipment", "benefit: equipments"),
        ("没有名为“equipments”的奖补事项", "assistant/vocabulary/benefits.yaml"),
    ),
    "stray because": (
        RATE,
        ("payee:", "because: {amount.ceiling: 推算}\n  payee:"),
        ("because：“amount.ceiling”不是", "请删去或核对拼写"),
    ),
    "broken regex": (
        RATE,
        ("payee:", 'words: ["(小巨人"]\n  payee:'),
        ("words", "正则表达式“(小巨人”有误"),
    ),
    "unknown rule in excludes": (
        RATE,
        ("payee:", "excludes: [{rule: gone, quote: 给予补助}]\n  payee:"),
        ("提到的规则“gone”不存在", "excludes、adds_to 和 from_rule"),
    ),
    "words of excludes not in the clause": (
        RATE,
        ("payee:", "excludes: [{rule: a-rate, quote: 不得重复}]\n  payee:"),
        ("excludes.1.quote", "“不得重复”不在条款", "逐字抄写"),
    ),
    "unknown rule in adds_to": (
        RATE,
        ("payee:", "adds_to: [gone]\n  payee:"),
        ("提到的规则“gone”不存在", "excludes、adds_to 和 from_rule"),
    ),
    "unknown rule in from_rule": (
        POOL,
        ("from_rule: a-target", "from_rule: gone"),
        ("提到的规则“gone”不存在", "excludes、adds_to 和 from_rule"),
    ),
    "duplicate YAML key": (
        RATE,
        ("payee: enterprise", "payee: enterprise\n  payee: bank"),
        ("第 7 行", "键“payee”重复出现", "请删去其中一个"),
    ),
    "not YAML": (
        RATE,
        ("payee: enterprise", "payee： [enterprise"),
        ("不是合法的 YAML", "请检查缩进"),
    ),
    "not a list": (
        RATE,
        ("- id", "  id"),
        ("应当是一个列表", "以“- ”开头"),
    ),
}
# Faults of the file as such, which has no rule to name.
OF_THE_FILE = {"no such day", "duplicate YAML key", "not YAML", "not a list"}


@pytest.fixture
def refused(tmp_path: Path, corpus: Corpus) -> Callable[[str], str]:
    """What `rules check` says of a file; the loader refuses the same file."""

    def refuse(text: str) -> str:
        (tmp_path / "wrong.yaml").write_text(text, "utf-8")
        found = audit(corpus.clauses, tmp_path)
        with pytest.raises(DataError):
            load_rulebook(corpus.clauses, corpus.documents, tmp_path)
        return "\n".join(found)

    return refuse


@pytest.mark.parametrize("rule", [RATE, PRIZE, TARGET, TARGET + POOL])
def test_the_rules_that_the_wrong_ones_are_made_from_are_right(
    rule: str, tmp_path: Path, corpus: Corpus
):
    (tmp_path / "right.yaml").write_text(rule, "utf-8")
    assert audit(corpus.clauses, tmp_path) == []
    assert load_rulebook(corpus.clauses, corpus.documents, tmp_path).rules


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_rule_is_refused_with_its_remedy(
    fault: str, refused: Callable[[str], str]
):
    rule, (right, wrong), words = WRONG[fault]
    assert right in rule
    said = refused(rule.replace(right, wrong))
    assert "wrong.yaml" in said
    if fault not in OF_THE_FILE:
        assert rule.splitlines()[0].removeprefix("- id: ") in said
    assert [word for word in words if word not in said] == [], said


def test_an_id_used_twice_is_refused(refused: Callable[[str], str]):
    said = refused(RATE + RATE)
    assert "wrong.yaml 中的“a-rate”" in said
    assert "编号“a-rate”已经用过，请改用不同的编号" in said


def test_an_id_used_in_two_files_is_refused(
    tmp_path: Path, refused: Callable[[str], str]
):
    (tmp_path / "another.yaml").write_text(RATE, "utf-8")
    assert "wrong.yaml 中的“a-rate”" in refused(RATE)


def test_a_rule_without_an_id_is_named_by_its_place(refused: Callable[[str], str]):
    said = refused(PRIZE + RATE.replace("id: a-rate", "name: a-rate"))
    assert "第2条（没有编号）" in said
    assert "缺少字段 id" in said


def test_every_fault_of_every_file_is_said(
    tmp_path: Path, refused: Callable[[str], str]
):
    (tmp_path / "broken.yaml").write_text("- id: [", "utf-8")
    said = refused(
        RATE.replace("rate: 10%", "rate: 11%").replace("2_000_000", "2_100_000")
        + PRIZE.replace("50_000", "70_000")
    )
    assert said.count("在 quote 中找不到") == 3
    assert "broken.yaml" in said and "a-rate" in said and "a-prize" in said


def test_months_must_stand_in_the_quote(
    corpus: Corpus, tmp_path: Path, refused: Callable[[str], str]
):
    rule = next(
        r
        for r in load_rulebook(corpus.clauses, corpus.documents).rules.values()
        if r.terms.amount.shape == "months"
    )
    text = RENT.replace("QUOTE", rule.terms.quote).replace(
        "henan-2022-14#（三）", rule.terms.clause
    )
    (tmp_path / "right.yaml").write_text(text, "utf-8")
    assert audit(corpus.clauses, tmp_path) == []
    (tmp_path / "right.yaml").unlink()
    said = refused(text.replace("months: 3", "months: 5"))
    assert "“a-rent”" in said
    assert "amount.parts：“5”在 quote 中找不到" in said


def test_a_reason_in_because_makes_a_reckoned_figure_right(
    tmp_path: Path, corpus: Corpus
):
    reckoned = RATE.replace("cap: 2_000_000", "cap: 4_000_000").replace(
        "payee:", "because: {amount.cap: 两年合计}\n  payee:"
    )
    (tmp_path / "right.yaml").write_text(reckoned, "utf-8")
    assert audit(corpus.clauses, tmp_path) == []


def test_numbers_are_exact_as_written(tmp_path: Path, corpus: Corpus):
    text = RATE.replace("cap: 2_000_000", "cap: 0.1").replace(
        "payee:", "because: {amount.cap: 试验}\n  payee:"
    )
    (tmp_path / "right.yaml").write_text(text, "utf-8")
    rules = load_rulebook(corpus.clauses, corpus.documents, tmp_path).rules
    amount = rules["a-rate"].terms.amount
    assert isinstance(amount, Share)
    assert (amount.cap, amount.rate) == (Decimal("0.1"), Decimal("0.1"))
    assert amount.cap is not None and str(amount.cap * 3) == "0.3"


@pytest.mark.parametrize("number", ['"2_000_000"', "200万", "yes", "-1"])
def test_a_number_is_a_plain_number(number: str, refused: Callable[[str], str]):
    said = refused(RATE.replace("2_000_000", number))
    assert "wrong.yaml 中的“a-rate”" in said
    assert "amount.rate.cap" in said
    assert "2_000_000" in said.partition("amount.rate.cap")[2] or "零" in said


def test_a_shape_that_is_none_is_refused(refused: Callable[[str], str]):
    said = refused(RATE.replace("shape: rate", "shape: ratio"))
    assert "wrong.yaml 中的“a-rate”" in said and "shape" in said
    assert "per_head" in said


def test_an_id_with_capitals_is_refused(refused: Callable[[str], str]):
    said = refused(RATE.replace("a-rate", "A_Rate"))
    assert "id 的编号“A_Rate”" in said and "英文小写" in said


def test_the_worked_example_of_the_guide_is_right(tmp_path: Path, corpus: Corpus):
    guide = (ROOT / "docs/write-a-rule.md").read_text("utf-8")
    blocks = re.findall(r"^```yaml\n(.+?)^```", guide, re.M | re.S)
    examples = [block for block in blocks if block.startswith("- id: ")]
    assert examples
    (tmp_path / "guide.yaml").write_text("".join(examples), "utf-8")
    assert audit(corpus.clauses, tmp_path) == []


def test_the_guide_explains_every_message_and_every_field():
    guide = (ROOT / "docs/write-a-rule.md").read_text("utf-8")
    fields = {*Terms.model_fields, *Conditions.model_fields}
    assert {name for name in fields if f"`{name}`" not in guide} == set()
    shapes = ("fixed", "per_head", "rate", "months")
    for shape in (*shapes, "promise", "limit", "multiple", "table"):
        assert f"{{shape: {shape}" in guide


def test_a_broken_vocabulary_is_said_before_any_rule(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    def broken() -> Vocabulary:
        raise DataError("inputs.yaml")

    monkeypatch.setattr(rule_audit, "load_vocabulary", broken)
    assert audit(corpus.clauses) == ["inputs.yaml"]
