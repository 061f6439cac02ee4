"""政策库: the texts as a tree, searched and filtered; the source beside each clause."""

from collections.abc import Sequence
from functools import partial

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant.chat import LONGEST_QUESTION
from assistant.facts import chinese_date, status_sentence
from assistant.web.clause_view import address_of, clause_view
from assistant.web.desk import Desk
from assistant.web.layout import AtDesk, Id, Text, page
from assistant.web.raw_view import raw_texts
from index.documents import PolicyDocument
from index.read import Clause
from index.search import Query
from prompts import say, words

FOUND = 20
STATUSES = ("in_force", "unstated", "expired", "draft", "not_yet")
LEVELS = ("national", "province", "city", "district")


router = APIRouter()


@router.get("/library")
def library(
    desk: AtDesk, q: Text = "", place: Text = "", level: Text = "", status: Text = ""
) -> HTMLResponse:
    """The texts, filtered, and the clauses found by a search."""
    return _library(desk, q.strip(), {"place": place, "level": level}, status)


@router.get("/library/text")
def text(desk: AtDesk, id_: Id) -> HTMLResponse:
    """One text as a tree of its clauses."""
    document = desk.assistant.index.library.documents.get(id_)
    return _text(desk, document) if document else _missing(desk)


@router.get("/library/clause")
def clause(desk: AtDesk, id_: Id) -> HTMLResponse:
    """One clause with its source as it was found."""
    held = desk.assistant.index.library
    if id_ not in held.row:
        return _missing(desk)
    return page(
        "library_clause.html",
        "library",
        desk,
        clause=held.clause(id_),
        shown=clause_view(desk, id_),
        sources=raw_texts(held.clause(id_)),
    )


@router.get("/library/compare")
def compare(desk: AtDesk, a: Text = "", b: Text = "") -> HTMLResponse:
    """Two clauses side by side."""
    shown = {id_: clause_view(desk, id_.strip()) for id_ in (a, b)}
    return page(
        "compare.html",
        "library",
        desk,
        ids=(a, b),
        shown=[shown[a], shown[b]],
        unknown=[id_ for id_, found in shown.items() if id_ and found is None],
        every=desk.assistant.index.library.ids,
    )


def _library(
    desk: Desk, question: str, wanted: dict[str, str], status: str
) -> HTMLResponse:
    documents = _filtered(desk, wanted, status)
    every = [d for d in desk.assistant.index.library.documents.values() if d.place]
    return page(
        "library.html",
        "library",
        desk,
        q=question,
        chosen={**wanted, "status": status},
        places=[*dict.fromkeys("".join(d.place) for d in every)],
        levels={n: say(f"replies.levels.{n}") for n in LEVELS},
        statuses={n: say(f"replies.status_names.{n}") for n in STATUSES},
        documents=documents,
        found=_search(desk, question, documents) if question else None,
        status_of=partial(PolicyDocument.status, as_of=desk.today),
        address_of=address_of,
    )


def _filtered(desk: Desk, wanted: dict[str, str], status: str) -> list[PolicyDocument]:
    return [
        document
        for document in desk.assistant.index.library.documents.values()
        if document.place
        and wanted["place"] in ("", "".join(document.place))
        and wanted["level"] in ("", document.level)
        and status in ("", document.status(desk.today))
    ]


def _search(
    desk: Desk, question: str, documents: Sequence[PolicyDocument]
) -> list[tuple[Clause, PolicyDocument]]:
    """The clauses of these texts nearest to a question, best first."""
    allowed = {document.id for document in documents}
    query = Query(question[:LONGEST_QUESTION], desk.today)
    hits = desk.assistant.index.search(query, 10 * FOUND).hits
    inside = [hit for hit in hits if hit.document.id in allowed]
    return [(hit.clause, hit.document) for hit in inside][:FOUND]


def _text(desk: Desk, document: PolicyDocument) -> HTMLResponse:
    library = desk.assistant.index.library
    return page(
        "text.html",
        "library",
        desk,
        document=document,
        status=document.status(desk.today),
        validity=status_sentence(document, desk.today),
        issued=chinese_date(document.issued),
        annexes=[library.documents[part] for part in document.parts],
        parent=library.documents.get(document.parent or ""),
        sections=sections(library.of_document(document.id)),
        address_of=address_of,
    )


def sections(
    clauses: Sequence[Clause],
) -> list[tuple[tuple[str, ...], list[Clause]]]:
    """The clauses of a text under the headings they stand below."""
    found: list[tuple[tuple[str, ...], list[Clause]]] = []
    for clause in clauses:
        if not found or found[-1][0] != clause.headings:
            found.append((clause.headings, []))
        found[-1][1].append(clause)
    return found


def _missing(desk: Desk) -> HTMLResponse:
    text = words("web.faults.codes")[404]
    return page("fault_page.html", "library", desk, code=404, text=text)
