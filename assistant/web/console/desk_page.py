"""坐席台: search while typing, the card of an answer, the calculator, the call."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from assistant.chat import LONGEST_QUESTION
from assistant.own_turns import turn_of_visitor
from assistant.staff.accounts import StaffError
from assistant.staff.calls import open_call
from assistant.staff.tickets import LONGEST as LONGEST_TICKET
from assistant.staff.tickets import Handed, create_ticket
from assistant.web.access import Staff
from assistant.web.article import plain
from assistant.web.asking import held, told_at_once
from assistant.web.calculator_page import result_of
from assistant.web.console.call import conversation_of, hang_up, start
from assistant.web.console.card import (
    Card,
    answer_card,
    clause_card,
    finding_aloud,
    rule_card,
)
from assistant.web.console.found import found_for
from assistant.web.console.frame import fragment, staff_page
from assistant.web.conversation_routes import asked_of
from assistant.web.desk import Desk
from assistant.web.layout import AtDesk
from assistant.web.profile_form import filled, rule_fields
from assistant.web.talk import ID
from prompts import say, words

router = APIRouter(prefix="/console")
Typed = Annotated[str, Form(max_length=LONGEST_QUESTION)]
Call = Annotated[str, Form(pattern=ID)]


@router.get("")
def desk_page(desk: AtDesk, by: Staff) -> HTMLResponse:
    """The page; a call that is open goes on."""
    return staff_page("desk.html", "desk", desk, by, call=open_call(desk.log, by.name))


@router.post("/search")
def search(desk: AtDesk, by: Staff, q: Typed = "") -> HTMLResponse:
    """What is found for what was typed so far."""
    return fragment("found.html", found=found_for(desk, q), q=q)


@router.post("/ask")
def ask(desk: AtDesk, by: Staff, q: Typed = "", call: Call = "") -> HTMLResponse:
    """The card of an answer in the call."""
    if not q.strip():
        raise StaffError(say("web.chat.empty"))
    conversation = conversation_of(desk, by, call)
    with held(conversation):
        told = told_at_once(desk, conversation, q, desk.today)
        session = conversation.session
        asked = session.turns[-1].question
        card = answer_card(desk, session, asked, told.answer, told.turn)
    return _card(desk, card, session.id)


@router.post("/open")
def opened(
    desk: AtDesk,
    by: Staff,
    kind: Annotated[Literal["clause", "rule"], Form()],
    id_: Annotated[str, Form(alias="id", max_length=200)],
    call: Call = "",
) -> HTMLResponse:
    """The card of a clause or a rule that was found."""
    conversation = conversation_of(desk, by, call)
    known, library = conversation.session.known, desk.assistant.index.library
    rules = desk.assistant.rulebook.rules
    if kind == "clause" and id_ in library.row:
        card = clause_card(desk, library.clause(id_), known)
    elif kind == "rule" and id_ in rules:
        card = rule_card(desk, rules[id_], known)
    else:
        raise HTTPException(404)
    return _card(desk, card, conversation.session.id)


@router.post("/calculate")
async def calculate(request: Request, desk: AtDesk, by: Staff) -> HTMLResponse:
    """A rule's form with what comes out, and how to say it."""
    form = await request.form(max_fields=60, max_files=0)
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    chosen = desk.assistant.rulebook.rules.get(typed.get("rule", ""))
    if chosen is None:
        raise HTTPException(404)
    vocabulary = desk.assistant.rulebook.vocabulary
    fields = filled(rule_fields(chosen, vocabulary), typed, vocabulary)
    found, fault = result_of(desk, chosen, fields)
    return fragment(
        "calculated.html",
        calculator={"rule": chosen, "fields": fields},
        found=found,
        fault=fault,
        script=finding_aloud(found, desk.today) if found else "",
        **_form_words(desk),
    )


@router.post("/call")
def new_call(desk: AtDesk, by: Staff) -> HTMLResponse:
    """Begin a new call."""
    return fragment("call.html", call=start(desk, by))


@router.post("/call/end")
def end(desk: AtDesk, by: Staff) -> HTMLResponse:
    """End the open call."""
    hang_up(desk, by)
    return fragment("call.html", call=None)


@router.post("/handoff")
def hand_off(
    desk: AtDesk,
    by: Staff,
    question: Annotated[str, Form(max_length=LONGEST_TICKET)] = "",
    unit: Annotated[str, Form(max_length=200)] = "",
    contact: Annotated[str, Form(max_length=200)] = "",
    turn: Annotated[str, Form(pattern=ID)] = "",
) -> Response:
    """Make a ticket of a question, with the answer that was given as evidence."""
    own = turn_of_visitor(desk.log, by.visitor, turn) if turn else None
    evidence = plain(asked_of(own)) if own else ""
    ticket = create_ticket(desk.log, Handed(question, unit, contact, evidence), by)
    return fragment("handed.html", ticket=ticket)


def _card(desk: Desk, card: Card, call: str) -> HTMLResponse:
    return fragment("card.html", card=card, call=call, **_form_words(desk))


def _form_words(desk: Desk) -> dict[str, Any]:
    vocabulary = desk.assistant.rulebook.vocabulary
    return {
        "levels": {name: level.label for name, level in vocabulary.levels.items()},
        "truths": words("web.calculate.truths"),
    }
