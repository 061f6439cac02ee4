"""Turns that were refused or voted down, and what a supervisor says is right."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import delete, exists, or_, select

from assistant.staff.actor import Actor
from assistant.staff.audit import record
from assistant.staff.tables import REVIEWS, now
from assistant.turn_log import StoredTurn, TurnLog, TurnLogError, turn_of
from assistant.turn_schema import TURNS, VOTES
from prompts import say

WELL_REFUSED = ("smalltalk", "empty", "too_long")  # reasons that need no review
LOOKED_AT = 500  # of the latest turns that may be due


@dataclass(frozen=True, slots=True)
class Due:
    """A turn that waits for a review, and what its asker thought of it."""

    turn: StoredTurn
    voted_down: bool
    reason: str  # of the vote


@dataclass(frozen=True, slots=True)
class Right:
    """What a right answer holds, in the words of `python -m eval adopt`."""

    behaviour: str
    clauses: str = ""
    must_say: str = ""
    amounts: str = ""
    notices: tuple[str, ...] = ()
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A turn's question as others may read it, and what is right."""

    turn: str
    question: str
    right: Right
    note: str
    offered: bool  # whether agents who search are shown it
    who: str = ""


def due(log: TurnLog, by: Actor) -> Sequence[Due]:
    """The turns that wait for a review, newest first; the look is written down.

    Raises TurnLogError.
    """
    downvoted = VOTES.c.helpful.is_(False)
    reviewed = exists().where(REVIEWS.c.turn == TURNS.c.id)
    wanted = or_(TURNS.c.behaviour == "refuse", downvoted)
    rows = (
        select(TURNS, VOTES.c.helpful, VOTES.c.reason)
        .join(VOTES, VOTES.c.turn == TURNS.c.id, isouter=True)
        .where(wanted, ~reviewed)
        .order_by(TURNS.c.asked_at.desc())
        .limit(LOOKED_AT)
    )
    with log.writing() as db:
        record(db, by.name, "queue_look")
        found = [_due(dict(row)) for row in db.execute(rows).mappings()]
    return [
        one
        for one in found
        if one.voted_down or one.turn.answer.get("reason") not in WELL_REFUSED
    ]


def review(log: TurnLog, found: Review, by: Actor) -> None:
    """Keep what is right for a turn, in place of what was said before.

    Raises TurnLogError, also where there is no such turn.
    """
    row = {
        "turn": found.turn,
        "reviewed_at": now(),
        "who": by.name,
        "question": found.question,
        "expect": json.dumps(asdict(found.right), ensure_ascii=False),
        "note": found.note,
        "offered": found.offered,
    }
    with log.writing() as db:
        if not db.execute(select(TURNS.c.id).where(TURNS.c.id == found.turn)).first():
            raise TurnLogError(say("turn_log.no_turn", turn=found.turn))
        db.execute(delete(REVIEWS).where(REVIEWS.c.turn == found.turn))
        db.execute(REVIEWS.insert().values(row))
        record(db, by.name, "review", found.turn)


def reviews(log: TurnLog, offered: bool | None = None) -> list[Review]:
    """All reviews, or those that agents may find, newest first; raises TurnLogError."""
    rows = select(REVIEWS).order_by(REVIEWS.c.reviewed_at.desc())
    if offered is not None:
        rows = rows.where(REVIEWS.c.offered.is_(offered))
    with log.reading() as db:
        return [_review(dict(row)) for row in db.execute(rows).mappings()]


def _due(row: dict[str, Any]) -> Due:
    helpful, reason = row.pop("helpful"), row.pop("reason")
    return Due(turn_of(row), helpful is False, reason or "")


def _review(row: dict[str, Any]) -> Review:
    right = json.loads(row["expect"])
    right["notices"] = tuple(right["notices"])
    own = {f.name: row[f.name] for f in fields(Review) if f.name != "right"}
    return Review(**own, right=Right(**right))
