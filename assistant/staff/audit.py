"""The audit log: every change, and every look at a caller's data, with who and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from assistant.session import new_id
from assistant.staff.tables import AUDIT, now
from assistant.turn_log import TurnLog


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did; nothing of a caller stands in it."""

    happened_at: datetime  # UTC, without a zone
    who: str
    action: str
    subject: str
    detail: str


def record(
    db: Connection, who: str, action: str, subject: str = "", detail: str = ""
) -> None:
    """Write an entry in the transaction of what it is about: both are kept or none."""
    row = {
        "id": new_id(),
        "happened_at": now(),
        "who": who,
        "action": action,
        "subject": subject,
        "detail": detail,
    }
    db.execute(AUDIT.insert().values(row))


def looked(log: TurnLog, who: str, action: str, subject: str = "") -> None:
    """Write that somebody looked at a caller's data; raises TurnLogError."""
    with log.writing() as db:
        record(db, who, action, subject)


def entries(log: TurnLog, who: str = "", count: int = 200) -> Sequence[Entry]:
    """The latest entries, newest first, of one or of all; raises TurnLogError."""
    columns = [AUDIT.c[name] for name in Entry.__dataclass_fields__]
    newest = select(*columns).order_by(AUDIT.c.happened_at.desc(), AUDIT.c.id)
    if who:
        newest = newest.where(AUDIT.c.who == who)
    with log.reading() as db:
        return [Entry(**row) for row in db.execute(newest.limit(count)).mappings()]
