"""Answers about a text itself: number, dates, issuer, validity, annexes."""

from dataclasses import replace
from datetime import date

from assistant.answer import Answer, Citation
from assistant.citations import cite
from assistant.compose import notices
from assistant.facts import Named, state
from assistant.question import Request
from index.documents import PolicyDocument
from index.library import Library


def answer_facts(
    request: Request, named: Named, library: Library, as_of: date
) -> Answer:
    """What the entries of the named texts say; `named` holds at least one."""
    documents = named.documents
    lines = [state(f, d, library, as_of) for d in documents for f in request.facts]
    answer = Answer("answer", "\n".join(f"- {line}" for line in lines))
    answer = replace(answer, notices=notices(documents, as_of))
    if "validity" not in request.facts:
        return answer
    citations: list[Citation] = []
    for document in documents:
        marker = len(citations) + 1
        if found := validity_citation(document, marker, library, as_of):
            citations.append(found)
    markers = "".join(f"[{c.marker}]" for c in citations)
    return replace(answer, text=answer.text + markers, citations=tuple(citations))


def with_validity(
    answer: Answer,
    document: PolicyDocument,
    request: Request,
    library: Library,
    as_of: date,
) -> Answer:
    """The answer with the validity of its first text said and cited, if asked."""
    if "validity" not in request.facts:
        return answer
    marker = len(answer.citations) + 1
    citation = validity_citation(document, marker, library, as_of)
    line = state("validity", document, library, as_of)
    if citation is None or citation.clause in {c.clause for c in answer.citations}:
        return replace(answer, text=f"{line}\n\n{answer.text}")
    return replace(
        answer,
        text=f"{line}[{marker}]\n\n{answer.text}",
        citations=(*answer.citations, citation),
    )


def validity_citation(
    document: PolicyDocument, marker: int, library: Library, as_of: date
) -> Citation | None:
    """The clause that says until when a text is valid, None if none does."""
    wanted = document.validity_quote
    for clause in library.of_document(document.id) if wanted else ():
        for position, sentence in enumerate(clause.sentences):
            if wanted and wanted in sentence.text:
                status = document.status(as_of)
                return cite(marker, clause, document, status, [position])
    return None
