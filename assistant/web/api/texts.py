"""The texts and their clauses, verbatim, and a search of them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from assistant.citations import corrections
from assistant.facts import status_sentence
from assistant.profile_file import LONGEST
from assistant.question import read_question
from assistant.refusal import answerable, decision_model, signs
from assistant.tool_answers import found
from assistant.web.access import Program
from assistant.web.api.models import (
    AsOf,
    ClauseOut,
    DocumentOut,
    Hit,
    Hits,
    Question,
    described,
)
from assistant.web.desk import Desk
from assistant.web.layout import AtDesk
from index.documents import PolicyDocument
from index.ranking import near_provinces
from index.read import Clause
from prompts import say

router = APIRouter(tags=[say("api.tags.texts")])
Place = Annotated[str | None, Query(max_length=LONGEST)]


@router.get("/search", summary=say("api.operations.search"))
def search(
    desk: AtDesk,
    _: Program,
    q: Annotated[Question, Query()],
    place: Place = None,
    top_k: Annotated[int, described("top_k", ge=1, le=50)] = 10,
    as_of: Annotated[AsOf, Query()] = None,
) -> Hits:
    """The clauses nearest to a question, best first."""
    day = as_of or desk.today
    ranking = found(desk.assistant, q, day, place, top_k)
    lexical = desk.assistant.index.lexical
    chance = answerable(signs(read_question(q, lexical).search, ranking, lexical))
    return Hits(
        may_not_answer=chance < decision_model().threshold,
        depends_on_place=place is None and len(near_provinces(ranking)) > 1,
        hits=[
            Hit(
                score=round(hit.score, 4), clause=_clause(hit.clause, hit.document, day)
            )
            for hit in ranking.hits
        ],
    )


@router.get("/documents", summary=say("api.operations.documents"))
def documents(
    desk: AtDesk, _: Program, as_of: Annotated[AsOf, Query()] = None
) -> list[DocumentOut]:
    """Every text that is held."""
    day = as_of or desk.today
    held = desk.assistant.index.library.documents.values()
    return [_document(d, day) for d in held]


@router.get("/documents/{id:path}", summary=say("api.operations.document"))
def document(
    desk: AtDesk, _: Program, id: str, as_of: Annotated[AsOf, Query()] = None
) -> DocumentOut:
    """One text."""
    return _document(_known(desk, id), as_of or desk.today)


@router.get("/clauses", summary=say("api.operations.clauses"))
def clauses(
    desk: AtDesk,
    _: Program,
    document: Annotated[str, Query(max_length=200)],
    as_of: Annotated[AsOf, Query()] = None,
) -> list[ClauseOut]:
    """The clauses of a text in their order."""
    text, day = _known(desk, document), as_of or desk.today
    of_text = desk.assistant.index.library.of_document(text.id)
    return [_clause(clause, text, day) for clause in of_text]


@router.get("/clauses/{id:path}", summary=say("api.operations.clause"))
def clause(
    desk: AtDesk, _: Program, id: str, as_of: Annotated[AsOf, Query()] = None
) -> ClauseOut:
    """One clause; the # of its id is written %23."""
    library = desk.assistant.index.library
    if id not in library.row:
        raise HTTPException(404, say("web.clause.none", id=id))
    own = library.clause(id)
    return _clause(own, library.documents[own.document], as_of or desk.today)


def _known(desk: Desk, id_: str) -> PolicyDocument:
    known = desk.assistant.index.library.documents.get(id_)
    if known is None:
        raise HTTPException(404, say("api.no_document", id=id_))
    return known


def _document(document: PolicyDocument, as_of: date) -> DocumentOut:
    own = DocumentOut.model_fields
    row = {n: getattr(document, n) for n in own if n not in ("status", "validity")}
    status, validity = document.status(as_of), status_sentence(document, as_of)
    return DocumentOut(**row, status=status, validity=validity)


def _clause(clause: Clause, document: PolicyDocument, as_of: date) -> ClauseOut:
    return ClauseOut(
        id=clause.id,
        document=document.title,
        label=clause.label.rstrip("\u3001.\uff0e"),
        headings=clause.headings,
        text=clause.text,
        units=clause.units,
        corrections=corrections(clause),
        status=document.status(as_of),
    )
