"""The gate opens for the program as it is, and for none that is made worse."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assistant import chat, grounding
from assistant.answer import Answer, Citation
from assistant.chat import Assistant
from assistant.rules import Rule, Rulebook
from assistant.shapes import Fixed, PerHead, Relief, Share
from eval import gate
from eval.__main__ import main
from eval.gate import (
    gate_faults,
    gate_metrics,
    load_baseline,
    load_missed,
    of_cases,
    of_metrics,
)
from eval.run import Run, graded_run, run_cases
from index.ranking import PlacePath
from index.read import Corpus

FEW = 8  # cases tried for each rule that is made wrong
SUMS = (Fixed, PerHead, Share, Relief)


@pytest.fixture(scope="module")
def missed() -> dict[str, str]:
    return load_missed()


@pytest.fixture(scope="module")
def passing(runs: list[Run]) -> list[Run]:
    return [run for run in runs if run.passed]


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in use: a sentence that nothing bears out is withheld, not raised."""
    monkeypatch.setattr(grounding, "strict", False)


def test_the_gate_is_open(
    assistant: Assistant, runs: list[Run], missed: dict[str, str]
):
    metrics = gate_metrics(assistant, runs)
    assert gate_faults(runs, metrics, load_baseline(), missed) == []


def test_what_is_missed_is_little_and_has_a_reason(
    runs: list[Run], missed: dict[str, str]
):
    assert all(len(reason) > 5 for reason in missed.values())
    assert len(missed) <= 0.1 * len(runs)
    amounts = [
        r.case.id for r in runs if any("amounts" in t.graded.faults for t in r.turns)
    ]
    assert set(amounts) <= set(missed)


def caught(
    assistant: Assistant, runs: Sequence[Run], missed: dict[str, str]
) -> set[str]:
    """The cases that the gate names."""
    return {fault.split()[0] for fault in of_cases(runs, missed)} & {
        run.case.id for run in runs
    }


# 1. A digit of a rule.


def wrong_digit(rule: Rule) -> Rule:
    """The rule with another first digit in its sum, rate or share."""
    amount = rule.terms.amount
    match amount:
        case Fixed() | PerHead():
            changed = amount.model_copy(update={"sum": other(amount.sum)})
        case Share():
            changed = amount.model_copy(update={"rate": other(amount.rate)})
        case Relief():
            part = amount.parts[0]
            parts = (part.model_copy(update={"months": part.months + 1}),)
            changed = amount.model_copy(update={"parts": (*parts, *amount.parts[1:])})
        case _:
            raise AssertionError(rule.id)
    terms = rule.terms.model_copy(update={"amount": changed})
    return replace(rule, terms=terms)


def other(number: Decimal) -> Decimal:
    sign, digits, exponent = number.normalize().as_tuple()
    return Decimal((sign, (digits[0] % 9 + 1, *digits[1:]), exponent))


def with_rule(assistant: Assistant, rule: Rule) -> Assistant:
    rules = {**assistant.rulebook.rules, rule.id: rule}
    return Assistant(assistant.index, replace(assistant.rulebook, rules=rules))


@pytest.mark.usefixtures("lenient")
def test_a_digit_swapped_in_a_rule_is_caught(
    assistant: Assistant,
    passing: list[Run],
    missed: dict[str, str],
    rulebook: Rulebook,
):
    tried, through = 0, list[str]()
    for rule in rulebook.rules.values():
        if not isinstance(rule.terms.amount, SUMS):
            continue
        using = [
            run.case
            for run in passing
            if any(f.rule == rule.id for t in run.turns for f in t.answer.figures)
            and any(t.expect.amounts for t in run.case.turns)
        ][:FEW]
        worse = with_rule(assistant, wrong_digit(rule))
        tried += 1
        if not caught(assistant, run_cases(worse, using), missed):
            through.append(f"{rule.id} ({len(using)})")
    assert tried > 30
    assert through == []


# 2. to 3. An answer that is changed on its way out.


def next_clause(corpus: Corpus) -> Callable[[Answer], Answer]:
    """Every citation names the clause after its own; its quote stays."""
    ids = list(corpus.clauses)

    def spoiled(citation: Citation) -> Citation:
        after = ids[(ids.index(citation.clause) + 1) % len(ids)]
        return replace(citation, clause=after)

    return lambda a: replace(a, citations=tuple(map(spoiled, a.citations)))


def without(code: str) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, notices=tuple(n for n in a.notices if n.code != code))


def spoil(
    assistant: Assistant, runs: Sequence[Run], change: Callable[[Answer], Answer]
) -> list[Run]:
    return [
        graded_run(assistant, run.case, [change(t.answer) for t in run.turns])
        for run in runs
    ]


def test_a_neighbouring_clause_is_caught(
    assistant: Assistant, passing: list[Run], missed: dict[str, str], corpus: Corpus
):
    cited = [r for r in passing if any(t.answer.citations for t in r.turns)]
    spoiled = spoil(assistant, cited, next_clause(corpus))
    assert caught(assistant, spoiled, missed) == {run.case.id for run in cited}


@pytest.mark.parametrize(
    "code", ["expired", "draft", "no_double", "not_you", "ratio_unspecified"]
)
def test_a_notice_that_is_dropped_is_caught(
    assistant: Assistant, passing: list[Run], missed: dict[str, str], code: str
):
    wanting = [r for r in passing if any(code in t.expect.notice for t in r.case.turns)]
    assert len(wanting) >= 15
    spoiled = spoil(assistant, wanting, without(code))
    assert caught(assistant, spoiled, missed) == {run.case.id for run in wanting}


# 4. to 5. A program that is made worse.


def test_the_other_provinces_rule_is_caught(
    assistant: Assistant,
    passing: list[Run],
    missed: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
):
    places_of = chat.places_of

    def elsewhere(*given: Any) -> tuple[PlacePath, ...]:
        swap = {"河南省": ("湖北省",), "湖北省": ("河南省",)}
        return tuple(swap.get(path[0], path) for path in places_of(*given))

    cases = [
        run.case
        for run in passing
        if len(run.turns) == 1
        and run.turns[0].answer.figures
        and run.case.turns[0].expect.amounts
        and run.turns[0].answer.place
        and run.case.kind != "compare"  # two provinces swapped are the same two
    ][::4]
    assert len(cases) > 50
    monkeypatch.setattr(chat, "places_of", elsewhere)
    runs = run_cases(assistant, cases)
    assert caught(assistant, runs, missed) == {case.id for case in cases}


def test_an_answer_where_it_should_refuse_is_caught(
    assistant: Assistant,
    passing: list[Run],
    missed: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
):
    cases = [
        run.case
        for run in passing
        if run.turns[0].answer.reason in ("outside", "silent", "authority")
        and run.case.turns[0].expect.behaviour == ("refuse",)
    ]
    assert len(cases) > 100
    monkeypatch.setattr(chat, "stance_of", lambda *given: "stands")
    runs = run_cases(assistant, cases)
    answered = {r.case.id for r in runs if r.turns[0].answer.behaviour != "refuse"}
    assert len(answered) > 0.9 * len(cases)
    assert caught(assistant, runs, missed) >= answered


# The numbers, and the list.


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (("checks", "figures_supported"), "figures_supported 必须是 100%"),
        (("checks", "quotes_true"), "quotes_true 必须是 100%"),
        (("retrieval", "hit_at_1"), "retrieval.hit_at_1 低于基线"),
        (("refusals", "recall"), "refusals.recall 低于基线"),
        (("kinds", "calc"), "kinds.calc 低于基线"),
    ],
)
def test_a_number_that_falls_shuts_the_gate(path: tuple[str, str], told: str):
    baseline = load_baseline()
    worse = json.loads(json.dumps(baseline))
    worse[path[0]][path[1]] -= 0.01
    assert list(of_metrics(baseline, baseline)) == []
    assert told in "\n".join(of_metrics(worse, baseline))


def test_the_list_is_kept_up(passing: list[Run]):
    id_ = passing[0].case.id
    listed = list(of_cases(passing[:1], {id_: "以前没通过", "nowhere": "没有这个"}))
    assert f"{id_} 已经通过" in listed[0]
    assert "没有这个用例" in listed[1]


@pytest.mark.usefixtures("settings")
def test_the_command_tells_and_writes(
    assistant: Assistant,
    passing: list[Run],
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    few = [run.case for run in passing[:5]]
    monkeypatch.setattr(gate, "gate_cases", lambda: few)
    monkeypatch.setattr(gate, "METRICS", tmp_path / "metrics.json")
    monkeypatch.setattr(gate, "MISSED", tmp_path / "missed.yaml")
    (tmp_path / "missed.yaml").write_text("nowhere: 没有这个用例了\n", "utf-8")
    assert main(["gate", "--write"]) == 0
    assert main(["gate"]) == 1
    assert "nowhere" in capsys.readouterr().out
    (tmp_path / "missed.yaml").write_text("{}\n", "utf-8")
    assert main(["gate"]) == 0
    assert "通过：5 例" in capsys.readouterr().out
