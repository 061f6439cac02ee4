"""A caller on the line: what he said is known until the call ends, and no longer."""

from sqlalchemy import Connection, select

from assistant.session import new_id
from assistant.staff.audit import record
from assistant.staff.tables import CALLS, now
from assistant.turn_log import TurnLog


def begin_call(log: TurnLog, account: str) -> str:
    """The id of a new call, which is the session of its turns.

    A call of the account's that is still open ends. Raises TurnLogError.
    """
    id_ = new_id()
    row = {"id": id_, "account": account, "began_at": now(), "ended_at": None}
    with log.writing() as db:
        _end(db, account)
        db.execute(CALLS.insert().values(row))
        record(db, account, "call_begin", id_)
    return id_


def end_call(log: TurnLog, account: str) -> str | None:
    """End the account's open call and give its id; raises TurnLogError."""
    with log.writing() as db:
        return _end(db, account)


def open_call(log: TurnLog, account: str) -> str | None:
    """The id of the account's open call; raises TurnLogError."""
    with log.reading() as db:
        return _open(db, account)


def _open(db: Connection, account: str) -> str | None:
    own = (CALLS.c.account == account) & CALLS.c.ended_at.is_(None)
    return db.scalar(select(CALLS.c.id).where(own).order_by(CALLS.c.began_at.desc()))


def _end(db: Connection, account: str) -> str | None:
    ended = _open(db, account)
    own = (CALLS.c.account == account) & CALLS.c.ended_at.is_(None)
    db.execute(CALLS.update().where(own).values(ended_at=now()))
    if ended:
        record(db, account, "call_end", ended)
    return ended
