"""工单: listed, looked at, moved on, exported."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from assistant.staff.accounts import accounts
from assistant.staff.audit import looked
from assistant.staff.tickets import (
    LONGEST,
    STATES,
    STEPS,
    Step,
    Ticket,
    take_step,
    ticket_of,
    tickets,
)
from assistant.web.access import Staff, Supervisor
from assistant.web.console.frame import staff_page
from assistant.web.desk import BEIJING
from assistant.web.layout import AtDesk
from assistant.web.render import to_html
from prompts import say, words

router = APIRouter(prefix="/console/tickets")
State = Literal["new", "assigned", "answered", "closed", ""]
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run these


class StepForm(BaseModel):
    """What is to be done to a ticket, and the version that was looked at."""

    action: Literal["assign", "answer", "close", "note"]
    version: int = Field(ge=0, le=10**6)
    note: str = Field("", max_length=LONGEST)
    assignee: str = Field("", max_length=40)


@router.get("")
def listed(
    desk: AtDesk, by: Staff, state: Annotated[State, Query()] = ""
) -> HTMLResponse:
    """The tickets that one may see."""
    found = tickets(desk.log, by, state)
    return staff_page(
        "tickets.html",
        "tickets",
        desk,
        by,
        tickets=[(ticket, local(ticket.created_at)) for ticket in found],
        state=state,
        states=STATES,
    )


@router.get(".csv")
def exported(desk: AtDesk, by: Supervisor) -> Response:
    """All tickets as a table, without how to reach the callers."""
    rows = tickets(desk.log, by, count=100_000)
    looked(desk.log, by.name, "tickets_export")
    name = quote(say("console.tickets.file"))
    return Response(
        "\ufeff" + _csv(rows),  # or Excel takes it for another encoding
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


@router.get("/{id}")
def one(desk: AtDesk, by: Staff, id: str) -> HTMLResponse:
    """A ticket with its history and what may be done next."""
    ticket, history = ticket_of(desk.log, id.replace("\0", ""), by)
    steps = [name for name, (states, _) in STEPS.items() if ticket.state in states]
    return staff_page(
        "ticket.html",
        "tickets",
        desk,
        by,
        ticket=ticket,
        created=local(ticket.created_at),
        evidence=to_html(ticket.evidence),
        history=[(event, local(event.happened_at)) for event in history],
        steps=[name for name in steps if name != "assign" or by.oversees],
        people=[a.name for a in accounts(desk.log) if a.active],
    )


@router.post("/{id}")
def stepped(
    desk: AtDesk, by: Staff, id: str, form: Annotated[StepForm, Form()]
) -> RedirectResponse:
    """Move a ticket on."""
    step = Step(form.action, form.version, form.note, form.assignee)
    ticket = take_step(desk.log, id.replace("\0", ""), step, by)
    return RedirectResponse(f"/console/tickets/{ticket.id}", 303)


def local(moment: datetime) -> str:
    """A moment of the tables to the minute in Beijing."""
    return f"{moment.replace(tzinfo=UTC).astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _csv(rows: Iterable[Ticket]) -> str:
    table = io.StringIO()
    writer = csv.writer(table)
    columns: dict[str, str] = words("console.tickets.columns")
    writer.writerow(columns.values())
    states: dict[str, str] = words("staff.states")
    for ticket in rows:
        shown = {
            "created_at": local(ticket.created_at),
            "state": states[ticket.state],
            "assignee": ticket.assignee or "",
        }
        cells = (str(shown.get(name, getattr(ticket, name))) for name in columns)
        writer.writerow(f"'{c}" if c.startswith(FORMULAS) else c for c in cells)
    return table.getvalue()
