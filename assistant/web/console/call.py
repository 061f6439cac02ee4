"""The call that an agent is on, and what its caller has said."""

from assistant.staff.accounts import StaffError
from assistant.staff.actor import Actor
from assistant.staff.calls import begin_call, end_call, open_call
from assistant.web.desk import Conversation, Desk
from prompts import say


class Ended(StaffError):
    """The call on the page is not the one that is open; says what to do."""


def conversation_of(desk: Desk, by: Actor, call: str) -> Conversation:
    """The conversation of the call on an agent's page; a new call where it has none.

    Raises Ended where that call is over, so that nobody answers one caller with what
    another one said; or TurnLogError.
    """
    now = open_call(desk.log, by.name)
    if call and call != now:
        raise Ended(say("console.call.ended"))
    if not call:
        call = now or begin_call(desk.log, by.name)
    return desk.open(by.visitor, call, new=True)


def start(desk: Desk, by: Actor) -> str:
    """Begin a new call; what the caller before has said is forgotten."""
    hang_up(desk, by)
    return begin_call(desk.log, by.name)


def hang_up(desk: Desk, by: Actor) -> None:
    """End the open call and forget what its caller has said."""
    if ended := end_call(desk.log, by.name):
        desk.forget(by.visitor, ended)
