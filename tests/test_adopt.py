"""A stored turn becomes a case with a person's correction, by one command."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.chat import Assistant
from assistant.session import Session
from assistant.staff.actor import Actor
from assistant.staff.reviews import Review, Right, review
from assistant.turn_log import Kept, TurnLog, keep
from assistant.versions import versions_of
from eval import adopt
from eval.__main__ import main
from eval.cases import load_cases
from index.settings import Settings

DAY = date(2026, 11, 22)
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def turn(
    assistant: Assistant,
    tmp_path: Path,
    settings: None,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """The second turn of a stored conversation; it holds a telephone number."""
    monkeypatch.setenv("POLICY_DATABASE_URL", f"sqlite:///{tmp_path}/turns.db")
    monkeypatch.setattr(adopt, "ADOPTED", tmp_path / "feedback.jsonl")
    monkeypatch.setattr(adopt.adopt, "__defaults__", (tmp_path / "feedback.jsonl",))
    log, session = TurnLog.of(Settings()), Session()
    versions = versions_of(assistant.index.manifest)
    for question in ("我们是洛阳的小巨人", "设备投了800万，补多少？电话13912345678"):
        assistant.ask(question, session, DAY)
        kept = keep(log, versions, session, DAY)
        assert isinstance(kept, Kept)
    return kept.turn


RIGHT = [
    *("--clauses", "henan-2022-14/附件3#二（三）", "--amounts", "不超过240万元"),
    *("--say", "240万|二百四十万", "--note", "省里30%，王工核对"),
]


def test_a_turn_and_what_came_before_it_become_a_case(
    turn: str, tmp_path: Path, capsys: Printed
):
    assert main(["adopt", turn, *RIGHT]) == 0
    assert f"fb-{turn}" in capsys.readouterr().out
    (case,) = load_cases(tmp_path / "feedback.jsonl")
    assert case.turns[0].user == "我们是洛阳的小巨人"
    assert "13912345678" not in case.model_dump_json()
    expect = case.turns[1].expect
    assert expect.clauses == (("henan-2022-14/附件3#二（三）",),)
    assert expect.must_say == (("240万", "二百四十万"),)
    assert (expect.amounts[0].yuan, expect.amounts[0].bound) == (2_400_000, "at_most")
    assert case.note == "省里30%，王工核对"
    assert case.turns[0].expect.behaviour == ()
    row = json.loads((tmp_path / "feedback.jsonl").read_text("utf-8"))
    assert row["as_of"] == "2026-11-22"


def test_a_turn_is_adopted_once(turn: str, capsys: Printed):
    assert main(["adopt", turn, *RIGHT]) == 0
    assert main(["adopt", turn, *RIGHT]) == 1
    assert "已经在" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--clauses", "henan#九", "--note", "x"], "没有条款 henan#九"),
        (["--amounts", "777万元", "--note", "x"], "金额 7770000"),
        (["--amounts", "许多", "--note", "x"], "“许多”不是一个金额"),
        (["--note", " "], "没有写明标准答案的理由"),
    ],
)
def test_a_correction_that_does_not_stand_is_refused(
    turn: str, tmp_path: Path, capsys: Printed, arguments: list[str], told: str
):
    assert main(["adopt", turn, *arguments]) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "feedback.jsonl").exists()


def test_what_a_supervisor_reviewed_becomes_cases(
    turn: str, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "feedback.jsonl"
    monkeypatch.setattr(adopt.adopt_reviews, "__defaults__", (path,))
    monkeypatch.setattr(adopt.adopted, "__defaults__", (path,))
    log, boss = TurnLog.of(Settings()), Actor("班长", "supervisor")
    right = Right("answer", "henan-2022-14/附件3#二（三）", amounts="不超过240万元")
    wrong = replace(right, amounts="不超过777万元")
    own = Review(turn, "设备补多少", wrong, "省里30%", offered=False)
    review(log, own, boss)
    assert main(["reviews"]) == 1
    assert f"{turn} 站不住" in capsys.readouterr().out
    review(log, replace(own, right=right), boss)
    assert main(["reviews"]) == 0
    assert "收作用例 1 个" in capsys.readouterr().out
    assert main(["reviews"]) == 0  # and only once
    assert "收作用例 0 个" in capsys.readouterr().out
    (case,) = load_cases(path)
    assert case.note == "省里30%（班长复核）"
    assert case.turns[1].expect.amounts[0].yuan == 2_400_000
    log.close()


def test_a_turn_that_is_not_there_is_told(turn: str, capsys: Printed):
    assert main(["adopt", "NOSUCHTURN22", *RIGHT]) == 1
    assert "NOSUCHTURN22" in capsys.readouterr().err
