"""Our own cases load, point at clauses that exist, and repeat no gold question."""

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.refusal import DecisionModel, decision_model
from eval.__main__ import main
from eval.cases import Case, CaseError, load_cases
from eval.refusal import decision, fit, must_refuse
from eval.run import run_cases, write_answers
from index.lexical import normalised
from index.read import Corpus
from index.yaml_files import load_yaml

ROOT = Path(__file__).parent.parent
GOLD = ROOT.parent / "shared/qa/dev.jsonl"
FILES = sorted((ROOT / "eval/cases").glob("*.jsonl"))
BARE = re.compile(r"[\W_]")
KEYS = {"behaviour", "text", "citations", "figures", "verdict", "notices", "questions"}


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [case for path in FILES for case in load_cases(path)]


@pytest.fixture
def few(tmp_path: Path, cases: list[Case]) -> Path:
    """A gold file of six cases, and an empty line."""
    chosen = [c.model_dump_json() for c in (*cases[:3], *cases[-3:])]
    (tmp_path / "few.jsonl").write_text("\n\n".join(chosen) + "\n", "utf-8")
    return tmp_path / "few.jsonl"


def test_there_are_cases_to_answer_and_cases_to_refuse(cases: list[Case]):
    assert len(FILES) >= 2
    refusals = sum(must_refuse(case) for case in cases)
    assert refusals >= 50
    assert len(cases) - refusals >= 300


def test_no_id_is_given_twice(cases: list[Case]):
    assert [i for i, n in Counter(c.id for c in cases).items() if n > 1] == []


def test_no_question_is_asked_twice(cases: list[Case]):
    asked = Counter(c.turns[0].user for c in cases if len(c.turns) == 1)
    assert [question for question, count in asked.items() if count > 1] == []


def test_every_gold_clause_exists(cases: list[Case], corpus: Corpus):
    named = {
        clause
        for case in cases
        for turn in case.turns
        for group in turn.expect.clauses
        for clause in group
    }
    front = {f"{d}#{part}" for d in corpus.documents for part in ("前言", "结语")}
    assert named - set(corpus.clauses) - front == set()


def test_a_case_to_refuse_names_no_clause(cases: list[Case]):
    refused = [case for case in cases if must_refuse(case)]
    assert [case.id for case in refused if case.turns[0].expect.clauses] == []


def test_every_numbered_clause_is_asked_for(cases: list[Case], corpus: Corpus):
    asked = {c for case in cases for g in case.turns[0].expect.clauses for c in g}
    numbered = {c.id for c in corpus.clauses.values() if not c.is_front_matter}
    assert numbered - asked == set()


def test_no_question_repeats_one_of_the_gold_set(cases: list[Case]):
    if not GOLD.exists():
        pytest.skip("shared/qa/dev.jsonl is not on this machine")

    def bare(question: str) -> str:
        return BARE.sub("", normalised(question)) or question

    rows = map(json.loads, GOLD.read_text("utf-8").splitlines())
    gold = {bare(t["user"]): row["id"] for row in rows for t in row["turns"]}
    repeated = [
        f"{case.id} = {gold[bare(turn.user)]}: {turn.user}"
        for case in cases
        for turn in case.turns
        if bare(turn.user) in gold
    ]
    assert repeated == [], "\n".join(repeated)


@pytest.mark.skipif(not GOLD.exists(), reason="shared/qa/dev.jsonl is not here")
def test_the_gold_set_loads_whole():
    loaded = load_cases(GOLD)
    assert len(loaded) == 120
    assert sum(len(case.turns) for case in loaded) == 153


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "few.jsonl:2"),
        ('{"id": "x"}', "kind"),
        ('{"id": "x", "kind": "a", "as_of": "2026-02-30", "turns": []}', "as_of"),
        (
            '{"id": "x", "kind": "a", "as_of": "2026-01-01", "turns": [], "n": 1}',
            "few.jsonl:2",
        ),
        (
            '{"id": "x", "kind": "a", "as_of": "2026-01-01",'
            ' "turns": [{"user": "问", "expect": {"behavior": ["answer"]}}]}',
            "behavior",
        ),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(few: Path, line: str, told: str):
    first = few.read_text("utf-8").splitlines()[0]
    few.write_text(f"{first}\n{line}\n", "utf-8")
    with pytest.raises(CaseError, match=told):
        load_cases(few)


def test_the_turns_of_a_case_are_one_conversation(assistant: Assistant, tmp_path: Path):
    turns = [
        {"user": "我们在湖北武汉"},
        {"user": "专精特新企业买设备、做技改，省里怎么补？"},
    ]
    row = {"id": "d", "kind": "dialogue", "as_of": "2026-11-22", "turns": turns}
    case = Case.model_validate(row)
    assert write_answers(run_cases(assistant, [case]), tmp_path / "answers.jsonl") == 2
    (line,) = (tmp_path / "answers.jsonl").read_text("utf-8").splitlines()
    written = json.loads(line)
    assert written["id"] == "d"
    assert {c["clause"][:10] for c in written["turns"][1]["citations"]} == {
        "hubei-2023"
    }
    assert written["turns"][1]["profile"]["place"].startswith("湖北")


@pytest.mark.usefixtures("settings")
def test_answers_are_written_a_line_a_case(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["answers", str(few), str(tmp_path / "out/deep")]) == 0
    lines = (tmp_path / "out/deep/answers.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["id"] for row in rows] == [case.id for case in load_cases(few)]
    for row in rows:
        assert all(set(turn) >= KEYS for turn in row["turns"])
    assert "6 例" in capsys.readouterr().out


@pytest.mark.usefixtures("settings")
def test_rankings_are_written_and_scored_and_a_part_may_be_left_out(
    few: Path, tmp_path: Path, corpus: Corpus, capsys: pytest.CaptureFixture[str]
):
    out = str(tmp_path / "out")
    assert main(["retrieval", str(few), out]) == 0
    whole = json.loads(capsys.readouterr().out)
    lines = (tmp_path / "out/rankings.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["id"] for row in rows] == [case.id for case in load_cases(few)]
    for row in rows:
        assert len(set(row["ranked"])) == len(row["ranked"]) <= 10
        assert set(row["ranked"]) <= set(corpus.clauses)
    assert set(whole) == {"cases", "hit_at_1", "recall_at_5", "recall_at_10", "mrr"}
    arguments = ["--without", "lexical", "--without", "question"]
    assert main(["retrieval", str(few), out, *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["cases"] == whole["cases"]


@pytest.mark.usefixtures("settings")
def test_refusals_are_measured_on_several_files(
    few: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["refusals", str(few), str(few)]) == 0
    assert json.loads(capsys.readouterr().out)["cases"] == 12


@pytest.mark.usefixtures("settings")
def test_a_gold_file_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["refusals", str(tmp_path / "none.jsonl")]) == 1
    assert "none.jsonl" in capsys.readouterr().err


def test_the_decision_can_be_fitted_again(
    assistant: Assistant, cases: list[Case], tmp_path: Path
):
    path = tmp_path / "refusal.yaml"
    fitted = fit(assistant, cases[::6], path)
    assert 0.8 <= fitted.answered <= 1
    written = DecisionModel.model_validate(load_yaml(path))
    assert set(written.weights) == set(decision_model().weights)
    assert 0 < written.threshold < 1


def test_most_is_answered_that_can_be_and_refused_that_must_be(
    answers: list[tuple[Case, Answer]],
):
    answered = np.array([answer.behaviour != "refuse" for _, answer in answers])
    found = decision(answered, np.array([not must_refuse(c) for c, _ in answers]))
    assert found.answered >= 0.95
    assert min(found.recall, found.precision) >= 0.8


def test_a_day_before_every_text_is_a_day_like_any_other(assistant: Assistant):
    case = {"id": "old", "kind": "fact", "as_of": "1999-01-01"}
    turns = [{"user": "郑州买设备补多少"}]
    loaded = Case.model_validate({**case, "turns": turns})
    assert loaded.as_of == date(1999, 1, 1)
    assert assistant.search(loaded.turns[0].user, loaded.as_of).hits
