"""One scorer for all: which clauses a hit shows, and what follows from that."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median, quantiles

from assistant.money import Sum, read_money
from benchmarks.comparison.job import Hit, Reply, Report
from eval.cases import Case, Expect
from eval.tally import Rate, rate
from index.read import Corpus

Span = tuple[str, int, int]
SHOWN = 0.5  # of the clause, or of the chunk


@dataclass(frozen=True, slots=True)
class Score:
    """What one contender reached; shares carry their counts, times are in ms."""

    recall_at_1: float
    recall_at_5: float
    mrr: float
    first_right: Rate  # the first hit shows a clause of the gold
    cited: Rate | None  # and so does the first citation of its answer, if it cites
    wrong_place: Rate  # the first hit is of another province
    sums: Rate  # the sum asked for stands in what is shown
    refusals: float  # balanced accuracy: the best threshold, or the decision taken
    characters: float  # shown to the asker, median
    p50: float
    p95: float
    index_seconds: float
    peak_mb: int


def score(cases: Sequence[Case], report: Report, corpus: Corpus) -> Score:
    """Score a report on single-turn cases, in their order."""
    pairs = list(zip(cases, report.replies, strict=True))
    asked = [(_expect(c), r) for c, r in pairs if _expect(c).clauses]
    ranked = [(e.clauses, _shown(r.hits, corpus)) for e, r in asked]
    return Score(
        recall_at_1=mean(_recall(groups, seen[:1]) for groups, seen in ranked),
        recall_at_5=mean(_recall(groups, seen[:5]) for groups, seen in ranked),
        mrr=mean(_reciprocal(groups, seen) for groups, seen in ranked),
        first_right=rate(_reciprocal(groups, seen) == 1 for groups, seen in ranked),
        cited=_cited(asked, corpus),
        wrong_place=rate(_elsewhere(e, r, corpus) for e, r in asked),
        sums=rate(
            _wanted(_expect(c)) <= _said(r.text) for c, r in pairs if _expect(c).amounts
        ),
        refusals=_refusals(pairs),
        characters=median(len(r.text) for r in report.replies),
        p50=median(report.ms),
        p95=quantiles(report.ms, n=20)[-1],
        index_seconds=report.index_seconds,
        peak_mb=report.peak_mb,
    )


def clauses_shown(spans: Iterable[Span], corpus: Corpus) -> set[str]:
    """The clauses of which a hit shows half, or that are half of what it shows."""
    return {
        clause.id
        for clause in corpus.clauses.values()
        for place in clause.sources
        for file, start, end in spans
        if file == place.file
        and (both := min(end, place.end) - max(start, place.start)) > 0
        and both >= SHOWN * min(place.end - place.start, end - start)
    }


def _expect(case: Case) -> Expect:
    return case.turns[0].expect


def _shown(hits: Sequence[Hit], corpus: Corpus) -> list[set[str]]:
    return [clauses_shown(hit.spans, corpus) for hit in hits]


def _recall(groups: Sequence[Sequence[str]], seen: Sequence[set[str]]) -> float:
    found = set[str]().union(*seen)
    return sum(bool(found & set(group)) for group in groups) / len(groups)


def _reciprocal(groups: Sequence[Sequence[str]], seen: Sequence[set[str]]) -> float:
    wanted = {clause for group in groups for clause in group}
    ranks = (rank for rank, found in enumerate(seen, 1) if found & wanted)
    return 1 / next(ranks, float("inf"))


def _cited(asked: Sequence[tuple[Expect, Reply]], corpus: Corpus) -> Rate | None:
    cited = [(e, r.cited) for e, r in asked if r.cited]
    if not cited:
        return None
    return rate(
        _reciprocal(e.clauses, [clauses_shown(spans[0], corpus)]) == 1
        for e, spans in cited
    )


def _elsewhere(expect: Expect, reply: Reply, corpus: Corpus) -> bool:
    wanted = _provinces((c for group in expect.clauses for c in group), corpus)
    first = set[str]().union(*(clauses_shown(h.spans, corpus) for h in reply.hits[:1]))
    found = _provinces(first, corpus)
    return bool(found) and not found & wanted


def _provinces(clauses: Iterable[str], corpus: Corpus) -> set[str]:
    return {corpus.documents[c.partition("#")[0]].place[0] for c in clauses}


def _wanted(expect: Expect) -> set[object]:
    return {amount.yuan for amount in expect.amounts}


def _said(text: str) -> set[object]:
    return {m.yuan for m in read_money(text) if isinstance(m, Sum)}


def _refusals(pairs: Sequence[tuple[Case, Reply]]) -> float:
    """The mean of the shares refused where it should be and answered where it should.

    A contender that cannot refuse is given the threshold on its first score that
    would have been best on these very questions.
    """
    wanted = [_expect(case).behaviour == ("refuse",) for case, _ in pairs]
    if any(reply.refused for _, reply in pairs):
        return _balanced(wanted, [reply.refused for _, reply in pairs])
    firsts = [reply.hits[0].score for _, reply in pairs]
    return max(_balanced(wanted, [f < t for f in firsts]) for t in sorted(set(firsts)))


def _balanced(wanted: Sequence[bool], refused: Sequence[bool]) -> float:
    def share(of: bool) -> Iterator[bool]:
        return (w == r for w, r in zip(wanted, refused, strict=True) if w == of)

    return mean(mean(share(of)) for of in (True, False))
