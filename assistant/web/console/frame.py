"""The frame around the console's pages, with the links that a role may follow."""

from typing import Any

from fastapi.responses import HTMLResponse

from assistant.facts import chinese_date
from assistant.staff.actor import Actor
from assistant.web.access import ADMINS, SUPERVISORS
from assistant.web.desk import Desk
from assistant.web.layout import POLICY
from assistant.web.render import render
from prompts import words

LINKS = (
    ("desk", "/console", ()),
    ("tickets", "/console/tickets", ()),
    ("queue", "/console/queue", SUPERVISORS),
    ("accounts", "/console/accounts", ADMINS),
    ("audit", "/console/audit", ADMINS),
)


def staff_page(
    template: str, here: str, desk: Desk, by: Actor, /, code: int = 200, **values: Any
) -> HTMLResponse:
    """A page of the console; nothing of it is kept by the browser."""
    html = render(
        f"console/{template}",
        title=words("console.pages")[here],
        here=here,
        links={name: to for name, to, roles in LINKS if not roles or by.role in roles},
        by=by,
        as_of=chinese_date(desk.today),
        **values,
    )
    headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
    return HTMLResponse(html, code, headers=headers)


def fragment(template: str, /, code: int = 200, **values: Any) -> HTMLResponse:
    """A part of a page; nothing of it is kept by the browser."""
    html = render(f"console/{template}", **values)
    return HTMLResponse(html, code, headers={"cache-control": "no-store"})
