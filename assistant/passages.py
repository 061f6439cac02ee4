"""Which clauses an extractive answer shows, and which sentences of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.question import Request
from index.lexical import LexicalIndex, terms
from index.ranking import Hit
from index.sentences import UNITS

# A further clause is shown when it comes this close to the best one, by its score and
# by that of its best sentence; a further sentence likewise within its clause.
CLOSE_CLAUSE, CLOSE_SENTENCE = 0.72, 0.7
CLAUSES, SENTENCES = 3, 3
# Cosines of e5 lie in a narrow band; this is its lower end and its width.
COSINE_LOW, COSINE_WIDTH = 0.80, 0.14
# A clause without its units this short is shown whole; of a longer one no more
# sentences than fit into LONG.
SHORT, LONG = 110, 420


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentences of one clause that an answer shows, by position."""

    hit: Hit
    positions: tuple[int, ...]
    best: float  # relevance of its best sentence, 0 to 1


def choose(
    request: Request, hits: Sequence[Hit], lexical: LexicalIndex
) -> list[Passage]:
    """The clauses to show, best first, with the sentences of each that answer."""
    first = _passage(request, hits[0], lexical)
    chosen = [first]
    for hit in hits[1 : CLAUSES + 2]:
        if len(chosen) == CLAUSES:
            break
        passage = _passage(request, hit, lexical)
        close = (
            hit.score >= CLOSE_CLAUSE * hits[0].score
            and passage.best >= CLOSE_SENTENCE * first.best
        )
        if close or _asked_besides(request, hit, chosen):
            chosen.append(passage)
    return chosen


def _asked_besides(request: Request, hit: Hit, chosen: Sequence[Passage]) -> bool:
    """Whether the hit is the first of a level or place that was also asked about.

    The search brings those forward, right behind the best clause.
    """
    shown = [p.hit.document for p in chosen]
    level, place = hit.document.level, hit.document.place
    other_level = level in request.levels and level not in {d.level for d in shown}
    other_place = request.several_places and place[:1] not in {
        d.place[:1] for d in shown
    }
    return (other_level and len(request.levels) > 1) or other_place


def _passage(request: Request, hit: Hit, lexical: LexicalIndex) -> Passage:
    """The sentences of one clause that come near its best one."""
    sentences = hit.clause.sentences
    wanted = {t: lexical.rarity(t) for t in terms(request.search) if len(t) > 1}
    total = sum(wanted.values()) or 1.0
    relevance: dict[int, float] = {}
    for position, sentence in enumerate(sentences):
        if UNITS.match(sentence.text) or sentence.text == hit.clause.heading + "。":
            continue
        shared = sum(wanted.get(t, 0.0) for t in set(terms(sentence.text))) / total
        cosine = (hit.sentences.get(position, 0.0) - COSINE_LOW) / COSINE_WIDTH
        relevance[position] = max(cosine, 0.0) * 0.5 + min(2 * shared, 1.0) * 0.5
    if not relevance:  # nothing but a heading or units
        return Passage(hit, tuple(range(len(sentences))), 0.0)
    best = max(relevance.values())
    ranked = sorted(relevance, key=lambda p: -relevance[p])
    if sum(len(sentences[p].text) for p in relevance) <= SHORT:
        return Passage(hit, tuple(relevance), best)
    near: list[int] = []
    for p in ranked[:SENTENCES]:
        length = sum(len(sentences[i].text) for i in (*near, p))
        if relevance[p] >= CLOSE_SENTENCE * best and (not near or length <= LONG):
            near.append(p)
    return Passage(hit, tuple(sorted(near)), best)
