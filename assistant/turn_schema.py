"""The tables of turns and votes, their migrations, and how a database is opened."""

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
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

from prompts import say

BUSY_SECONDS = 5.0  # how long a turn waits for another program's write

METADATA = MetaData()
SCHEMA = Table("schema_version", METADATA, Column("version", Integer, primary_key=True))
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
)
VOTES = Table(
    "vote",
    METADATA,
    Column("turn", String(12), primary_key=True),
    Column("helpful", Boolean),
    Column("reason", Text),  # masked
    Column("voted_at", DateTime),  # UTC
)
# Never changed once released: what is to be different is a further migration.
MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        "create table turn ("
        "id varchar(12) primary key, session varchar(12) not null,"
        " number integer not null, asked_at timestamp not null, as_of date not null,"
        " question text not null, answer text not null, timings text not null,"
        " corpus varchar(64) not null, rules varchar(64) not null,"
        " prompts varchar(64) not null, embedding text not null,"
        " code varchar(64) not null, language_model text, model_wrote text,"
        " unique (session, number))",
        "create index turn_asked_at on turn (asked_at)",
    ),
    2: (
        "alter table turn add column visitor varchar(24)",
        "create index turn_visitor on turn (visitor, asked_at)",
        "create table vote ("
        "turn varchar(12) primary key references turn (id) on delete cascade,"
        " helpful boolean not null, reason text not null, voted_at timestamp not null)",
    ),
}


class NewerSchema(Exception):
    """A later release wrote the database; says what to do."""


def open_database(address: str | URL) -> Engine:
    """Connect and bring the table up to date.

    Raises NewerSchema, ImportError for a missing driver, OSError or SQLAlchemyError.
    """
    url = make_url(address)
    is_sqlite = url.get_backend_name() == "sqlite"
    # hide_parameters: an error's message must not hold what was asked.
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS} if is_sqlite else {},
    )
    if is_sqlite:
        if url.database and not url.query:
            _create_private(Path(url.database))
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    _migrate(engine)
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


def _migrate(engine: Engine) -> None:
    latest = max(MIGRATIONS)
    if inspect(engine).has_table(SCHEMA.name):
        with engine.connect() as db:
            if _version(db) == latest:
                return
    with writing(engine).begin() as db:
        db.execute(
            text("create table if not exists schema_version (version integer not null)")
        )
        version = _version(db)
        if version > latest:
            where = engine.url.render_as_string(hide_password=True)
            raise NewerSchema(
                say("turn_log.newer", where=where, found=version, known=latest)
            )
        for number in range(version + 1, latest + 1):
            for statement in MIGRATIONS[number]:
                db.execute(text(statement))
            db.execute(SCHEMA.insert().values(version=number))


def _version(db: Connection) -> int:
    return db.scalar(select(func.max(SCHEMA.c.version))) or 0
