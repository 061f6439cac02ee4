"""The folders that the evaluation writes, the tables it reads, the comparisons."""

import csv
import json
import re
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import Workbook

from assistant.chat import Assistant
from eval.__main__ import main
from eval.against import BaselineError, differences
from eval.cases import Case, CaseError
from eval.gold_table import load_gold
from eval.interval import wilson
from eval.outcome import Outcome, Row
from eval.rule_report import rule_tables, rules_outcome
from eval.run import Run, run_cases
from eval.tally import by_check, by_kind, confusion, rate

TODAY = date(2026, 11, 22)
FILES = {"answers.jsonl", "cases.csv", "metrics.json", "config.json", "report.html"}
HEAD = ["问题", "条款", "应包含", "金额", "日期"]
ROWS = [
    ["郑州市级买设备补多少个点", "zhengzhou-2024#三（一）1", "10%", "", ""],
    [
        "洛阳的小巨人，买设备花了800万，能补多少？",
        "henan-2022-14/附件3#二（三）",
        "240万",
        "不超过240万元",
        "2026-11-22",
    ],
    ["北京有什么补贴", "", "", "", "2026年11月22日"],
]
Printed = pytest.CaptureFixture[str]


def table(path: Path, head: list[str] = HEAD, rows: list[list[object]] | None = None):
    """A gold set as .csv or .xlsx."""
    content = [head, *(ROWS if rows is None else rows)]
    if path.suffix == ".xlsx":
        book = Workbook()
        for row in content:
            book.active.append(row)
        book.save(path)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(content)
    return path


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Six cases: two to refuse, one that fails, and a script in a question."""
    cases = [
        ("a", "郑州的省级专精特新买设备，市里补几个点？", "answer", "10%"),
        ("b", "郑州新认定的国家级小巨人奖多少？", "answer", "没有这句话"),
        ("c", "北京的企业有什么补贴？", "refuse", ""),
        ("d", "今天天气怎么样", "refuse", ""),
        (
            "e",
            "<script>alert(1)</script>湖北的国家级小巨人奖多少钱？",
            "answer",
            "50万",
        ),
        ("f", "河南的国有房租减几个月？", "answer", "3个月"),
    ]
    clauses = {
        "a": "zhengzhou-2024#三（一）1",
        "b": "zhengzhou-2024#三（七）19",
        "e": "hubei-2023#九",
        "f": "henan-2022-14#一",
    }
    path = tmp_path / "gold.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for id_, user, behaviour, said in cases:
            expect = {"behaviour": [behaviour]}
            expect |= {"must_say": [[said]]} if said else {}
            expect |= {"clauses": [[clauses[id_]]]} if id_ in clauses else {}
            turns = [{"user": user, "expect": expect}]
            row = {"id": id_, "kind": "fact", "as_of": "2026-11-22", "turns": turns}
            file.write(json.dumps(row | {"note": "理由"}, ensure_ascii=False) + "\n")
    return path


class Tags(HTMLParser):
    """The tags of a page, and what they load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loaded += [v or "" for k, v in attrs if k in ("src", "href")]


@pytest.mark.usefixtures("settings")
def test_answers_leave_a_whole_report(gold: Path, tmp_path: Path, capsys: Printed):
    out = tmp_path / "out"
    assert main(["answers", str(gold), str(out)]) == 0
    assert {p.name for p in out.iterdir()} == FILES
    assert "6 例" in capsys.readouterr().out
    metrics = json.loads((out / "metrics.json").read_text("utf-8"))
    assert metrics["passed"]["of"] == 6 and metrics["passed"]["right"] == 5
    assert metrics["passed"]["low"] < 5 / 6 < metrics["passed"]["high"]
    assert metrics["checks"]["figures_supported"]["share"] == 1
    assert metrics["confusion"]["refuse"]["refuse"] == 2
    assert metrics["documents"]["hubei-2023"]["of"] == 1
    assert set(metrics["retrieval"]) == {
        *("whole", "without_lexical", "without_dense", "without_sentences"),
        *("without_filters", "without_paraphrases"),
    }
    assert metrics["retrieval"]["whole"]["cases"] == 4
    assert {"0.05", "0.5", "0.95"} <= set(metrics["refusal_sweep"])
    assert {"read", "search", "answer", "total"} <= set(metrics["latency_ms"])
    config = json.loads((out / "config.json").read_text("utf-8"))
    assert config["command"][:4] == ["python", "-m", "eval", "answers"]
    assert re.fullmatch("[0-9a-f]{64}", config["gold"][str(gold)])
    assert config["versions"]["language_model"] is None


@pytest.mark.usefixtures("settings")
def test_the_report_is_one_page_that_runs_nothing(gold: Path, tmp_path: Path):
    out = tmp_path / "out"
    main(["answers", str(gold), str(out)])
    page = (out / "report.html").read_text("utf-8")
    tags = Tags()
    tags.feed(page)
    assert "script" not in tags.tags and tags.loaded == []
    assert {"svg", "table", "details"} <= tags.tags
    assert "未通过的用例（1）" in page and "没有说到 没有这句话" in page
    for shown in (
        "95% 区间",
        "去掉词面（BM25）",
        "拒答阈值",
        "处理方式",
        "用时（毫秒）",
    ):
        assert shown in page


@pytest.mark.usefixtures("settings")
def test_what_changed_is_told_case_by_case(gold: Path, tmp_path: Path, capsys: Printed):
    first, second = tmp_path / "first", tmp_path / "second"
    main(["answers", str(gold), str(first)])
    text = gold.read_text("utf-8").replace("没有这句话", "200万").replace("10%", "11%")
    lines = text.splitlines()
    gold.write_text("\n".join([*lines[:-1], lines[-1].replace('"f"', '"g"')]), "utf-8")
    capsys.readouterr()
    assert main(["answers", str(gold), str(second), "--against", str(first)]) == 1
    told = capsys.readouterr().out
    assert "变坏 1 例，变好 1 例" in told and "新增 1 例，缺少 1 例" in told
    page = (second / "report.html").read_text("utf-8")
    assert "变坏 <b>a</b>" in page and "变好 <b>b</b>" in page


@pytest.mark.usefixtures("settings")
def test_a_baseline_that_is_none_is_told(gold: Path, tmp_path: Path, capsys: Printed):
    arguments = ["answers", str(gold), str(tmp_path / "out"), "--against"]
    assert main([*arguments, str(tmp_path / "none")]) == 1
    assert "找不到" in capsys.readouterr().err
    (tmp_path / "none").mkdir()
    (tmp_path / "none/cases.csv").write_text("问题\n", "utf-8")
    assert main([*arguments, str(tmp_path / "none")]) == 1
    assert "缺少列 id、passed、reason" in capsys.readouterr().err


def test_differences_tell_another_reason(tmp_path: Path):
    (tmp_path / "cases.csv").write_text("id,passed,reason\na,False,甲\n", "utf-8")
    (tmp_path / "metrics.json").write_text('{"share": 0.5, "latency_ms": 3}', "utf-8")
    now = Outcome([Row("a", "fact", False, "乙")], {"share": 0.6, "latency_ms": 9}, [])
    found = differences(now, tmp_path)
    assert [row.id for row in found.otherwise] == ["a"]
    assert found.numbers == {"share": (0.5, 0.6)}
    (tmp_path / "metrics.json").unlink()
    with pytest.raises(BaselineError, match=r"metrics\.json"):
        differences(now, tmp_path)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_table_is_a_gold_set(assistant: Assistant, tmp_path: Path, suffix: str):
    cases = load_gold(table(tmp_path / f"问答{suffix}"), TODAY)
    assert [case.id for case in cases] == ["问答-2", "问答-3", "问答-4"]
    assert {case.as_of for case in cases} == {TODAY}
    amount = cases[1].turns[0].expect.amounts[0]
    assert (amount.yuan, amount.bounds) == (2_400_000, {"at_most"})
    runs = run_cases(assistant, cases)
    assert [run.passed for run in runs] == [True, True, True]
    assert "behaviour" not in by_check(runs)


def test_only_the_columns_that_are_there_are_graded(tmp_path: Path):
    (case,) = load_gold(table(tmp_path / "q.csv", ["问题"], [["房租减几个月"]]), TODAY)
    assert case.turns[0].expect == case.turns[0].expect.__class__()


def test_cells_may_be_dates_numbers_and_lists(tmp_path: Path):
    rows = [
        ["问", "甲|乙；丙", "", 2000000, datetime.fromisoformat("2022-02-10")],
        ["", "", "", "", ""],
    ]
    (case,) = load_gold(table(tmp_path / "q.xlsx", rows=rows), TODAY)
    expect = case.turns[0].expect
    assert expect.clauses == (("甲", "乙"), ("丙",))
    assert case.as_of == date(2022, 2, 10)
    assert expect.amounts[0].yuan == 2_000_000


@pytest.mark.parametrize(
    ("head", "row", "told"),
    [
        (["条款"], ["x"], "没有“问题”一列"),
        (["问题", "答案"], ["x", "y"], "不认识的列 答案"),
        (HEAD, ["问", "", "", "很多钱", ""], "第 2 行“金额”栏：“很多钱”不是一个金额"),
        (HEAD, ["问", "", "", "", "去年"], "第 2 行“日期”栏：“去年”不是一个日期"),
        (HEAD, ["问", "", "", "", "2026-02-30"], "“2026-02-30”不是一个日期"),
    ],
)
def test_a_wrong_cell_is_told(
    tmp_path: Path, head: list[str], row: list[object], told: str
):
    with pytest.raises(CaseError, match=re.escape(told)):
        load_gold(table(tmp_path / "q.csv", head, [row]), TODAY)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("q.xlsx", b"no workbook", "不是可以打开的 .xlsx 文件"),
        ("q.csv", "问题\n中文".encode("gbk"), "不是 UTF-8 文本"),
    ],
)
def test_a_file_that_is_no_table_is_told(
    tmp_path: Path, name: str, content: bytes, told: str
):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CaseError, match=re.escape(told)):
        load_gold(tmp_path / name, TODAY)


@pytest.mark.usefixtures("settings")
def test_the_rules_are_computed_again(tmp_path: Path, capsys: Printed):
    assert main(["rules", str(tmp_path / "out")]) == 0
    metrics = json.loads((tmp_path / "out/metrics.json").read_text("utf-8"))
    assert metrics["passed"]["share"] == 1
    assert metrics["lines"] > 1000 and metrics["limits"] > 10
    assert f"通过 {metrics['lines']} / {metrics['lines']}" in capsys.readouterr().out


def test_a_rule_without_a_line_or_a_side_fails(assistant: Assistant):
    tables = rule_tables()
    whole = rules_outcome(assistant.rulebook, tables)
    assert all(row.passed for row in whole.rows)
    del tables["zhengzhou-first-prize"]
    lines = tables["zhengzhou-equipment"]
    limit = 1_000_000
    tables["zhengzhou-equipment"] = [
        line for line in lines if line.get("inputs", {}).get("investment") != limit
    ]
    worse = {
        r.id: r.reason
        for r in rules_outcome(assistant.rulebook, tables).rows
        if not r.passed
    }
    assert "没有这条规则的对照用例" in worse["zhengzhou-first-prize"]
    assert "恰为界限 1000000.00" in worse["zhengzhou-equipment"]


def test_rates_tell_how_sure_they_are(runs: list[Run]):
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert rate([]).share == 1
    kinds = by_kind(runs)
    assert sum(r.of for r in kinds.values()) == len(runs)
    counted = confusion(runs)
    turns = [t for r in runs for t in r.case.turns if t.expect.behaviour]
    assert sum(n for row in counted.values() for n in row.values()) == len(turns)


def test_of_several_behaviours_the_shown_one_counts(assistant: Assistant):
    row = {
        "id": "x",
        "kind": "clarify",
        "as_of": "2026-11-22",
        "turns": [{"user": "你好", "expect": {"behaviour": ["clarify", "answer"]}}],
    }
    (run,) = run_cases(assistant, [Case.model_validate(row)])
    counted = confusion([run])
    shown = run.turns[0].answer.behaviour
    assert counted[shown][shown] == 1 or counted["clarify"][shown] == 1
