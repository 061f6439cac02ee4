"""账号, 程序 and 操作记录: for admins."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import SecretStr

from assistant.staff.accounts import ROLES, accounts, add_account, change_account
from assistant.staff.actor import Actor
from assistant.staff.audit import entries, looked
from assistant.staff.clients import add_client, clients, revoke_client
from assistant.web.access import Admin
from assistant.web.console.frame import staff_page
from assistant.web.console.tickets_page import local
from assistant.web.desk import Desk
from assistant.web.layout import AtDesk

router = APIRouter(prefix="/console")
Name = Annotated[str, Form(max_length=100)]
Password = Annotated[SecretStr, Form(max_length=300)]
NONE = SecretStr("")


@router.get("/accounts")
def people(desk: AtDesk, by: Admin) -> HTMLResponse:
    """The accounts and the programs."""
    return _page(desk, by)


@router.post("/accounts")
def added(
    desk: AtDesk, by: Admin, name: Name, role: Name, password: Password
) -> RedirectResponse:
    """Add an account."""
    add_account(desk.log, name.strip(), role, password, by.name)
    return RedirectResponse("/console/accounts", 303)


@router.post("/accounts/change")
def changed(
    desk: AtDesk,
    by: Admin,
    name: Name,
    role: Name,
    active: Annotated[bool, Form()] = False,
    password: Password = NONE,
) -> RedirectResponse:
    """Change an account; it is logged out."""
    new = password if password.get_secret_value() else None
    change_account(desk.log, name, by.name, role=role, active=active, password=new)
    return RedirectResponse("/console/accounts", 303)


@router.post("/clients")
def client_added(desk: AtDesk, by: Admin, name: Name) -> HTMLResponse:
    """Add a program; its key is shown this once."""
    key = add_client(desk.log, name.strip(), by.name)
    return _page(desk, by, name.strip(), key)


@router.post("/clients/revoke")
def client_revoked(desk: AtDesk, by: Admin, name: Name) -> RedirectResponse:
    """Stop a program's key."""
    revoke_client(desk.log, name, by.name)
    return RedirectResponse("/console/accounts", 303)


@router.get("/audit")
def audit(
    desk: AtDesk, by: Admin, who: Annotated[str, Query(max_length=48)] = ""
) -> HTMLResponse:
    """Who did what."""
    looked(desk.log, by.name, "audit_look", who)
    found = entries(desk.log, who.replace("\0", ""))
    rows = [(entry, local(entry.happened_at)) for entry in found]
    return staff_page("audit.html", "audit", desk, by, rows=rows, who=who)


def _page(desk: Desk, by: Actor, added_client: str = "", key: str = "") -> HTMLResponse:
    return staff_page(
        "accounts.html",
        "accounts",
        desk,
        by,
        accounts=accounts(desk.log),
        clients=clients(desk.log),
        roles=ROLES,
        added_client=added_client,
        key=key,
    )
