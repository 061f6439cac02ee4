"""A turn asked and kept, the same for the chat, the console and the API."""

import logging
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date

from assistant.answer import Answer
from assistant.turn_log import NotKept, keep
from assistant.web.desk import Conversation, Desk
from assistant.with_model import answers
from prompts import say

PATIENCE = 15.0  # seconds that a turn waits for the one before it
log = logging.getLogger("policy_assistant")


class Busy(Exception):
    """The turn before is still being answered; says so."""

    def __init__(self) -> None:
        super().__init__(say("web.chat.busy"))


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and the turn that it is kept as; "" where it could not be kept."""

    answer: Answer
    turn: str


@contextmanager
def held(conversation: Conversation) -> Generator[None]:
    """Hold a conversation for one turn; raises Busy where another one has it."""
    if not conversation.turn.acquire(timeout=PATIENCE):
        raise Busy
    try:
        yield
    finally:
        conversation.turn.release()


def told(
    desk: Desk,
    conversation: Conversation,
    question: str,
    as_of: date,
    turn: str | None = None,
) -> Generator[Told]:
    """Every answer is kept before it is given; a better one takes its place.

    `turn` is one that the first takes the place of.
    """
    session = conversation.session
    for answer in answers(desk.assistant, desk.endpoint, question, session, as_of):
        kept = keep(desk.log, desk.versions, session, as_of, answer, turn)
        if isinstance(kept, NotKept):
            log.error(kept.fault)
        else:
            turn = kept.turn
        yield Told(kept.answer, turn or "")


def told_at_once(
    desk: Desk, conversation: Conversation, question: str, as_of: date
) -> Told:
    """The first answer, which waits for no model: a caller is on the line."""
    with closing(told(desk, conversation, question, as_of)) as answers_:
        return next(answers_)


def told_at_last(
    desk: Desk, conversation: Conversation, question: str, as_of: date
) -> Told:
    """The answer that stands in the end."""
    *_, last = told(desk, conversation, question, as_of)
    return last
