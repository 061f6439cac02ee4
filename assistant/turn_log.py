"""Turns with their answers in a database, so that any answer can be replayed."""

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, RowMapping, delete, select
from sqlalchemy.exc import SQLAlchemyError

from assistant.answer import Answer, Notice
from assistant.chat import LONGEST_QUESTION
from assistant.migrations import NewerSchema
from assistant.session import Session, new_id
from assistant.turn_schema import TURNS, forget_deleted, open_database, writing
from assistant.versions import Versions
from index.settings import Settings
from prompts import say

_VERSIONS = tuple(Versions.__dataclass_fields__)
_to_json = partial(json.dumps, ensure_ascii=False)


class TurnLogError(Exception):
    """Turns cannot be written or read, or there is no such turn; says what to do."""


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One question and its answer as they were given."""

    id: str
    session: str
    number: int  # of the turn in its session, from 1
    asked_at: datetime  # UTC, without a zone
    as_of: date
    question: str  # masked
    answer: dict[str, Any]  # Answer.to_json() and the reason
    timings: dict[str, float]  # milliseconds by step
    versions: Versions
    model_wrote: str | None = None
    visitor: str | None = None

    @property
    def local_asked_at(self) -> datetime:
        """When it was asked, in the time zone where the program runs."""
        return self.asked_at.replace(tzinfo=UTC).astimezone()


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer and the turn it is stored as."""

    answer: Answer
    turn: str


@dataclass(frozen=True, slots=True)
class NotKept:
    """An answer that says itself that it is not stored, and why it is not."""

    answer: Answer
    fault: str


class TurnLog:
    """The turns in one database, which is opened at the first use."""

    def __init__(self, address: str | URL) -> None:
        self.address = address
        self._opening = threading.Lock()
        self._engine: Engine | None = None

    @classmethod
    def of(cls, settings: Settings) -> "TurnLog":
        """The log of POLICY_DATABASE_URL, else turns.db in the data folder."""
        own = URL.create("sqlite", database=str(settings.data.resolve() / "turns.db"))
        return cls(settings.database_url or own)

    def store(self, turn: StoredTurn) -> None:
        """Write one turn; it is on the disk when this returns.

        Raises TurnLogError.
        """
        with self.writing() as db:
            db.execute(TURNS.insert().values(_row_of(turn)))

    def replace(self, turn: StoredTurn) -> None:
        """Write a stored turn anew under its id; raises TurnLogError."""
        named = TURNS.update().where(TURNS.c.id == turn.id)
        with self.writing() as db:
            db.execute(named.values(_row_of(turn)))

    def turn(self, id_: str) -> StoredTurn:
        """The turn of an id, in upper or lower case; raises TurnLogError."""
        with self.reading() as db:
            named = select(TURNS).where(TURNS.c.id == id_.strip().upper())
            found = db.execute(named).mappings().first()
        if found is None:
            raise TurnLogError(say("turn_log.no_turn", turn=id_.strip()))
        return turn_of(found)

    def before(self, turn: StoredTurn) -> list[StoredTurn]:
        """The turns of the same session before one, in their order.

        Raises TurnLogError also where one of them is missing.
        """
        own = (TURNS.c.session == turn.session) & (TURNS.c.number < turn.number)
        with self.reading() as db:
            rows = db.execute(select(TURNS).where(own).order_by(TURNS.c.number))
            turns = [turn_of(row) for row in rows.mappings()]
        missing = set(range(1, turn.number)) - {t.number for t in turns}
        if missing:
            raise TurnLogError(say("turn_log.gap", turn=turn.id, number=min(missing)))
        return turns

    def latest(self, count: int) -> list[StoredTurn]:
        """The latest turns, newest first; raises TurnLogError."""
        newest = select(TURNS).order_by(TURNS.c.asked_at.desc(), TURNS.c.number.desc())
        with self.reading() as db:
            rows = db.execute(newest.limit(count)).mappings()
            return [turn_of(row) for row in rows]

    def delete_before(self, moment: datetime) -> int:
        """Delete the turns asked before a moment (UTC, without a zone).

        Returns how many they were; nothing of them is left in the file.
        Raises TurnLogError.
        """
        with self.database() as engine:
            with writing(engine).begin() as db:
                old = delete(TURNS).where(TURNS.c.asked_at < moment)
                deleted = db.execute(old).rowcount
            if not forget_deleted(engine):
                raise TurnLogError(say("turn_log.not_emptied", count=deleted))
        return deleted

    def close(self) -> None:
        """Close the connections; the next use opens them again."""
        if self._engine:
            self._engine.dispose()

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A connection to read with; its faults are raised as TurnLogError."""
        with self.database() as engine, engine.connect() as db:
            yield db

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A transaction to write in, kept when it ends without an error.

        Its faults are raised as TurnLogError.
        """
        with self.database() as engine, writing(engine).begin() as db:
            yield db

    @contextmanager
    def database(self) -> Generator[Engine]:
        """The engine; its faults are raised as TurnLogError."""
        try:
            with self._opening:
                self._engine = self._engine or open_database(self.address)
            yield self._engine
        except NewerSchema as error:
            raise TurnLogError(str(error)) from error
        except ImportError as error:
            raise TurnLogError(say("turn_log.no_driver", driver=error.name)) from error
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            problem, *_ = str(cause).splitlines() or [""]  # PostgreSQL adds the row
            raise TurnLogError(say("turn_log.fault", problem=problem)) from error


def keep(
    log: TurnLog,
    versions: Versions,
    session: Session,
    as_of: date,
    shown: Answer | None = None,
    id_: str | None = None,
) -> Kept | NotKept:
    """Store the last turn of a session; what was answered is given in any case.

    `shown` is the answer with a model's words, which are stored beside the turn; `id_`
    is the turn that it takes the place of.
    """
    last = session.turns[-1]
    answer = shown or last.answer
    turn = StoredTurn(
        id=id_ or new_id(),
        session=session.id,
        number=len(session.turns),
        asked_at=datetime.now(UTC).replace(tzinfo=None),
        as_of=as_of,
        question=last.question[: LONGEST_QUESTION + 1],  # refused again as too long
        answer={**last.answer.to_json(), "reason": last.answer.reason},
        timings=last.answer.timings,
        versions=versions,
        model_wrote=answer.text if answer.text != last.answer.text else None,
        visitor=session.visitor,
    )
    try:
        (log.replace if id_ else log.store)(turn)
    except TurnLogError as error:
        notice = Notice("not_stored", say("replies.remarks.not_stored"))
        remarks = (*answer.remarks, notice)
        return NotKept(replace(answer, remarks=remarks), str(error))
    return Kept(answer, turn.id)


def _row_of(turn: StoredTurn) -> dict[str, Any]:
    row = asdict(turn) | asdict(turn.versions)
    del row["versions"]
    row["behaviour"] = turn.answer.get("behaviour")
    row |= {"answer": _to_json(turn.answer), "timings": _to_json(turn.timings)}
    return {name: _storable(value) for name, value in row.items()}


def _storable(value: Any) -> Any:
    """Without what a database cannot hold: half a character, a NUL."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def turn_of(row: RowMapping | Mapping[str, Any]) -> StoredTurn:
    """A row of the table as a turn."""
    own = {k: v for k, v in row.items() if k not in (*_VERSIONS, "behaviour")}
    own |= {"answer": json.loads(row["answer"]), "timings": json.loads(row["timings"])}
    return StoredTurn(**own, versions=Versions(**{k: row[k] for k in _VERSIONS}))
