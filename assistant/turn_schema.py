"""The tables of turns and votes, and how the database is opened."""

import os
import sqlite3
import time
from pathlib import Path

from sqlalchemy import (
    URL,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

from assistant.migrations import migrate

BUSY_SECONDS = 5.0  # how long a turn waits for another program's write

METADATA = MetaData()
TURNS = Table(
    "turn",
    METADATA,
    Column("id", String(12), primary_key=True),
    Column("session", String(12)),
    Column("number", Integer),  # of the turn in its session, from 1
    Column("asked_at", DateTime),  # UTC
    Column("as_of", Date),
    Column("question", Text),  # masked
    Column("answer", Text),  # JSON
    Column("timings", Text),  # JSON, milliseconds by step
    Column("corpus", String(64)),
    Column("rules", String(64)),
    Column("prompts", String(64)),
    Column("embedding", Text),
    Column("code", String(64)),
    Column("language_model", Text),
    Column("model_wrote", Text),  # raw, so that what was made of it can be verified
    Column("visitor", String(24)),  # whose page asked; null on the command line
    Column("behaviour", String(8)),  # of the answer, to find what was refused
)
VOTES = Table(
    "vote",
    METADATA,
    Column("turn", String(12), primary_key=True),
    Column("helpful", Boolean),
    Column("reason", Text),  # masked
    Column("voted_at", DateTime),  # UTC
)


def open_database(address: str | URL) -> Engine:
    """Connect and bring the tables up to date.

    Raises NewerSchema, ImportError for a missing driver, OSError or SQLAlchemyError.
    """
    url = make_url(address)
    is_sqlite = url.get_backend_name() == "sqlite"
    # hide_parameters: an error's message must not hold what was asked.
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=not is_sqlite,  # a server may have been restarted
        connect_args={"timeout" if is_sqlite else "connect_timeout": BUSY_SECONDS},
    )
    if is_sqlite:
        if url.database and not url.query:
            _create_private(Path(url.database))
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    migrate(engine)
    return engine


def writing(engine: Engine) -> Engine:
    """The engine for transactions that write."""
    return engine.execution_options(writes=True)


def forget_deleted(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log, in which deleted turns still stand.

    False where another program is reading and it could not be emptied.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as db:
        busy = db.exec_driver_sql("pragma wal_checkpoint(truncate)").scalar()
    return not busy


def _create_private(path: Path) -> None:
    """Create the file, readable to its owner only; -wal and -shm take after it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # BEGIN is ours, or DDL would commit by itself
    cursor = connection.cursor()
    _use_wal(cursor)
    cursor.execute("pragma synchronous = full")  # a kept turn outlives a power cut
    cursor.execute("pragma secure_delete = on")
    cursor.execute("pragma foreign_keys = on")  # a vote goes with its turn
    cursor.close()


def _use_wal(cursor: DBAPICursor) -> None:
    """SQLite does not wait where two programs switch a new file to WAL at once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Writers queue at BEGIN: none finds in its midst that another was first."""
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("begin immediate")
