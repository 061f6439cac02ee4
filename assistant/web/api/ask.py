"""Ask, and say what an answer was worth."""

from fastapi import APIRouter, HTTPException, Response

from assistant import own_turns
from assistant.web.access import Program
from assistant.web.api.models import AskRequest, Feedback, Reply
from assistant.web.asking import held, told_at_last
from assistant.web.desk import Conversation, Desk
from assistant.web.layout import AtDesk
from prompts import say

router = APIRouter(tags=[say("api.tags.ask")])


@router.post("/ask", summary=say("api.operations.ask"))
def ask(desk: AtDesk, by: Program, asked: AskRequest) -> Reply:
    """The answer to a question, kept before it is given."""
    as_of = asked.as_of or desk.today
    conversation = opened(desk, by.visitor, asked.conversation)
    with held(conversation):
        told = told_at_last(desk, conversation, asked.question, as_of)
    return Reply.of(told.answer, told.turn, conversation.session.id, as_of)


@router.post("/feedback", status_code=204, summary=say("api.operations.feedback"))
def feedback(desk: AtDesk, by: Program, given: Feedback) -> Response:
    """Keep what a client thinks of an answer that it was given."""
    kept = own_turns.vote(desk.log, by.visitor, given.turn, given.helpful, given.reason)
    if not kept:
        raise HTTPException(404, say("api.no_turn", id=given.turn))
    return Response(status_code=204)


def opened(desk: Desk, visitor: str, id_: str | None) -> Conversation:
    """A conversation of a client's, or a new one; raises HTTPException 404."""
    conversation = desk.open(visitor, id_ or "")
    if id_ and conversation.session.id != id_:
        raise HTTPException(404, say("api.no_conversation", id=id_))
    return conversation
