"""The comparison's scorer on hand-made hits, and its page against its numbers."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.comparison.job import Hit, Reply, Report
from benchmarks.comparison.report import HERE, TARGET, share, write_report
from benchmarks.comparison.scoring import clauses_shown, score
from eval.cases import Amount, Case, CaseTurn, Expect
from index.read import Corpus

CLAUSE, NEXT = "hubei-2023#九", "hubei-2023#十"


def span(corpus: Corpus, clause: str) -> tuple[str, int, int]:
    place = corpus.clauses[clause].sources[0]
    return (place.file, place.start, place.end)


def case(name: str, expect: Expect) -> Case:
    turn = CaseTurn(user="问", expect=expect)
    return Case(id=name, kind="fact", as_of=date(2026, 11, 22), turns=(turn,), note="")


def test_half_of_a_clause_is_a_clause_shown(corpus: Corpus):
    file, start, end = span(corpus, CLAUSE)
    middle = (start + end) // 2
    assert clauses_shown([(file, start, end)], corpus) == {CLAUSE}
    assert clauses_shown([(file, start - 2000, middle + 1)], corpus) >= {CLAUSE}
    assert CLAUSE not in clauses_shown([(file, start - 2000, middle - 5)], corpus)
    assert clauses_shown([(file, middle, middle + 20)], corpus) == {CLAUSE}
    assert clauses_shown([("other.txt", start, end)], corpus) == set()


def test_every_number_follows_from_the_replies(corpus: Corpus):
    right, wrong = span(corpus, CLAUSE), span(corpus, "zhengzhou-2024#三（一）1")
    answered = Expect(
        clauses=((CLAUSE,),),
        amounts=(Amount(yuan=Decimal(1_600_000), bound="at_most"),),
    )
    both = Expect(clauses=((CLAUSE,), (NEXT,)))
    refused = Expect(behaviour=("refuse",))
    replies = [
        Reply([Hit([wrong], 0.9), Hit([right], 0.8)], "最高160万元", cited=[[right]]),
        Reply([Hit([right], 0.7)], "没有金额"),
        Reply([Hit([wrong], 0.2)], "不在范围内"),
    ]
    cases = [case("a", answered), case("b", both), case("c", refused)]
    found = score(cases, Report(replies, [10.0, 20.0, 30.0], 5.0, 100), corpus)
    assert (found.recall_at_1, found.recall_at_5) == (0.25, 0.75)
    assert found.mrr == 0.75
    assert (found.first_right.right, found.first_right.of) == (1, 2)
    assert found.cited is not None and found.cited.share == 1
    assert (found.wrong_place.right, found.wrong_place.of) == (1, 2)
    assert (found.sums.right, found.sums.of) == (1, 1)
    assert found.refusals == 1.0  # 0.2 lies below every other first score
    assert (found.p50, found.characters) == (20.0, 5)


def test_who_refuses_is_judged_by_what_it_decided(corpus: Corpus):
    hit = [Hit([span(corpus, CLAUSE)], 0.5)]
    answered = case("a", Expect(clauses=((CLAUSE,),)))
    cases = [answered, answered, case("b", Expect(behaviour=("refuse",)))]
    replies = [Reply(hit, "", refused=r) for r in (False, True, True)]
    found = score(cases, Report(replies, [1.0] * 3, 1.0, 1), corpus)
    assert found.refusals == pytest.approx((0.5 + 1) / 2)


def test_the_page_shows_the_numbers_that_were_measured(tmp_path: Path):
    results = json.loads((HERE / "results.json").read_text("utf-8"))
    page = write_report(results, tmp_path / "comparison.md").read_text("utf-8")
    assert page == TARGET.read_text("utf-8")
    product = results["contenders"]["product"]
    assert share(product["cited"]) in page
    assert share(None) == share({"right": 0, "of": 0}) == "—"
