"""Hand-off tickets: new, assigned, answered, closed, and who did what when."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Connection, delete, select, true

from assistant.privacy import mask
from assistant.session import new_id
from assistant.staff.accounts import StaffError
from assistant.staff.actor import Actor
from assistant.staff.audit import record
from assistant.staff.tables import ACCOUNTS, EVENTS, TICKETS, now
from assistant.turn_log import TurnLog
from prompts import say

State = Literal["new", "assigned", "answered", "closed"]
Action = Literal["create", "assign", "answer", "close", "note"]
STATES: tuple[State, ...] = get_args(State)
# What may be done in which states, and the state it leads to; a note leads nowhere.
STEPS: dict[Action, tuple[tuple[State, ...], State | None]] = {
    "assign": (("new", "assigned", "answered"), "assigned"),
    "answer": (("assigned",), "answered"),
    "close": (("answered",), "closed"),
    "note": (("new", "assigned", "answered"), None),
}
LONGEST = 2000  # characters of a question, an answer or a note


@dataclass(frozen=True, slots=True)
class Handed:
    """What a ticket is made of."""

    question: str
    unit: str = ""
    contact: str = ""
    evidence: str = ""  # the answer that was given, in Markdown


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands."""

    id: str
    state: State
    version: int  # the number of its latest event
    created_at: datetime  # UTC, without a zone
    created_by: str
    assignee: str | None
    unit: str
    question: str
    contact: str
    evidence: str
    answer: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done to a ticket."""

    number: int
    happened_at: datetime  # UTC, without a zone
    who: str
    action: Action
    note: str


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody wants to do; `version` is that of the ticket he was looking at."""

    action: Action
    version: int
    note: str = ""
    assignee: str = ""


class NoTicket(StaffError):
    """There is no such ticket, or none that this one may see."""


class Moved(StaffError):
    """The ticket is not as it was, or not in a state for this; says what to do."""


class NotAllowed(StaffError):
    """The step is another one's to take; says whose."""


def create_ticket(log: TurnLog, handed: Handed, by: Actor) -> Ticket:
    """Keep a new ticket; it is on the disk when this returns.

    Raises StaffError for an empty question, or TurnLogError.
    """
    if not handed.question.strip():
        raise StaffError(say("staff.ticket.no_question"))
    ticket = Ticket(
        id=new_id(),
        state="new",
        version=1,
        created_at=now(),
        created_by=by.name,
        assignee=None,
        unit=_kept(handed.unit),
        question=_kept(mask(handed.question).text),
        contact=_kept(handed.contact),
        evidence=handed.evidence.replace("\0", ""),
        answer="",
    )
    with log.writing() as db:
        db.execute(TICKETS.insert().values({n: getattr(ticket, n) for n in _COLUMNS}))
        _happened(db, ticket.id, 1, by, Step("create", 0))
    return ticket


def ticket_of(log: TurnLog, id_: str, by: Actor) -> tuple[Ticket, list[Event]]:
    """A ticket and what was done to it; the look is written down.

    Raises NoTicket, or TurnLogError.
    """
    with log.writing() as db:
        ticket = _ticket(db, id_, by)
        record(db, by.name, "ticket_look", ticket.id)
        own = EVENTS.c.ticket == ticket.id
        columns = [EVENTS.c[f.name] for f in fields(Event)]
        rows = db.execute(select(*columns).where(own).order_by(EVENTS.c.number))
        return ticket, [Event(**row) for row in rows.mappings()]


def tickets(log: TurnLog, by: Actor, state: str = "", count: int = 200) -> list[Ticket]:
    """The tickets that one may see, newest first; the look is written down.

    Raises TurnLogError.
    """
    wanted = _visible(by)
    if state:
        wanted &= TICKETS.c.state == state
    newest = select(*_columns()).where(wanted).order_by(TICKETS.c.created_at.desc())
    with log.writing() as db:
        record(db, by.name, "tickets_look", state)
        return [Ticket(**row) for row in db.execute(newest.limit(count)).mappings()]


def take_step(log: TurnLog, id_: str, step: Step, by: Actor) -> Ticket:
    """Do something to a ticket; its history holds it.

    Raises NoTicket, NotAllowed, Moved, StaffError, or TurnLogError.
    """
    states, leads_to = STEPS[step.action]
    with log.writing() as db:
        ticket = _ticket(db, id_, by)
        if ticket.version != step.version or ticket.state not in states:
            state = say(f"staff.states.{ticket.state}")
            raise Moved(say("staff.ticket.moved", state=state))
        changed = _changed(db, ticket, step, by)
        changed |= {"state": leads_to or ticket.state, "version": ticket.version + 1}
        named = (TICKETS.c.id == ticket.id) & (TICKETS.c.version == ticket.version)
        if not db.execute(TICKETS.update().where(named).values(changed)).rowcount:
            raise Moved(say("staff.ticket.moved", state=say("staff.states.assigned")))
        _happened(db, ticket.id, ticket.version + 1, by, step)
        return _ticket(db, id_, by)


def delete_closed_before(log: TurnLog, moment: datetime) -> int:
    """Delete closed tickets that were made before a moment (UTC, without a zone).

    Returns how many they were. Raises TurnLogError.
    """
    old = (TICKETS.c.state == "closed") & (TICKETS.c.created_at < moment)
    with log.writing() as db:
        return db.execute(delete(TICKETS).where(old)).rowcount


def _changed(db: Connection, ticket: Ticket, step: Step, by: Actor) -> dict[str, str]:
    """What a step changes beside the state; raises NotAllowed or StaffError."""
    own = by.oversees or by.name == ticket.assignee
    if step.action == "assign":
        if not by.oversees:
            raise NotAllowed(say("staff.ticket.supervisor_assigns"))
        active = (ACCOUNTS.c.name == step.assignee) & ACCOUNTS.c.active
        if db.execute(select(ACCOUNTS.c.name).where(active)).first() is None:
            raise StaffError(say("staff.ticket.no_assignee", name=step.assignee))
        return {"assignee": step.assignee}
    if step.action == "answer":
        if not own:
            raise NotAllowed(say("staff.ticket.assignee_answers"))
        if not step.note.strip():
            raise StaffError(say("staff.ticket.no_answer"))
        return {"answer": _kept(step.note)}
    if step.action == "close":
        if not (own or by.name == ticket.created_by):
            raise NotAllowed(say("staff.ticket.own_closes"))
        return {"contact": ""}  # nobody needs to call back any more
    if not step.note.strip():
        raise StaffError(say("staff.ticket.no_note"))
    return {}


def _happened(db: Connection, id_: str, number: int, by: Actor, step: Step) -> None:
    note = step.assignee or _kept(mask(step.note).text)
    row = {"ticket": id_, "number": number, "happened_at": now(), "who": by.name}
    db.execute(EVENTS.insert().values(row | {"action": step.action, "note": note}))
    record(db, by.name, f"ticket_{step.action}", id_)


def _ticket(db: Connection, id_: str, by: Actor) -> Ticket:
    wanted = _visible(by) & (TICKETS.c.id == id_)
    row = db.execute(select(*_columns()).where(wanted)).mappings().first()
    if row is None:
        raise NoTicket(say("staff.ticket.unknown", id=id_))
    return Ticket(**row)


def _visible(by: Actor) -> ColumnElement[bool]:
    """Whoever wrote a ticket or has it to answer sees it, and who oversees all."""
    if by.oversees:
        return true()
    return (TICKETS.c.created_by == by.name) | (TICKETS.c.assignee == by.name)


_COLUMNS = tuple(f.name for f in fields(Ticket))


def _columns() -> list[ColumnElement[object]]:
    return [TICKETS.c[name] for name in _COLUMNS]


def _kept(text: str) -> str:
    """What a database can hold of a text."""
    return text.strip()[:LONGEST].encode("utf-8", "replace").decode().replace("\0", "")
