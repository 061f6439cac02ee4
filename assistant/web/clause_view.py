"""A clause beside the chat: its place, status, units, and the quote marked in it."""

from typing import Annotated
from urllib.parse import quote as quoted

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from assistant.citations import corrections
from assistant.facts import status_sentence
from assistant.quotes import joined, locate
from assistant.web.desk import Desk
from assistant.web.layout import AtDesk, Id
from assistant.web.render import render
from index.read import Clause
from prompts import say

LONGEST_QUOTE = 6000  # characters

router = APIRouter()


@router.get("/clause")
def beside(
    desk: AtDesk, id_: Id, quote: Annotated[str, Query(max_length=LONGEST_QUOTE)] = ""
) -> HTMLResponse:
    """A clause to be put beside a page, with a quote marked."""
    found = clause_view(desk, id_, quote, beside=True)
    if found is None:
        return HTMLResponse(render("fault.html", text=say("web.clause.unknown")), 404)
    return HTMLResponse(found)


def clause_view(
    desk: Desk, id_: str, quote: str = "", beside: bool = False
) -> Markup | None:
    """The HTML of a clause, None where there is none of this id.

    `beside` a page it can be closed, and its neighbours take its place.
    """
    library = desk.assistant.index.library
    if id_ not in library.row:
        return None
    clause = library.clause(id_)
    document = library.documents[clause.document]
    row = library.row[id_]
    near = [
        library.clause(library.ids[i])
        if 0 <= i < len(library.ids) and library.owners[i] == clause.document
        else None
        for i in (row - 1, row + 1)
    ]
    return render(
        "clause.html",
        clause=clause,
        document=document,
        label=clause.label.rstrip("、.．"),
        status=document.status(desk.today),
        validity=status_sentence(document, desk.today),
        parts=marked(clause.text, quote),
        changes=corrections(clause),
        before=near[0],
        after=near[1],
        beside=beside,
        address_of=address_of,
    )


def address_of(clause: str) -> str:
    """Where the library shows a clause."""
    return f"/library/clause?id={quoted(clause)}"


def marked(text: str, quote: str) -> list[tuple[str, bool]]:
    """A text in parts, with True for those that the quote has; none if it is not
    there."""
    parts: list[tuple[str, bool]] = []
    at = 0
    for start, end in locate(quote, text):
        parts += [(text[at:start], False), (text[start:end], True)]
        at = end
    parts.append((text[at:], False))
    return [(part, is_quoted) for part, is_quoted in parts if part]


def clause_words(clause: Clause, quote: str) -> str:
    """A rule's quote in the clause's own punctuation."""
    return joined(clause, [*locate(quote, clause.text)])
