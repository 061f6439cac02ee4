"""An answer without a model at once, then the same one with a model's help."""

import time
from collections.abc import Iterator
from copy import copy
from dataclasses import fields
from datetime import date

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.endpoint import Endpoint
from assistant.evidence import evidence_of
from assistant.reading_model import may_reread, reread, understood
from assistant.session import Session, Turn
from assistant.wording import worded


def answers(
    assistant: Assistant,
    endpoint: Endpoint | None,
    question: str,
    session: Session,
    as_of: date,
) -> Iterator[Answer]:
    """Answers to one turn, each better than the one before; the last one stands.

    The first needs no model and comes at once. The session holds the turn as it was
    answered without the model's words, so that what follows never rests on them.
    """
    before = copied(session)
    answer = assistant.ask(question, session, as_of)
    yield answer
    if endpoint is None:
        return
    until = time.monotonic() + endpoint.deadline
    said = session.turns[-1].question  # as it is kept, and no more than that
    if before.turns and may_reread(answer):
        whole = reread(endpoint, before, said, until)
        again = assistant.ask(whole.text, before, as_of) if whole else answer
        if whole is None or again.behaviour != "answer":
            return
        if (told := understood(again, whole)) is None:
            return
        before.turns[-1] = Turn(said, again)  # later turns quote the asker
        adopt(session, before)
        answer = told
        yield answer
    if answer.behaviour == "answer" and answer.citations:
        evidence = evidence_of(answer, assistant.index.library)
        if evidence.passages:
            yield from worded(endpoint, answer, said, evidence, until)


def final_answer(
    assistant: Assistant,
    endpoint: Endpoint | None,
    question: str,
    session: Session,
    as_of: date,
) -> Answer:
    """The answer that stands in the end."""
    *_, last = answers(assistant, endpoint, question, session, as_of)
    return last


def copied(session: Session) -> Session:
    """A session of its own with the same turns, which are never changed."""
    other = copy(session)
    other.turns = [*session.turns]
    return other


def adopt(session: Session, other: Session) -> None:
    """Make a session what another one is."""
    for part in fields(Session):
        setattr(session, part.name, getattr(other, part.name))
