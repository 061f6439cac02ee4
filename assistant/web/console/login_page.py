"""Logging in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import SecretStr

from assistant.staff.accounts import (
    SHIFT,
    StaffError,
    account_of,
    accounts,
    log_in,
    log_out,
)
from assistant.staff.actor import Actor
from assistant.web.access import COOKIE, Staff
from assistant.web.console.call import hang_up
from assistant.web.desk import Desk
from assistant.web.layout import AtDesk, page
from prompts import say

router = APIRouter()


@router.get("/console/login")
def form(desk: AtDesk) -> HTMLResponse:
    """The form, or how the first account is made."""
    return _form(desk, "", "" if accounts(desk.log) else say("console.login.none"))


@router.post("/console/login")
def enter(
    request: Request,
    desk: AtDesk,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[SecretStr, Form(max_length=200)] = SecretStr(""),  # noqa: B008
) -> Response:
    """Begin a login, or say that it is none."""
    try:
        token = log_in(desk.log, name.strip(), password)
    except StaffError as error:
        return _form(desk, name, str(error), 422)
    found = account_of(desk.log, token)
    if found:  # a call of an earlier login is over, and what its caller said
        hang_up(desk, Actor(found.name, found.role))
    entered = RedirectResponse("/console", 303)
    entered.set_cookie(
        COOKIE,
        token,
        max_age=int(SHIFT.total_seconds()),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return entered


@router.post("/console/logout")
def leave(request: Request, desk: AtDesk, by: Staff) -> Response:
    """End the login and the call that is open."""
    hang_up(desk, by)
    log_out(desk.log, request.cookies[COOKIE], by.name)
    left = RedirectResponse("/console/login", 303)
    left.delete_cookie(COOKIE)
    return left


def _form(desk: Desk, name: str, fault: str, code: int = 200) -> HTMLResponse:
    return page("console/login.html", "login", desk, code=code, name=name, fault=fault)
