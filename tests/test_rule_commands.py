"""calc, match and rules as an officer types them: what is printed, and what is said."""

import re
from pathlib import Path

import pytest

from assistant import rule_commands, rules
from assistant.__main__ import main
from assistant.rules import Rulebook
from prompts import words

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "examples/profile.yaml"
DAY = "2026-11-22"
EQUIPMENT = ["calc", "zhengzhou-equipment", "--place", "郑州市"]
PROVINCIAL = [*EQUIPMENT, "--level", "provincial"]

Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def no_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Rules are read from the texts: there is neither an index nor a model here."""
    monkeypatch.setenv("POLICY_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("POLICY_MODEL", str(tmp_path / "none"))


def printed(capsys: Printed, *arguments: str, day: str = DAY) -> str:
    """What a command prints when all is well."""
    code = main([*arguments, "--as-of", day])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    return out


def refused(capsys: Printed, *arguments: str) -> str:
    """What a command says when it cannot do what is asked."""
    code = main([*arguments, "--as-of", DAY])
    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    assert "Traceback" not in err
    return err


# calc


@pytest.mark.parametrize(
    ("investment", "line", "step"),
    [
        ("100.0001万", "不超过10.00001万元", "100.0001万元 × 10% = 10.00001万元"),
        ("1500万", "不超过150万元", "150万元不超过上限200万元"),
        ("2000万", "不超过200万元", "200万元不超过上限200万元"),
        ("2001万", "不超过200万元", "200.1万元超过上限200万元，按上限200万元计"),
        ("3亿", "不超过200万元", "3000万元超过上限200万元"),
        ("15000000元", "不超过150万元", "1500万元 × 10% = 150万元"),
        ("1500 万", "不超过150万元", "1500万元 × 10% = 150万元"),
    ],
)
def test_calc_above_the_threshold_shows_the_working(
    capsys: Printed, investment: str, line: str, step: str
):
    out = printed(capsys, *PROVINCIAL, "--set", f"investment={investment}")
    assert out.splitlines()[0] == f"设备、软件购置补助：{line}"
    assert step in out
    assert "付给：企业；文件状态：有效" in out
    assert "zhengzhou-2024#三（一）1" in out


@pytest.mark.parametrize("investment", ["100万", "99.9999万", "1元"])
def test_calc_at_and_below_the_threshold_is_not_met(capsys: Printed, investment: str):
    out = printed(capsys, *PROVINCIAL, "--set", f"investment={investment}")
    assert "不符合（设备、软件实际投资要超过100万元，填的是" in out
    assert "不超过10万元" not in out


def test_calc_names_every_missing_input(capsys: Printed):
    out = printed(capsys, *EQUIPMENT)
    assert "还缺 企业级别" in out
    assert "（level）、设备、软件实际投资（investment）" in out


def test_calc_asks_for_the_city_where_only_the_province_is_given(capsys: Printed):
    given = ["--place", "河南省", "--level", "provincial", "--set", "investment=200万"]
    out = printed(capsys, "calc", "zhengzhou-equipment", *given)
    assert "还缺 所在地区（place）" in out


@pytest.mark.parametrize("place", ["洛阳市", "武汉市", "湖北省武汉市洪山区"])
def test_calc_for_another_place_is_not_met(capsys: Printed, place: str):
    given = ["--place", place, "--level", "provincial", "--set", "investment=200万"]
    out = printed(capsys, "calc", "zhengzhou-equipment", *given)
    assert "不符合（只适用于河南省郑州市）" in out
    assert "万元 ×" not in out


def test_calc_for_another_level_is_not_met(capsys: Printed):
    given = ["--level", "innovative", "--set", "investment=200万"]
    out = printed(capsys, *EQUIPMENT, *given)
    assert "不符合（只给省级专精特新中小企业、国家级专精特新“小巨人”企业）" in out


def test_calc_after_the_last_day_gives_no_figure(capsys: Printed):
    given = [*PROVINCIAL, "--set", "investment=1500万"]
    assert "150万元" in printed(capsys, *given, day="2026-12-31")
    out = printed(capsys, *given, day="2027-01-01")
    assert "不符合（执行到2026年12月31日，已经结束）" in out
    assert "万元 ×" not in out


def test_calc_before_its_first_day_gives_no_figure(capsys: Printed):
    given = [*PROVINCIAL, "--set", "investment=1500万"]
    out = printed(capsys, *given, day="2024-12-18")
    assert "不符合" in out and "才有这项规定" in out
    assert "万元 ×" not in out


def test_calc_with_a_condition_denied_is_not_met(capsys: Printed):
    given = ["--set", "investment=1500万", "--set", "level_valid=否"]
    out = printed(capsys, *PROVINCIAL, *given)
    assert "不符合（须符合“专精特新或小巨人资格在有效期内”）" in out


def test_calc_of_a_sum_with_tax_asks_for_the_one_without(capsys: Printed):
    given = ["--set", "investment=1500万", "--set", "after_tax=否"]
    out = printed(capsys, *PROVINCIAL, *given)
    assert "还缺 投资额按税后计" in out
    assert "万元 ×" not in out


def test_calc_says_what_it_assumes_and_not_what_was_said(capsys: Printed):
    out = printed(capsys, *PROVINCIAL, "--set", "investment=1500万")
    assert "按符合处理：专精特新或小巨人资格在有效期内、投资额按税后计" in out
    given = ["--set", "investment=1500万", "--set", "after_tax=是"]
    out = printed(capsys, *PROVINCIAL, *given)
    assert "按符合处理：专精特新或小巨人资格在有效期内\n" in out


def test_calc_of_a_draft_says_so_and_whom_it_pays(capsys: Printed):
    given = ["--place", "上街区", "--set", "technicians_new=10人"]
    out = printed(capsys, "calc", "shangjie-technicians-new", *given)
    assert "3000元 × 10人 = 3万元" in out
    assert "付给：培养机构；文件状态：征求意见稿" in out


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1500", ["没有写单位", "元还是万元"]),
        ("-5万", ["不能小于零"]),
        ("负5万", ["不能小于零"]),
        ("0", ["不能为零"]),
        ("0万", ["不能为零"]),
        ("九千万亿", ["investment", "请"]),
        ("三五百万", ["是一个范围"]),
        ("100多万", ["请填一个确定的数"]),
        ("1500万美元", ["是外币", "人民币"]),
        ("$100", ["是外币"]),
        ("每年150万", ["不是一笔金额", "1500万"]),
        ("很多", ["不是一笔金额"]),
        ("nan", ["不是一笔金额"]),
        ("1e400", ["investment"]),
        ("1500万元;rm", ["不是一笔金额"]),
    ],
)
def test_calc_refuses_a_sum_that_is_none(capsys: Printed, value: str, words: list[str]):
    said = refused(capsys, *PROVINCIAL, "--set", f"investment={value}")
    assert f"设备、软件实际投资（investment）：“{value}”" in said
    assert [word for word in words if word not in said] == []


def test_calc_never_takes_a_million_millions_for_less(capsys: Printed):
    said = refused(capsys, *PROVINCIAL, "--set", "investment=一万亿")
    assert "“一万亿”" in said
    assert "大得不合常理" in said or "不是一笔金额" in said


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("1.5人", "应当是整数"),
        ("1.5", "应当是整数"),
        ("-3人", "不能小于零"),
        ("20多人", "是一个范围"),
        ("6家", "单位与这一项不符"),
        ("6万", "不是一个数"),
        ("6人8人", "不是一个数"),
        ("abc", "不是一个数"),
    ],
)
def test_calc_refuses_heads_that_are_none(capsys: Printed, value: str, word: str):
    given = ["--set", f"technicians_new={value}"]
    said = refused(capsys, "calc", "shangjie-technicians-new", *given)
    assert f"“{value}”" in said and word in said
    assert "（technicians_new）" in said


def test_calc_refuses_a_pair_without_a_value(capsys: Printed):
    for pair in ("investment", "investment=", "=", "investment 1500万"):
        said = refused(capsys, *PROVINCIAL, "--set", pair)
        assert f"“{pair}”应当写成 名称=值，如 investment=1500万" in said


def test_calc_refuses_an_input_given_twice(capsys: Printed):
    pairs = ["--set", "investment=300万", "--set", "investment=200万"]
    said = refused(capsys, *PROVINCIAL, *pairs)
    assert "“investment”填了不止一次" in said and "请填合计数" in said


def test_calc_names_the_rules_where_it_knows_none(capsys: Printed):
    said = refused(capsys, "calc", "zhengzhou-equipmnt")
    assert "没有编号为“zhengzhou-equipmnt”的规则" in said
    assert "zhengzhou-equipment" in said


def test_calc_names_the_inputs_of_the_rule_where_it_knows_none(capsys: Printed):
    said = refused(capsys, *PROVINCIAL, "--set", "invest=1500万")
    assert "“invest”既不是输入项，也不是事实条件" in said
    assert "investment（设备、软件实际投资）" in said
    assert "after_tax（投资额按税后计）" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "after_tax=也许"], ["after_tax", "应当是 是 或 否"]),
        (["--level", "省级"], ["没有名为“省级”的企业级别", "provincial（省级"]),
        (["--place", "火星"], ["地区“火星”不能确定", "河南省郑州市上街区"]),
        (["--place", "鼓楼区"], ["地区“鼓楼区”不能确定"]),
        (["--place", ""], ["地区“”不能确定"]),
    ],
)
def test_calc_says_what_may_be_written_instead(
    capsys: Printed, arguments: list[str], words: list[str]
):
    said = refused(capsys, "calc", "zhengzhou-equipment", *arguments)
    assert [word for word in words if word not in said] == []


def test_calc_divides_a_sum_between_those_who_pay(capsys: Printed):
    given = ["--place", "郑州市", "--set", "tickets_waived=30万"]
    out = printed(capsys, "calc", "henan-tickets", *given, day="2022-05-01")
    assert "30万元 × 50% = 15万元" in out
    assert "省级财政：7.5万元" in out and "属地财政：7.5万元" in out


def test_calc_of_what_has_shrunk_gives_no_figure(capsys: Printed):
    given = ["--set", "loan_opening=10亿", "--set", "loan_closing=9亿"]
    out = printed(capsys, "calc", "henan-loan-growth-reward", *given, day="2022-06-01")
    assert "不符合（普惠小微贷款余额增量不能小于零，现在是-1亿元）" in out


def test_calc_takes_a_number_from_the_rule_that_it_rests_on(capsys: Printed):
    out = printed(capsys, "calc", "henan-upgrade-pool", "--place", "郑州市")
    assert "不低于372家\n  310家 × 1.2 = 372家" in out


def test_calc_of_what_is_granted_in_words_gives_no_figure(capsys: Printed):
    given = ["calc", "henan-vat", "--set"]
    out = printed(capsys, *given, "monthly_sales=15万")
    assert "符合条件，条文没有可计算的数额" in out
    out = printed(capsys, *given, "monthly_sales=15.01万")
    assert "不符合（月销售额不得超过15万元，填的是15.01万元）" in out


def test_every_rule_can_be_reckoned_and_shown(capsys: Printed, rulebook: Rulebook):
    from assistant.calculator import Profile, assess
    from assistant.finding_text import describe
    from assistant.rule_text import rule_text

    day = rule_commands.date(2026, 11, 22)
    for rule in rulebook.rules.values():
        lines = describe(
            assess(rule, Profile(), day), Profile(), rulebook.vocabulary, day
        )
        assert rule.terms.quote in lines[-1]
        shown = rule_text(rule, rulebook, day)
        assert rule.terms.quote in shown and rule.terms.clause in shown


# match


def test_match_totals_what_the_sample_profile_may_have(capsys: Printed):
    out = printed(capsys, "match", "--profile", str(SAMPLE))
    assert "- 设备、软件购置补助：不超过150万元\n    1500万元 × 10% = 150万元" in out
    assert "6万元 + 6万元 = 12万元" in out
    assert "6000元 × 6人 = 3.6万元" in out
    assert re.search(r"^省级合计：15\.6万元", out, re.M)
    assert re.search(r"^市级合计：不超过200万元", out, re.M)
    assert "区县级合计" not in out  # a draft, and paid to the training institution
    assert "2026年12月31日截止：" in out
    assert "最先需要弄清的：" in out


def test_match_says_of_every_rule_what_becomes_of_it(
    capsys: Printed, rulebook: Rulebook
):
    out = printed(capsys, "match", "--profile", str(SAMPLE))
    counts = [int(n) for n in re.findall(r"的（(\d+)项）", out)]
    assert len(counts) == 4 and sum(counts) == len(rulebook.rules)
    assert "（hubei-equipment）：只适用于湖北省" in out
    assert "（henan-loan-extension）：执行到2022年12月31日，已经结束" in out


def test_match_keeps_the_better_of_two_that_exclude_each_other(
    capsys: Printed, tmp_path: Path
):
    profile = tmp_path / "profile.yaml"
    levels = "levels: [provincial, national_little_giant]"
    said = "facts: {newly_recognised: 是}"
    profile.write_text(f"place: 郑州市\n{levels}\n{said}", "utf-8")
    out = printed(capsys, "match", "--profile", str(profile))
    assert (
        "· 新认定省级专精特新中小企业一次性奖励与新认定国家级专精特新“小巨人”企业"
        "一次性奖励不能同时享受（“同一企业按照“从高、不重复”原则”），已取较高的一项。"
    ) in out


def test_match_asks_first_for_what_decides_most(capsys: Printed, tmp_path: Path):
    profile = tmp_path / "profile.yaml"
    profile.write_text("place: 郑州市上街区\ninputs: {investment: 1500万}", "utf-8")
    out = printed(capsys, "match", "--profile", str(profile))
    assert out.rstrip().splitlines()[-1].startswith("最先需要弄清的：")
    assert "- 设备、软件购置补助（zhengzhou-equipment）：企业级别" in out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["没有画像内容", "examples/profile.yaml"]),
        ("place: [", ["不是合法的 YAML"]),
        ("plase: 郑州市", ["不认识的字段 plase", "请核对拼写"]),
        ("levels: provincial", ["levels 应当是列表"]),
        ("levels: [省级]", ["没有名为“省级”的企业级别", "provincial"]),
        ("place: 火星", ["地区“火星”不能确定"]),
        ("inputs: {investment: 1500}", ["没有写单位"]),
        ("inputs: {invest: 1500万}", ["没有名为“invest”的输入项"]),
        ("inputs: {technicians_new: 1.5}", ["应当是整数"]),
        ("inputs: [1500万]", ["inputs 应当是"]),
        ("facts: {after_tax: 也许}", ["应当是 是 或 否"]),
        ("facts: {tax: 是}", ["没有名为“tax”的事实条件"]),
        ("- 1", ["应当是"]),
    ],
)
def test_match_says_what_is_wrong_with_a_profile(
    capsys: Printed, tmp_path: Path, text: str, words: list[str]
):
    profile = tmp_path / "profile.yaml"
    profile.write_text(text, "utf-8")
    said = refused(capsys, "match", "--profile", str(profile))
    assert [word for word in words if word not in said] == [], said


def test_match_says_where_there_is_no_profile(capsys: Printed, tmp_path: Path):
    assert "找不到文件" in refused(capsys, "match", "--profile", "没有.yaml")
    assert "没有画像内容" in refused(capsys, "match", "--profile", str(tmp_path))


# rules


def test_rules_list_names_every_rule_with_its_clause(
    capsys: Printed, rulebook: Rulebook
):
    lines = printed(capsys, "rules", "list").splitlines()
    assert [line.split("\t")[0] for line in lines] == list(rulebook.rules)
    assert "zhengzhou-equipment\t设备、软件购置补助\tzhengzhou-2024#三（一）1" in lines


def test_rules_show_reads_as_chinese(capsys: Printed):
    out = printed(capsys, "rules", "show", "zhengzhou-equipment")
    for line in (
        "名称：设备、软件购置补助",
        "条款：zhengzhou-2024#三（一）1",
        "付给：企业（enterprise）",
        "  算法：按比例（rate）",
        "  比例：10%",
        "  基数：设备、软件实际投资（investment）",
        "  上限：200万元",
        "  口径：不超过",
        "    设备、软件实际投资（investment）：100万元",
        "    - 投资额按税后计（after_tax）",
        "  市级财政：1",
        "  - 规则：设备、软件购置补贴（henan-equipment）",
        "截止日期：2026年12月31日",
    ):
        assert line in out.splitlines()
    assert "截至2026年11月22日：有效" in out
    assert not re.search(r'[{}"]', out)


def test_rules_show_knows_every_field(rulebook: Rulebook):
    names = words("figures.cli.fields") | words("figures.payers")
    places = {p for r in rulebook.rules.values() for p in _keys(r.terms.model_dump())}
    known = set(names) | set(rulebook.vocabulary.inputs)
    unknown = {p for p in places - known if p.isascii() and "." not in p}
    assert unknown - {"first", "last"} == set()


def _keys(content: object) -> set[str]:
    if isinstance(content, dict):
        return set(content) | {k for v in content.values() for k in _keys(v)}
    if isinstance(content, list | tuple):
        return {key for item in content for key in _keys(item)}
    return set()


def test_rules_show_without_a_known_rule_lists_them(capsys: Printed):
    for arguments in ([], ["gone"]):
        said = refused(capsys, "rules", "show", *arguments)
        assert "没有编号为" in said and "rules list" in said


def test_rules_check_finds_nothing_and_warns_of_what_is_over(
    capsys: Printed, rulebook: Rulebook
):
    *overdue, last = printed(capsys, "rules", "check").splitlines()
    assert last == f"{len(rulebook.rules)} 条规则全部通过核对。"
    assert any(line.startswith("henan-loan-extension（") for line in overdue)
    assert all("到期，计算器不再给出金额" in line for line in overdue)
    assert not any(line.startswith("zhengzhou-") for line in overdue)
    later = printed(capsys, "rules", "check", day="2027-01-01")
    assert "zhengzhou-equipment（设备、软件购置补助）已于 2026年12月31日 到期" in later


def test_rules_check_prints_every_fault_and_fails(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    source = ROOT / "assistant/rulebook/zhengzhou-2024.yaml"
    text = source.read_text("utf-8").replace("rate: 10%", "rate: 11%")
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    (tmp_path / "b.yaml").write_text("- id: b\n", "utf-8")
    monkeypatch.setattr(rules, "RULEBOOK", tmp_path)
    said = refused(capsys, "rules", "check")
    assert "a.yaml 中的“zhengzhou-equipment”有误" in said
    assert "amount.rate：“0.11”在 quote 中找不到" in said
    assert "提到的规则“henan-equipment”不存在" in said
    assert "b.yaml 中的“b”有误" in said and "缺少字段 quote" in said


# README


def test_the_readme_shows_what_the_commands_print(capsys: Printed):
    text = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(
        r"^\$ \S+ -m assistant ((?:calc|match|rules) .+)\n((?:.+\n)+?)(?=\$ |```|\n)",
        text,
        re.M,
    )
    assert len(shown) >= 2
    for command, output in shown:
        arguments = command.split()
        assert main(arguments) == 0
        assert capsys.readouterr().out == output
