"""Gold cases can be trusted: a wrong id, sum or working in one is seen."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.rules import Rulebook
from eval.__main__ import main
from eval.cases import Amount, Case, Expect, load_cases
from eval.coverage import coverage, limits_of, nearness
from eval.gate import gate_cases
from eval.gold_check import case_faults, repeated
from eval.working import results
from index.read import Corpus

SHARED = Path(__file__).parent.parent.parent / "shared/qa/dev.jsonl"


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return gate_cases()


def test_every_case_stands(cases: list[Case], corpus: Corpus):
    wrong = {c.id: f for c in cases if (f := case_faults(c, corpus.clauses))}
    assert wrong == {}


@pytest.mark.skipif(not SHARED.exists(), reason="shared/qa is not on this machine")
def test_no_question_is_one_of_the_shared_set(cases: list[Case]):
    shared = load_cases(SHARED)
    assert repeated(cases, shared) == []
    assert repeated(shared[:3], shared) == [case.id for case in shared[:3]]


def test_the_set_asks_for_everything(
    cases: list[Case], corpus: Corpus, rulebook: Rulebook
):
    found = coverage(cases, corpus, rulebook)
    assert found.cases >= 400
    assert found.dialogues >= 60
    assert found.refusals_and_attacks >= 80
    assert found.unasked == found.uncalled == found.one_sided == ()
    assert found.limits == sum(len(limits_of(r)) for r in rulebook.rules.values()) > 10
    assert min(found.notices.values()) >= 20
    assert {"2022-02-10", "2026-11-22", "2027-01-05"} <= set(found.days)


def wrong_sum(amount: Amount) -> Amount:
    """The sum with its first digit another one."""
    digits = f"{amount.yuan:f}"
    other = str(int(digits[0]) % 9 + 1)
    return Amount(yuan=Decimal(other + digits[1:]), bound=amount.bound)


def test_a_wrong_sum_in_the_gold_is_seen(cases: list[Case], corpus: Corpus):
    made, missed = 0, list[str]()
    for case in cases:
        for number, turn in enumerate(case.turns):
            for amount in turn.expect.amounts:
                expect = Expect(amounts=(wrong_sum(amount),))
                turns = list(case.turns)
                turns[number] = turn.model_copy(update={"expect": expect})
                clauses = Expect(
                    clauses=tuple(g for t in case.turns for g in t.expect.clauses)
                )
                turns.append(turn.model_copy(update={"expect": clauses}))
                spoiled = case.model_copy(update={"turns": tuple(turns)})
                made += 1
                if not case_faults(spoiled, corpus.clauses):
                    missed.append(f"{case.id} {amount.yuan:f}")
    assert made > 400
    assert len(missed) <= 0.15 * made, missed


@pytest.mark.parametrize(
    ("note", "values", "wrong"),
    [
        ("1500万×10%=150万", {1_500_000}, []),
        ("min(26000000*0.10,2000000)=2000000", {2_000_000}, []),
        ("12×5000+8×6000=108000；另说", {108_000}, []),
        ("3亿×0.1%=30万，5万+1万=6万", {300_000, 60_000}, []),
        ("500万/30%≈1666.67万", {16_666_700}, []),
        ("1500万×10%=160万", set(), ["1500万*10%=160万"]),
        ("50-10=40万", set(), ["50-10=40万"]),
        ("省里30%=不算", set(), []),
        ("10//3=3", {3}, []),
        ("1/0=5", set(), []),
        ("没有算式", set(), []),
    ],
)
def test_the_working_in_a_note_is_worked_out(
    note: str, values: set[int], wrong: list[str]
):
    found, faults = results(note)
    assert {Decimal(v) for v in values} <= found
    assert faults == wrong


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"note": " "}, "没有写明标准答案的理由"),
        ({"clauses": [["zhengzhou-2024#九"]]}, "没有条款 zhengzhou-2024#九"),
        ({"amounts": [{"yuan": "1234567", "bound": "exact"}]}, "金额 1234567"),
        ({"must_say": [["77万元"]]}, "金额 770000"),
        ({"note": "1500万×10%=15万"}, "算式不成立"),
    ],
)
def test_what_is_wrong_with_a_case_is_told(
    corpus: Corpus, change: dict[str, object], told: str
):
    expect: dict[str, object] = {"clauses": [["zhengzhou-2024#三（一）1"]]}
    row = {
        "id": "x",
        "kind": "calc",
        "as_of": "2026-11-22",
        "turns": [{"user": "设备1500万补多少", "expect": expect}],
        "note": "三（一）1",
    }
    if "note" in change:
        row |= change
    else:
        expect |= change
    assert told in "\n".join(case_faults(Case.model_validate(row), corpus.clauses))


def test_the_command_tells_faults_and_gaps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cases: list[Case]
):
    path = tmp_path / "few.jsonl"
    spoiled = cases[0].model_copy(update={"note": ""})
    path.write_text(spoiled.model_dump_json() + "\n", "utf-8")
    assert main(["check", str(path), "--shared", str(path)]) == 1
    told = capsys.readouterr().out
    assert "没有写明标准答案的理由" in told
    assert "与另一套用例的问题重复" in told
    assert json.loads(told.splitlines()[-1])["cases"] == 1


def test_nearness_is_the_share_of_a_questions_pairs():
    assert nearness("房租减免", "对承租国有房屋的，房租减免3个月") == 1
    assert nearness("铺子租金", "房租减免") == 0
    assert nearness("", "房租") == 0
