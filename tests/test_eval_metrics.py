"""Retrieval metrics on rankings made by hand: AND of groups, OR inside a group."""

from datetime import date

import numpy as np
import pytest

from eval.cases import Case, CaseTurn, Expect
from eval.metrics import first_rank, hit_at_1, recall_at_k, reciprocal_rank
from eval.refusal import Decision, decision
from eval.retrieval import Scores, scores

RANKED = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("groups", "rank"),
    [
        ([["a"]], 1),
        ([["d"]], 4),
        ([["x"]], None),
        ([["x", "c"]], 3),
        ([["d"], ["b"]], 2),
        ([["x"], ["b"]], 2),
        ([], None),
        ([[]], None),
    ],
)
def test_the_first_rank_is_that_of_any_clause_of_any_group(
    groups: list[list[str]], rank: int | None
):
    assert first_rank(RANKED, groups) == rank
    assert hit_at_1(RANKED, groups) == float(rank == 1)
    assert reciprocal_rank(RANKED, groups) == (1 / rank if rank else 0)


@pytest.mark.parametrize(
    ("groups", "k", "recall"),
    [
        ([["a"]], 1, 1),
        ([["b"]], 1, 0),
        ([["b"]], 2, 1),
        ([["a"], ["d"]], 3, 0.5),
        ([["a"], ["d"]], 4, 1),
        ([["a", "x"], ["y", "b"]], 2, 1),
        ([["a", "b"], ["x"]], 4, 0.5),
        ([["x"]], 10, 0),
        ([["a"]], 0, 0),
        ([["a"], ["b"], ["x"]], 4, 2 / 3),
    ],
)
def test_recall_is_the_share_of_groups_with_a_clause_among_the_first_k(
    groups: list[list[str]], k: int, recall: float
):
    assert recall_at_k(RANKED, groups, k) == pytest.approx(recall)


def test_nothing_ranked_scores_nothing():
    assert first_rank([], [["a"]]) is None
    assert recall_at_k([], [["a"]], 10) == 0


def case(name: str, *groups: tuple[str, ...], turns: int = 1) -> Case:
    turn = CaseTurn(user="问", expect=Expect(clauses=groups))
    return Case(id=name, kind="fact", as_of=date(2026, 11, 22), turns=(turn,) * turns)


def test_scores_are_means_over_single_turns_with_gold_clauses():
    cases = [
        case("first", ("a",)),
        case("second", ("b",)),
        case("sixth", ("f",)),
        case("lost", ("x",)),
        case("nothing to find"),
        case("dialogue", ("a",), turns=2),
    ]
    ranked = {c.id: list("abcdefghij") for c in cases}
    assert scores(cases, ranked) == Scores(
        cases=4,
        hit_at_1=0.25,
        recall_at_5=0.5,
        recall_at_10=0.75,
        mrr=pytest.approx((1 + 1 / 2 + 1 / 6) / 4),
    )


def test_without_gold_clauses_there_is_nothing_to_score():
    assert scores([case("nothing to find")], {"nothing to find": ["a"]}).cases == 0


@pytest.mark.parametrize(
    ("answered", "answer", "expected"),
    [
        ("1100", "1100", Decision(4, 1, 1, 1)),
        ("1111", "1100", Decision(4, 0, 0, 1)),
        ("0000", "1100", Decision(4, 0.5, 1, 0)),
        ("1010", "1100", Decision(4, 0.5, 0.5, 0.5)),
        ("0", "0", Decision(1, 1, 1, 1)),
        ("1", "1", Decision(1, 0, 0, 1)),
    ],
)
def test_refusals_are_measured_on_both_sides(
    answered: str, answer: str, expected: Decision
):
    found = decision(*(np.array([c == "1" for c in row]) for row in (answered, answer)))
    assert found == expected
