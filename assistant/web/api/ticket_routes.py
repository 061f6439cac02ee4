"""Tickets of a client's own: written, listed, looked at."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime, BaseModel

from assistant.own_turns import turn_of_visitor
from assistant.staff.tickets import (
    LONGEST,
    Action,
    Event,
    Handed,
    Ticket,
    create_ticket,
    ticket_of,
    tickets,
)
from assistant.staff.tickets import State as TicketState
from assistant.web.access import Program
from assistant.web.api.models import ID, Closed, described
from assistant.web.article import plain
from assistant.web.conversation_routes import asked_of
from assistant.web.layout import AtDesk
from prompts import say

router = APIRouter(prefix="/tickets", tags=[say("api.tags.tickets")])
State = Literal["new", "assigned", "answered", "closed", ""]


class TicketRequest(Closed):
    question: Annotated[str, described("question", min_length=1, max_length=LONGEST)]
    unit: Annotated[str, described("unit", max_length=200)] = ""
    contact: Annotated[str, described("contact", max_length=200)] = ""
    turn: Annotated[str | None, described("turn", pattern=ID)] = None


class EventOut(BaseModel):
    """One thing that was done to a ticket."""

    number: int
    happened_at: AwareDatetime
    who: str
    action: Action
    note: str

    @classmethod
    def of(cls, event: Event) -> "EventOut":
        """An event, with its time in UTC said to be so."""
        happened_at = event.happened_at.replace(tzinfo=UTC)
        return cls.model_validate(asdict(event) | {"happened_at": happened_at})


class TicketOut(BaseModel):
    """A ticket, and what was done to it where one ticket is asked for."""

    id: str
    state: TicketState
    version: int
    created_at: AwareDatetime
    created_by: str
    assignee: str | None
    unit: str
    question: str
    contact: str
    evidence: str
    answer: str
    history: list[EventOut] = []

    @classmethod
    def of(cls, ticket: Ticket, history: Iterable[Event] = ()) -> "TicketOut":
        """A ticket, with its times in UTC said to be so."""
        created_at = ticket.created_at.replace(tzinfo=UTC)
        row = asdict(ticket) | {"created_at": created_at}
        return cls.model_validate(row | {"history": [EventOut.of(e) for e in history]})


@router.post("", status_code=201, summary=say("api.operations.create_ticket"))
def create(desk: AtDesk, by: Program, asked: TicketRequest) -> TicketOut:
    """A new ticket, on the disk when this answers."""
    evidence = ""
    if asked.turn:
        turn = turn_of_visitor(desk.log, by.visitor, asked.turn)
        if turn is None:
            raise HTTPException(404, say("api.no_turn", id=asked.turn))
        evidence = plain(asked_of(turn))
    handed = Handed(asked.question, asked.unit, asked.contact, evidence)
    return TicketOut.of(create_ticket(desk.log, handed, by))


@router.get("", summary=say("api.operations.tickets"))
def listed(
    desk: AtDesk, by: Program, state: Annotated[State, Query()] = ""
) -> list[TicketOut]:
    """The client's tickets, newest first."""
    return [TicketOut.of(ticket) for ticket in tickets(desk.log, by, state)]


@router.get("/{id}", summary=say("api.operations.ticket"))
def one(desk: AtDesk, by: Program, id: str) -> TicketOut:
    """A ticket of the client's with its history."""
    return TicketOut.of(*ticket_of(desk.log, id.replace("\0", ""), by))
