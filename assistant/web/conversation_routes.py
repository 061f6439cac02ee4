"""A visitor's own conversations: shown again, exported, voted on, deleted."""

from datetime import UTC
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant import own_turns
from assistant.answer import Answer
from assistant.turn_log import StoredTurn
from assistant.web.article import Asked, article, plain
from assistant.web.desk import BEIJING
from assistant.web.layout import AtDesk, page
from assistant.web.talk import ID
from assistant.web.visitors import visitor_of
from prompts import say

Session = Annotated[str, Query(alias="id", pattern=ID)]


class Vote(BaseModel):
    """👍 or 👎 of a turn, with a reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    turn: str = Field(pattern=ID)
    helpful: bool
    reason: str = Field(default="", max_length=own_turns.LONGEST_REASON)


router = APIRouter()


@router.get("/conversation")
def again(request: Request, desk: AtDesk, session: Session) -> HTMLResponse:
    """A conversation's turns as the chat shows them; nothing of another visitor's."""
    turns = own_turns.conversation(desk.log, visitor_of(request.cookies), session)
    vocabulary = desk.assistant.rulebook.vocabulary
    return HTMLResponse("".join(article(asked_of(turn), vocabulary) for turn in turns))


@router.get("/conversation.md")
def export(request: Request, desk: AtDesk, session: Session) -> Response:
    """A conversation as a Markdown file."""
    turns = own_turns.conversation(desk.log, visitor_of(request.cookies), session)
    parts = [say("web.export.head"), *(plain(asked_of(turn)) for turn in turns)]
    name = f"attachment; filename*=UTF-8''{quote(say('web.export.file'))}"
    return Response(
        "\n\n".join(parts) + "\n",
        media_type="text/markdown; charset=utf-8",
        headers={"content-disposition": name},
    )


@router.post("/vote")
def voted(request: Request, desk: AtDesk, vote: Vote) -> Response:
    """Keep 👍 or 👎; 404 where the turn is not the visitor's."""
    visitor = visitor_of(request.cookies)
    kept = own_turns.vote(desk.log, visitor, vote.turn, vote.helpful, vote.reason)
    return Response(status_code=204 if kept else 404)


@router.get("/past")
def past(request: Request, desk: AtDesk) -> HTMLResponse:
    """The visitor's conversations."""
    found = own_turns.conversations(desk.log, visitor_of(request.cookies))
    days = [p.asked_at.replace(tzinfo=UTC).astimezone(BEIJING) for p in found]
    rows = [*zip(found, days, strict=True)]
    return page("past.html", "past", desk, conversations=rows)


@router.post("/past/delete")
def deleted(
    request: Request,
    desk: AtDesk,
    session: Annotated[str, Form(alias="id", pattern=ID)],
) -> RedirectResponse:
    """Delete one of them."""
    visitor = visitor_of(request.cookies)
    own_turns.forget(desk.log, visitor, session)
    desk.forget(visitor, session)
    return RedirectResponse("/past", 303)


def asked_of(turn: StoredTurn) -> Asked:
    """A stored turn as it was shown, with a model's words where they were."""
    row = turn.answer if turn.model_wrote is None else _reworded(turn)
    return Asked(turn.id, turn.question, Answer.from_json(row), turn.as_of)


def _reworded(turn: StoredTurn) -> dict[str, object]:
    return {**turn.answer, "text": turn.model_wrote}
