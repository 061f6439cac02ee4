"""What visitors thought of answers, for who holds the admin password."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pydantic import SecretStr

from assistant.own_turns import votes
from assistant.web.layout import AtDesk, page

ADMIN = "admin"
ask = HTTPBasic(realm="policy-assistant")


router = APIRouter()


def admitted(
    request: Request, given: Annotated[HTTPBasicCredentials, Depends(ask)]
) -> None:
    """Raises HTTPException 401 for anybody else; for all where no password is set."""
    password: SecretStr = request.app.state.password
    wanted = password.get_secret_value().encode()
    right = secrets.compare_digest(given.password.encode(), wanted)
    if not (wanted and right and given.username == ADMIN):
        raise HTTPException(401, headers={"www-authenticate": "Basic"})


@router.get("/admin/votes", dependencies=[Depends(admitted)])
def listed(desk: AtDesk) -> HTMLResponse:
    """The latest votes with their turns."""
    return page("votes.html", "votes", desk, votes=votes(desk.log))
