"""Who is asking: a program by its key, staff by the cookie of a login, or nobody."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from assistant.staff.accounts import ROLES, account_of
from assistant.staff.actor import Actor
from assistant.staff.clients import client_of
from assistant.turn_log import TurnLog
from assistant.web.layout import AtDesk

COOKIE = "staff"
SUPERVISORS = ("supervisor", "admin")
ADMINS = ("admin",)
BEARER = "bearer "
SCHEME = HTTPBearer(auto_error=False)  # for the OpenAPI document


class LogInFirst(Exception):
    """A page of the console was asked for by nobody known."""


def program_with(log: TurnLog, authorization: str) -> Actor | None:
    """The client whose key an Authorization header holds; raises TurnLogError."""
    if authorization[: len(BEARER)].lower() != BEARER:
        return None
    found = client_of(log, authorization[len(BEARER) :].strip())
    return Actor(f"api:{found.name}", "client") if found else None


def program(
    desk: AtDesk,
    request: Request,
    _: Annotated[HTTPAuthorizationCredentials | None, Depends(SCHEME)],
) -> Actor:
    """The client that calls the API; raises HTTPException 401."""
    found = program_with(desk.log, request.headers.get("authorization", ""))
    if found is None:
        raise HTTPException(401, headers={"www-authenticate": "Bearer"})
    return found


def staff(request: Request, desk: AtDesk) -> Actor:
    """Who is logged in; raises LogInFirst, or HTTPException 403 for a foreign form."""
    _refuse_foreign(request)
    token = request.cookies.get(COOKIE)
    account = account_of(desk.log, token) if token else None
    if account is None:
        raise LogInFirst
    return Actor(account.name, account.role)


def _only(roles: tuple[str, ...]) -> Callable[[Actor], Actor]:
    def admitted(actor: Annotated[Actor, Depends(staff)]) -> Actor:
        """Who is logged in; raises HTTPException 403 for another role."""
        if actor.role not in roles:
            raise HTTPException(403)
        return actor

    return admitted


def _refuse_foreign(request: Request) -> None:
    """A form that stands on another site sends the cookie too, in old browsers."""
    if request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("origin")
    if origin and origin.partition("://")[2] != request.headers.get("host"):
        raise HTTPException(403)


Program = Annotated[Actor, Depends(program)]
Staff = Annotated[Actor, Depends(_only(ROLES))]
Supervisor = Annotated[Actor, Depends(_only(SUPERVISORS))]
Admin = Annotated[Actor, Depends(_only(ADMINS))]
