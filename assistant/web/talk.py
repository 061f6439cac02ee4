"""One turn of the page: the answer at once and kept, then a model's wording of it."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from assistant.chat import LONGEST_QUESTION
from assistant.own_turns import conversation as own_turns
from assistant.turn_log import StoredTurn, TurnLogError
from assistant.vocabulary import load_vocabulary
from assistant.web.article import Asked, article
from assistant.web.asking import Busy, held, told
from assistant.web.desk import Conversation, Desk
from assistant.web.render import render
from prompts import say, words

ID = r"^[A-Z2-7]{0,12}$"
log = logging.getLogger("policy_assistant")


class Said(BaseModel):
    """What the page sends: a question, or corrections of what was understood."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    conversation: str = Field(default="", pattern=ID)
    question: Annotated[str, Field(max_length=3 * LONGEST_QUESTION)] = ""
    corrections: Mapping[str, Annotated[str, Field(max_length=100)]] = Field(
        default_factory=dict[str, str], max_length=40
    )
    retry: bool = False  # the last question once more, in place of its answer


@dataclass(frozen=True, slots=True)
class Shown:
    """The HTML of a turn and where it belongs on the page."""

    conversation: str
    turn: str
    html: Markup
    done: bool


def talk(desk: Desk, visitor: str, said: Said) -> Iterator[Shown]:
    """A turn as it is shown: at once, and again for each better wording of it."""
    try:
        conversation = desk.open(visitor, said.conversation)
    except TurnLogError as error:
        log.exception("a conversation could not be opened")
        yield _fault(str(error))
        return
    try:
        with held(conversation):
            yield from _turn(desk, visitor, said, conversation)
    except Busy as error:
        yield _fault(str(error))


def _turn(
    desk: Desk, visitor: str, said: Said, conversation: Conversation
) -> Iterator[Shown]:
    """Every answer is kept before it is shown; a better one takes its place."""
    question, turn = said.question, None
    if said.corrections and not question:
        question = in_words(said.corrections)
    if said.retry and (last := _taken_back(desk, visitor, conversation)):
        turn, question = last.id, last.question
    if not question.strip():
        yield _fault(say("web.chat.empty"))
        return
    session, today, shown = conversation.session, desk.today, None
    for one in told(desk, conversation, question, today, turn):
        asked = Asked(one.turn, session.turns[-1].question, one.answer, today)
        html = article(asked, desk.assistant.rulebook.vocabulary)
        shown = Shown(session.id, one.turn, html, done=desk.endpoint is None)
        yield shown
    if shown and not shown.done:
        yield replace(shown, done=True)


def _taken_back(
    desk: Desk, visitor: str, conversation: Conversation
) -> StoredTurn | None:
    """The last turn, which the session no longer holds; None where there is none."""
    turns = own_turns(desk.log, visitor, conversation.session.id)
    if not turns:
        return None
    before = desk.again(visitor, turns[:-1])
    before.session.id = conversation.session.id
    conversation.session = before.session
    return turns[-1]


def in_words(corrections: Mapping[str, str]) -> str:
    """Corrections as a caller would say them, so that a turn can be replayed."""
    said, inputs = words("web.corrections"), load_vocabulary().inputs
    templates = {name: said[name] for name in ("place", "level")}
    templates |= {
        n: said["input"].replace("{label}", i.label) for n, i in inputs.items()
    }
    parts = (
        templates[name].format(value=value.strip())
        for name, value in corrections.items()
        if name in templates and value.strip()
    )
    said_all = "，".join(parts)
    return say("web.chat.correction", parts=said_all) if said_all else ""


def _fault(text: str) -> Shown:
    return Shown("", "", render("fault.html", text=text), done=True)
