"""An extractive answer: which text says it, then the sentences that say it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant import spans
from assistant.answer import Answer, Citation, Notice
from assistant.citations import cite
from assistant.facts import chinese_date, status_sentence
from assistant.grounding import sound
from assistant.question import Request
from assistant.spans import OfDocument, Sentence, Span, plain, quoted, write
from index.documents import PolicyDocument
from index.lexical import LexicalIndex, terms
from index.ranking import Hit
from index.read import Clause
from index.sentences import UNITS
from prompts import say

# A further clause is shown when it comes this close to the best one, by its score and
# by that of its best sentence; a further sentence likewise within its clause.
CLOSE_CLAUSE, CLOSE_SENTENCE = 0.72, 0.7
CLAUSES, SENTENCES = 3, 3
# Cosines of e5 lie in a narrow band; this is its lower end and its width.
COSINE_LOW, COSINE_WIDTH = 0.80, 0.14
# A clause without its units this short is shown whole; of a longer one no more
# sentences than fit into LONG. An answer is read aloud: LONGEST_ANSWER in characters.
SHORT, LONG = 110, 420
LONGEST_ANSWER = 780


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentences of one clause that an answer shows, by position."""

    hit: Hit
    positions: tuple[int, ...]
    best: float  # relevance of its best sentence, 0 to 1


def compose(
    request: Request, hits: Sequence[Hit], lexical: LexicalIndex, as_of: date
) -> Answer:
    """The answer from the best clauses; `hits` holds at least one."""
    passages = choose(request, hits, lexical)
    paragraphs: list[list[Sentence]] = []
    citations: list[Citation] = []
    for marker, passage in enumerate(passages, 1):
        hit = passage.hit
        shown = list(passage.positions)
        lines = [sentence_line(hit.clause, p, marker) for p in shown]
        if request.wants_units:
            lines.append(units_line(hit.clause, hit.document, marker, as_of))
            shown += unit_positions(hit.clause)
        fresh = status_sentence(hit.document, as_of) not in as_text(paragraphs)
        own = [[lead(hit.document, hit.clause, as_of, with_status=fresh)], lines]
        if citations and len(as_text([*paragraphs, *own])) > LONGEST_ANSWER:
            break
        paragraphs += own
        citations.append(cite(marker, hit.clause, hit.document, hit.status, shown))
    return grounded(
        paragraphs,
        citations,
        notices((p.hit.document for p in passages[: len(citations)]), as_of),
    )


def grounded(
    paragraphs: Iterable[Sequence[Sentence]],
    citations: Sequence[Citation],
    found: tuple[Notice, ...],
) -> Answer:
    """The answer of paragraphs, without what their sources do not bear out."""
    checked = [sound(lines) for lines in paragraphs]
    kept = [lines for lines, _ in checked]
    if any(withheld for _, withheld in checked):
        found += (Notice("withheld", say("figures.notices.withheld")),)
    lines = tuple(line for paragraph in kept for line in paragraph)
    text = as_text(kept)
    return Answer("answer", text, tuple(citations), notices=found, lines=lines)


def as_text(paragraphs: Iterable[Sequence[Sentence]]) -> str:
    """Paragraphs with an empty line between them, a sentence a line."""
    return "\n\n".join("\n".join(plain([s]) for s in lines) for lines in paragraphs)


def sentence_line(clause: Clause, position: int, marker: int) -> Sentence:
    """One sentence of a clause, verbatim, with its marker."""
    start = 0
    for earlier in clause.sentences[: position + 1]:  # offsets in the clause's text
        start = clause.text.index(earlier.text, start)
    end = start + len(clause.sentences[position].text)
    return write(
        "replies.lead.sentence",
        quote=quoted(clause, start, end),
        marker=spans.marker(marker),
    )


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


def lead(
    document: PolicyDocument, clause: Clause, as_of: date, *, with_status: bool
) -> Sentence:
    """Which text, which level, which clause, and its status unless said before."""
    source = OfDocument(document, clause, as_of)
    annex = document.id.partition("/")[2]
    number = Span((document.number or "") + annex, source)
    return write(
        "replies.lead.clause",
        level=spans.fixed(f"replies.levels.{document.level}"),
        title=Span(document.title, source),
        number=write("replies.lead.number", number=number) if number.text else (),
        label=Span(clause.label + clause.heading, source),
        status=spans.status(document, as_of) if with_status else (),
    )


def notices(documents: Iterable[PolicyDocument], as_of: date) -> tuple[Notice, ...]:
    """Draft and expired texts among those cited, each said once."""
    found: dict[str, Notice] = {}
    for document in documents:
        status = document.status(as_of)
        if status in ("draft", "expired"):
            text = say(
                f"replies.notices.{status}",
                title=document.title,
                until=chinese_date(document.valid_until),
                as_of=chinese_date(as_of),
            )
            found.setdefault(text, Notice(status, text))
    return tuple(found.values())


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


def unit_positions(clause: Clause) -> list[int]:
    """The sentences of a clause that name the responsible units."""
    return [p for p, s in enumerate(clause.sentences) if UNITS.match(s.text)]


def units_line(
    clause: Clause, document: PolicyDocument, marker: int, as_of: date
) -> Sentence:
    """Who is responsible for a clause, or that it does not say."""
    source = OfDocument(document, clause, as_of)
    units = [(Span(unit, source),) for unit in clause.units]
    return write(
        f"replies.units.{'given' if units else 'missing'}",
        units=spans.joined(units, "replies.units.and"),
        marker=spans.marker(marker),
    )
