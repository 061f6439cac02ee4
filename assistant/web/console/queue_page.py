"""复核: turns that were refused or voted down, and what is right for them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from assistant.chat import LONGEST_QUESTION
from assistant.money import Sum, read_money
from assistant.privacy import mask
from assistant.staff.accounts import StaffError
from assistant.staff.audit import looked
from assistant.staff.reviews import Review, Right, due, review, reviews
from assistant.web.access import Supervisor
from assistant.web.article import plain
from assistant.web.console.frame import staff_page
from assistant.web.console.tickets_page import local
from assistant.web.conversation_routes import asked_of
from assistant.web.desk import Desk
from assistant.web.layout import AtDesk
from assistant.web.render import to_html
from prompts import say, words

router = APIRouter(prefix="/console/queue")
LONGEST = 500  # characters of a cell
SPLIT = "\uff1b"  # between clauses, words or sums that must all be there


class ReviewForm(BaseModel):
    """What a supervisor says is right, in the words of `python -m eval adopt`."""

    question: str = Field(max_length=LONGEST_QUESTION)
    behaviour: Literal["answer", "clarify", "refuse"]
    clauses: str = Field("", max_length=LONGEST)
    must_say: str = Field("", max_length=LONGEST)
    amounts: str = Field("", max_length=LONGEST)
    notices: list[str] = Field(default_factory=list[str], max_length=10)
    verdict: Literal["yes", "no", "depends", ""] = ""
    note: str = Field("", max_length=LONGEST)
    offered: bool = False


@router.get("")
def queue(desk: AtDesk, by: Supervisor) -> HTMLResponse:
    """What waits, and what was reviewed."""
    waiting = [(one, local(one.turn.asked_at)) for one in due(desk.log, by)]
    return staff_page(
        "queue.html", "queue", desk, by, waiting=waiting, done=reviews(desk.log)[:50]
    )


@router.get("/{turn}")
def one(desk: AtDesk, by: Supervisor, turn: str) -> HTMLResponse:
    """One turn with the form for what is right."""
    stored = desk.log.turn(turn.replace("\0", ""))
    looked(desk.log, by.name, "turn_look", stored.id)
    own = [r for r in reviews(desk.log) if r.turn == stored.id]
    return staff_page(
        "review.html",
        "queue",
        desk,
        by,
        turn=stored,
        asked_at=local(stored.asked_at),
        answer=to_html(plain(asked_of(stored))),
        review=own[0] if own else None,
        clauses=desk.assistant.index.library.ids,
        notices=words("console.queue.notices"),
    )


@router.post("/{turn}")
def recorded(
    desk: AtDesk, by: Supervisor, turn: str, form: Annotated[ReviewForm, Form()]
) -> RedirectResponse:
    """Keep what is right for a turn."""
    known = words("console.queue.notices")
    right = Right(
        form.behaviour,
        _checked_clauses(desk, form.clauses),
        form.must_say.strip(),
        _checked_sums(form.amounts),
        tuple(name for name in form.notices if name in known),
        form.verdict or None,
    )
    if not form.note.strip():
        raise StaffError(say("console.queue.no_note"))
    question = mask(form.question).text
    if not question.strip():
        raise StaffError(say("web.chat.empty"))
    kept = Review(turn, question, right, mask(form.note).text, form.offered)
    review(desk.log, kept, by)
    return RedirectResponse("/console/queue", 303)


def _checked_clauses(desk: Desk, cell: str) -> str:
    """Clause ids as typed; raises StaffError for one that is none."""
    for id_ in filter(None, map(str.strip, cell.replace(";", SPLIT).split(SPLIT))):
        if id_ not in desk.assistant.index.library.row:
            raise StaffError(say("web.clause.none", id=id_))
    return cell.strip()


def _checked_sums(cell: str) -> str:
    """Sums as typed; raises StaffError for one that cannot be read."""
    for sum_ in filter(None, map(str.strip, cell.replace(";", SPLIT).split(SPLIT))):
        if len([m for m in read_money(sum_) if isinstance(m, Sum)]) != 1:
            raise StaffError(say("evaluation.table.no_sum", words=sum_))
    return cell.strip()
