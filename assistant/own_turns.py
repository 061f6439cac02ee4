"""What a visitor of the page may see and delete of the log: his own, nobody else's."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select

from assistant.privacy import mask
from assistant.turn_log import StoredTurn, TurnLog, TurnLogError, turn_of
from assistant.turn_schema import TURNS, VOTES, forget_deleted, writing
from prompts import say

LONGEST_REASON = 500  # characters


@dataclass(frozen=True, slots=True)
class Past:
    """One conversation: how it began, when, and how many turns it has."""

    session: str
    question: str
    asked_at: datetime  # UTC, without a zone
    turns: int


def conversation(log: TurnLog, visitor: str, session: str) -> list[StoredTurn]:
    """The turns of a conversation in their order; [] where it is another visitor's.

    Raises TurnLogError.
    """
    own = (TURNS.c.visitor == visitor) & (TURNS.c.session == session)
    with log.reading() as db:
        rows = db.execute(select(TURNS).where(own).order_by(TURNS.c.number))
        return [turn_of(row) for row in rows.mappings()]


def turn_of_visitor(log: TurnLog, visitor: str, turn: str) -> StoredTurn | None:
    """A visitor's own turn, None where it is not his; raises TurnLogError."""
    own = (TURNS.c.visitor == visitor) & (TURNS.c.id == turn)
    with log.reading() as db:
        row = db.execute(select(TURNS).where(own)).mappings().first()
    return turn_of(row) if row else None


def conversations(log: TurnLog, visitor: str, count: int = 50) -> list[Past]:
    """A visitor's latest conversations, newest first; raises TurnLogError."""
    sizes = (
        select(
            TURNS.c.session,
            func.min(TURNS.c.number).label("first"),
            func.count().label("turns"),
        )
        .where(TURNS.c.visitor == visitor)
        .group_by(TURNS.c.session)
        .subquery()
    )
    begun = (TURNS.c.session == sizes.c.session) & (TURNS.c.number == sizes.c.first)
    rows = (
        select(TURNS.c.session, TURNS.c.question, TURNS.c.asked_at, sizes.c.turns)
        .join(sizes, begun)
        .order_by(TURNS.c.asked_at.desc())
        .limit(count)
    )
    with log.reading() as db:
        return [Past(**row) for row in db.execute(rows).mappings()]


def forget(log: TurnLog, visitor: str, session: str) -> int:
    """Delete a visitor's conversation with its votes; how many turns it had.

    Raises TurnLogError, also where another program's reading keeps traces in the file.
    """
    own = (TURNS.c.visitor == visitor) & (TURNS.c.session == session)
    with log.database() as engine:
        with writing(engine).begin() as db:
            deleted = db.execute(delete(TURNS).where(own)).rowcount
        if not forget_deleted(engine):
            raise TurnLogError(say("turn_log.not_emptied", count=deleted))
    return deleted


def vote(log: TurnLog, visitor: str, turn: str, helpful: bool, reason: str) -> bool:
    """Keep what a visitor thinks of his own turn, in place of what he thought before.

    False where the turn is not his; raises TurnLogError.
    """
    row = {
        "turn": turn,
        "helpful": helpful,
        "reason": mask(reason[:LONGEST_REASON]).text,
        "voted_at": datetime.now(UTC).replace(tzinfo=None),
    }
    own = (TURNS.c.visitor == visitor) & (TURNS.c.id == turn)
    with log.writing() as db:
        if db.execute(select(TURNS.c.id).where(own)).first() is None:
            return False
        db.execute(delete(VOTES).where(VOTES.c.turn == turn))
        db.execute(VOTES.insert().values(row))
    return True
