"""Whatever is asked: no exception, and every answer holds the invariants."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.chat import LONGEST_QUESTION, Assistant
from assistant.session import Session
from eval.__main__ import main
from eval.fuzz import trials
from eval.fuzz_questions import KINDS, Material, item, items, load_material
from eval.invariants import Asked, Invariants
from eval.supported import numbers

DAY = date(2026, 11, 22)
QUESTION = "郑州国家级小巨人，买设备税后花了1500万，市里和省里能补多少？"
COUNT = 250


@pytest.fixture(scope="module")
def material() -> Material:
    return load_material()


@pytest.fixture(scope="module")
def asked(assistant: Assistant) -> Asked:
    """A good answer with two figures, to be spoiled."""
    session = Session()
    answer = assistant.ask(QUESTION, session, DAY)
    assert len(answer.figures) == 2
    place = ("河南省", "郑州市")
    return Asked(QUESTION, QUESTION, answer, session, DAY, (place,))


def test_no_item_breaks_an_invariant(assistant: Assistant, material: Material):
    found = trials(assistant, items(COUNT, 7, material), material)
    assert [(t.item.seed, t.turn, t.faults) for t in found if t.faults] == []


def test_items_are_made_again_from_their_seed(material: Material):
    made = list(items(60, 1, material))
    assert [item(one.seed, material) for one in made] == made
    assert {one.kind for one in made} == set(KINDS)
    lengths = [len(turn) for one in items(2000, 1, material) for turn in one.turns]
    assert max(lengths) > LONGEST_QUESTION > sorted(lengths)[-20] > 3000


def broken(assistant: Assistant, asked: Asked, answer: Answer) -> str:
    return "\n".join(Invariants(assistant).broken(replace(asked, answer=answer)))


def test_a_good_answer_breaks_nothing(assistant: Assistant, asked: Asked):
    assert broken(assistant, asked, asked.answer) == ""


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"text": "可以拿480万元。[1][2]"}, "unsupported: ['4800000元']"),
        ({"text": "按31%计算。[1][2]"}, "unsupported: ['31%']"),
        ({"text": "截至2025年1月2日有效。[1][2]"}, "unsupported"),
        ({"text": "见[3]。"}, "markers"),
        ({"text": ""}, "length: 0"),
        ({"text": "{amount}[1][2]"}, "markup: '{amount}'"),
        ({"text": "<b>[1][2]"}, "markup: '<b'"),
        ({"text": "\ud800[1][2]"}, "encoding"),
        ({"behaviour": "clarify"}, "questions: 0 in a clarify"),
        ({"behaviour": "refuse"}, "refuse: with figures"),
        ({"verdict": "maybe"}, "behaviour: answer maybe"),
        ({"notices": (), "as_of": date(2027, 1, 1)}, "expired: figure of"),
        ({"places": (("湖北省",),)}, "place: figure of zhengzhou-2024"),
        ({"places": ((),)}, "place: citation of henan-2022-14/附件3"),
        ({"quote": "最高不超过900万元"}, "quote: "),
        ({"yuan": "5000001"}, "cap: 5000001"),
        ({"yuan": "1"}, "rate: 1 of 15000000"),
        ({"bound": "exact"}, "cap: henan-equipment exact"),
        ({"payee": "bank"}, "payee: bank"),
        ({"figure_citations": ()}, "uncited"),
    ],
)
def test_a_spoiled_answer_is_noticed(
    assistant: Assistant, asked: Asked, change: dict, fault: str
):
    answer = asked.answer
    mine = {k: v for k, v in change.items() if hasattr(answer, k)}
    card = {k: v for k, v in change.items() if k in ("yuan", "bound", "payee")}
    if "figure_citations" in change:
        card["citations"] = ()
    first = next(f for f in answer.figures if f.rule == "henan-equipment")
    figures = tuple(replace(f, **card) if f is first else f for f in answer.figures)
    if "quote" in change:
        quoted = replace(answer.citations[0], quote=change["quote"])
        mine["citations"] = (quoted, *answer.citations[1:])
    turn = {k: v for k, v in change.items() if k in ("as_of", "places")}
    spoiled = replace(answer, **{"figures": figures, **mine})
    assert fault in broken(assistant, replace(asked, **turn), spoiled)


def test_a_sentence_withheld_counts_as_an_exception(
    assistant: Assistant, material: Material, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("assistant.grounding.borne_out", lambda span: False)
    one = replace(item("1:1", material), turns=(QUESTION,))
    (trial,) = trials(assistant, [one], material)
    assert "Unsound" in trial.faults[0] and "grounding.py" in trial.faults[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,500.5万元", {("元", "15005000")}),
        ("最高五百万元、10％", {("元", "5000000"), ("%", "10")}),
        ("6个月，一次性", {("", "6")}),
        ("三成，成功，千万不要", {("%", "30")}),
        ("5‰", {("%", "0.5")}),
    ],
)
def test_numbers_are_read_by_value(text: str, expected: set[tuple[str, str]]):
    assert {(kind, f"{value:f}") for kind, value in numbers(text)} == expected


@pytest.mark.usefixtures("settings")
def test_the_command_writes_what_it_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["fuzz", "--count", "12", "--seed", "3", str(tmp_path)]) == 0
    assert '"exceptions": 0' in capsys.readouterr().out
    assert '"slowest": [' in (tmp_path / "fuzz.json").read_text("utf-8")
