"""Grading: each check bites, and the shared grader says the same."""

import importlib.util
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from assistant.answer import Answer, Citation, FigureCard, Notice
from assistant.chat import Assistant
from assistant.session import Session
from eval.cases import Expect, load_cases
from eval.grade import Asked, Grader
from eval.run import Run, run_cases
from eval.says import says

SHARED = Path(__file__).parent.parent.parent / "shared/qa"
DAY = date(2026, 11, 22)
QUESTION = "郑州国家级小巨人，买设备税后花了1500万，市里和省里能补多少？"
EXPECT = Expect.model_validate(
    {
        "behaviour": ["answer"],
        "clauses": [["henan-2022-14/附件3#二（三）"], ["zhengzhou-2024#三（一）1"]],
        "must_say": [["450万"], ["四百五十万元"]],
        "must_not_say": ["600万"],
        "amounts": [{"yuan": "4500000", "bound": "at_most"}],
        "not_amounts": ["6000000"],
        "notice": ["no_double"],
    }
)


@pytest.fixture(scope="module")
def good(assistant: Assistant) -> Answer:
    return assistant.ask(QUESTION, Session(), DAY)


@pytest.fixture(scope="module")
def grader(assistant: Assistant) -> Grader:
    return Grader(assistant.index.library, assistant.rulebook)


def failed(grader: Grader, answer: Answer, expect: Expect = EXPECT) -> set[str]:
    asked = Asked(expect, "calc", QUESTION + "\n", DAY)
    return set(grader.grade(answer, asked).faults)


def test_a_good_answer_passes_every_check(grader: Grader, good: Answer):
    graded = grader.grade(good, Asked(EXPECT, "calc", QUESTION, DAY))
    assert graded.passed and graded.first_right
    assert graded.precision == 1
    assert {"behaviour", "citations", "amounts", "status"} <= set(graded.checks)


def neighbour(citation: Citation) -> Citation:
    return replace(citation, clause="zhengzhou-2024#三（一）2")


@pytest.mark.parametrize(
    ("check", "spoil"),
    [
        ("behaviour", lambda a: replace(a, behaviour="clarify")),
        ("citations", lambda a: replace(a, citations=a.citations[:1])),
        ("must_say", lambda a: replace(a, text=a.text.replace("450万", "这些"))),
        ("must_not_say", lambda a: replace(a, text=a.text + "一共600万元")),
        ("amounts", lambda a: replace(a, figures=a.figures[1:])),
        ("notice", lambda a: replace(a, notices=())),
        ("figures_supported", lambda a: replace(a, text=a.text + "再加77万元")),
        ("markers", lambda a: replace(a, text=a.text + "[9]")),
        ("brief", lambda a: replace(a, text=a.text + "很长" * 400)),
        (
            "amounts",
            lambda a: replace(
                a, figures=tuple(replace(f, bound="exact") for f in a.figures)
            ),
        ),
        (
            "notice",
            lambda a: replace(a, notices=(*a.notices, Notice("draft", "征求意见稿"))),
        ),
        (
            "quotes_true",
            lambda a: replace(a, citations=tuple(neighbour(c) for c in a.citations)),
        ),
        (
            "status",
            lambda a: replace(
                a, citations=tuple(replace(c, status="draft") for c in a.citations)
            ),
        ),
    ],
)
def test_each_check_fails_on_what_it_is_for(
    grader: Grader, good: Answer, check: str, spoil
):
    assert check not in failed(grader, good)
    assert check in failed(grader, spoil(good))


def test_a_sum_that_must_not_be_there_is_seen(grader: Grader, good: Answer):
    card = good.figures[0]
    wrong = replace(card, yuan="6000000")
    assert "amounts" in failed(grader, replace(good, figures=(*good.figures, wrong)))


def test_a_refusal_that_is_due_admits_no_figure(grader: Grader):
    refuse = Expect(behaviour=("refuse",))
    card = FigureCard("x", "甲", "1", "exact", "enterprise", {}, ("1元",), ())
    shown = Answer("refuse", "不知道", figures=(card,))
    assert "amounts" in failed(grader, shown, refuse)
    assert "amounts" not in failed(grader, Answer("refuse", "不知道"), refuse)


def test_a_verdict_is_compared(grader: Grader, good: Answer):
    wanted = Expect(verdict="no")
    assert failed(grader, replace(good, verdict="yes"), wanted) == {"verdict"}


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        ("最多150万元", "150万", True),
        ("最多1,500,000元", "150万元", True),
        ("最多一百五十万元", "150万", True),
        ("最多115万元", "15万", False),
        ("共600家", "60", False),
        ("按 10 % 补", "10%", True),
        ("补一成", "10%", True),
        ("补百分之十", "10%", False),  # read by nobody: the texts write 10%
        ("由**市工信局**负责", "市工信局", True),
        ("没有写明", "市工信局", False),
    ],
)
def test_sums_are_compared_by_value(text: str, wanted: str, said: bool):
    assert says(text, wanted) is said


def theirs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("grade", SHARED / "grade.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not SHARED.exists(), reason="shared/qa is not on this machine")
def test_the_shared_grader_says_the_same(assistant: Assistant, runs: list[Run]):
    grade = theirs()
    clauses = json.loads((SHARED / "clauses.json").read_text("utf-8"))
    dev = run_cases(assistant, load_cases(SHARED / "dev.jsonl"))
    turns = 0
    for run in [*dev, *runs]:
        said = ""
        for asked, turn in zip(run.case.turns, run.turns, strict=True):
            said += asked.user + "\n"
            gold = json.loads(asked.expect.model_dump_json())
            row, day = turn.answer.to_json(), run.case.as_of.isoformat()
            found = grade.grade_turn(gold, row, said, clauses, day, run.case.kind)
            wrong = {name for name, right in found["checks"].items() if not right}
            assert wrong == set(turn.graded.faults), (run.case.id, asked.user)
            turns += 1
    assert turns > 1500


def test_sums_of_money_are_read_without_loss():
    amount = Expect.model_validate(
        {"amounts": [{"yuan": "0.30", "bound": ["exact", "at_most"]}]}
    ).amounts[0]
    assert amount.yuan == Decimal("0.3")
    assert amount.bounds == {"exact", "at_most"}
