"""Questions about the answer just given: who is responsible, what the text says."""

import re
from collections.abc import Sequence
from datetime import date

from assistant.answer import Answer, Citation
from assistant.citations import cite
from assistant.compose import (
    as_text,
    grounded,
    lead,
    notices,
    sentence_line,
    unit_positions,
    units_line,
)
from assistant.facts import status_sentence
from assistant.question import Request, patterns
from assistant.spans import Sentence, write
from index.documents import PolicyDocument
from index.lexical import LexicalIndex
from index.library import Library
from index.read import Clause
from prompts import words

# A day or month by which something ends: 2022年6月30日, 2022年年底.
DAY = re.compile(words("replies.day"))
MOST = 3  # clauses of the last answer that are gone back to
OWN = 5  # characters that the texts hold: 政府性融资担保由谁负责 names its own topic
WHOLE = 560  # characters of a clause called by number that are shown
LONG = 420  # characters of a clause shown whole


def asks_about_last(request: Request, lexical: LexicalIndex) -> bool:
    """Whether a question names nothing of its own and points at the last answer."""
    ways = patterns()
    if ways["original"].search(request.text):
        return True
    rest = ways["units"].sub(" ", ways["how"].sub(" ", request.text))
    runs = (rest[i : i + OWN] for i in range(len(rest) - OWN + 1))
    return request.wants_units and not any(lexical.holds(run) for run in runs)


def about_last(
    request: Request, last: Sequence[Citation], library: Library, as_of: date
) -> Answer | None:
    """The units or the words of the clauses last cited; None if there were none."""
    paragraphs: list[list[Sentence]] = []
    citations: list[Citation] = []
    for cited in last[:MOST]:
        if cited.clause not in library.row:
            continue
        clause = library.clause(cited.clause)
        document = library.documents[clause.document]
        marker = len(citations) + 1
        status = document.status(as_of)
        positions = _positions(request, clause, cited)
        citations.append(cite(marker, clause, document, status, positions))
        said = status_sentence(document, as_of)
        fresh = said not in as_text(paragraphs)
        paragraphs.append([lead(document, clause, as_of, with_status=fresh)])
        if request.wants_units:
            paragraphs.append([units_line(clause, document, marker, as_of)])
        else:
            lines = [sentence_line(clause, p, marker) for p in positions]
            paragraphs.append(lines)
    if not citations:
        return None
    documents = [library.documents[c.clause.partition("#")[0]] for c in citations]
    found = notices(documents, as_of)
    return grounded(paragraphs, citations, found)


def deadline_of_last(
    last: Sequence[Citation], library: Library, as_of: date
) -> Answer | None:
    """Until when the measure last cited runs, in its clause's words; None if unsaid."""
    for cited in last[:MOST]:
        clause = library.clause(cited.clause)
        dated = [p for p, s in enumerate(clause.sentences) if DAY.search(s.text)]
        said = [p for p in dated if clause.sentences[p].text in cited.quote] or dated
        if not said:
            continue
        document = library.documents[clause.document]
        first = lead(document, clause, as_of, with_status=True)
        lines = [sentence_line(clause, p, 1) for p in said[:MOST]]
        citation = cite(1, clause, document, document.status(as_of), said[:MOST])
        return grounded([[first], lines], [citation], notices([document], as_of))
    return None


def whole_clause(clause: Clause, document: PolicyDocument, as_of: date) -> Answer:
    """The words of a clause that was called by its number, from the beginning."""
    shown: list[int] = []
    for position, sentence in enumerate(clause.sentences):
        if shown and sum(len(clause.sentences[p].text) for p in shown) > WHOLE - len(
            sentence.text
        ):
            break
        shown.append(position)
    first = lead(document, clause, as_of, with_status=True)
    lines = [sentence_line(clause, p, 1) for p in shown]
    if len(shown) < len(clause.sentences):
        lines.append(write("replies.lead.cut"))
    citation = cite(1, clause, document, document.status(as_of), shown)
    return grounded([[first], lines], [citation], notices([document], as_of))


def _positions(request: Request, clause: Clause, cited: Citation) -> list[int]:
    """The units; or the whole clause; or, of a long one, the sentences cited."""
    if request.wants_units:
        return unit_positions(clause) or list(range(len(clause.sentences)))[-1:]
    every = list(range(len(clause.sentences)))
    if len(clause.text) <= LONG:
        return every
    parts = cited.quote.split("…")
    return [
        p
        for p in every
        if any(
            q in clause.sentences[p].text or clause.sentences[p].text in q
            for q in parts
        )
    ] or every[:1]
