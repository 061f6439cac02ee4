"""A model's sentence passes only where its evidence says all of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hostile_script import lies, not_its_own

from assistant.answer import Answer, Citation, FigureCard, Notice
from assistant.chat import Assistant
from assistant.evidence import evidence_of, sentences_of
from assistant.quotes import stands_in
from assistant.verify import Evidence, Passage, faults
from index.library import Library
from index.yaml_files import load_yaml
from prompts import words

GROUPS: list[dict[str, Any]] = load_yaml(Path(__file__).with_name("wording.yaml"))

ADVERSARY: list[dict[str, Any]] = load_yaml(Path(__file__).with_name("adversary.yaml"))


@dataclass(frozen=True)
class Row:
    group: dict[str, Any]
    says: str
    fault: str  # "" where it holds, "any" for whichever fault


def rows() -> list[Row]:
    found: list[Row] = []
    for group in GROUPS:
        found += [Row(group, says, "") for says in group["holds"]]
        for fault, sentences in group["fails"].items():
            found += [Row(group, says, fault) for says in sentences]
    return found


def evidence(group: dict[str, Any], library: Library) -> Evidence:
    """The evidence of an answer that cites and computes what a group says."""
    citations = []
    for marker, clause, quote in group["cites"]:
        assert stands_in(quote, library.clause(clause).text), quote
        document = library.documents[clause.partition("#")[0]]
        label = library.clause(clause).label
        citations.append(
            Citation(marker, clause, document.title, label, quote, "in_force")
        )
    figures = [
        FigureCard("rule", label, yuan, bound, "enterprise", {}, tuple(steps), (*at,))
        for label, yuan, bound, steps, at in group.get("figures", [])
    ]
    notices = (Notice("not_you", ""),) if group.get("not_you") else ()
    verdict = group.get("verdict")
    answer = Answer("answer", "", tuple(citations), tuple(figures), verdict, notices)
    return evidence_of(answer, library)


def test_there_are_enough_attacks():
    assert len([row for row in rows() if row.fault]) >= 150


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.says[:40])
def test_a_sentence_has_the_fault_that_it_has(row: Row, assistant: Assistant):
    found = faults(row.says, evidence(row.group, assistant.index.library))
    codes = {fault.code for fault in found}
    if row.fault == "any":
        assert codes
    elif row.fault:
        assert row.fault in codes, found
    else:
        assert not found


@pytest.mark.parametrize("row", ADVERSARY, ids=lambda row: row["text"][:30])
def test_no_words_of_a_clause_say_what_it_does_not(row: dict[str, Any]):
    names, of_figure = tuple(row.get("names", ())), row.get("of_figure", False)
    known = Evidence(
        tuple(
            Passage(1, text, names, of_figure=of_figure)
            for text in sentences_of(row["text"])
        )
    )
    found = {said: faults(f"{said}[1]。", known) for said in row["holds"]}
    assert not any(found.values()), found
    assert [said for said in row["fails"] if not faults(f"{said}[1]。", known)] == []


def test_what_a_soft_promise_governs_stays_with_it():
    soft, own = "鼓励各园区给予房租优惠；", "对入园企业电费进行补贴。"
    assert sentences_of(soft + own) == [(soft + own).strip("。")]
    assert sentences_of(f"给予房租优惠；{own}") == ["给予房租优惠", own.strip("。")]
    assert sentences_of(f"按10%补助。每户最高20万元。{own}") == [
        "按10%补助。每户最高20万元",
        own.strip("。"),
    ]


def test_every_fault_has_its_words_and_an_example():
    assert {row.fault for row in rows()} - {"", "any"} == set(words("model.faults"))


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["name"])
def test_no_lie_made_of_the_evidence_passes(
    group: dict[str, Any], assistant: Assistant
):
    known = evidence(group, assistant.index.library)
    lines = [(str(p.marker), p.text) for p in known.passages]
    passed = [
        (kind, said)
        for marker, text in lines
        for kind, said in lies(text, marker, not_its_own(text, lines))
        if not set(faults(said, known)) - {"too_long"}
    ]
    assert passed == []
