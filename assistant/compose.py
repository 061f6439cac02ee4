"""An extractive answer: which text says it, then the sentences that say it."""

from collections.abc import Iterable, Sequence
from datetime import date

from assistant import spans
from assistant.answer import Answer, Citation, Notice
from assistant.citations import cite
from assistant.comparison import passages_table
from assistant.facts import chinese_date, status_sentence
from assistant.grounding import sound
from assistant.passages import Passage, choose
from assistant.question import Request
from assistant.sources import OfDocument
from assistant.spans import Sentence, Span, plain, quoted_sentence, write
from index.documents import PolicyDocument
from index.lexical import LexicalIndex
from index.ranking import Hit
from index.read import Clause
from index.sentences import UNITS
from prompts import say

LONGEST_ANSWER = 780  # characters: an answer is read aloud


def compose(
    request: Request, hits: Sequence[Hit], lexical: LexicalIndex, as_of: date
) -> Answer:
    """The answer from the best clauses; `hits` holds at least one."""
    passages = choose(request, hits, lexical)
    texts = {passage.hit.document.id for passage in passages}
    if request.compares and len(texts) > 1:
        return _side_by_side(passages, as_of)
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


def _side_by_side(passages: Sequence[Passage], as_of: date) -> Answer:
    """A comparison: a row a clause."""
    citations = [
        cite(n, p.hit.clause, p.hit.document, p.hit.status, p.positions)
        for n, p in enumerate(passages, 1)
    ]
    found = notices((p.hit.document for p in passages), as_of)
    return grounded(passages_table(passages, as_of), citations, found)


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
    quote = quoted_sentence(clause, position)
    return write("replies.lead.sentence", quote=quote, marker=spans.marker(marker))


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
