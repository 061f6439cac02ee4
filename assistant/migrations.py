"""How the database came to be what it is, and how an older one is brought up to it."""

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    func,
    inspect,
    select,
    text,
)

from prompts import say

SCHEMA = Table(
    "schema_version", MetaData(), Column("version", Integer, primary_key=True)
)
# Of PostgreSQL's advisory locks: programs that begin at once migrate one by one.
LOCK = "select pg_advisory_xact_lock(20221403)"
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
    3: (
        "alter table turn add column behaviour varchar(8)",
        *(
            f"update turn set behaviour = '{behaviour}'"
            f' where answer like \'{{"behaviour": "{behaviour}"%\''
            for behaviour in ("answer", "clarify", "refuse")
        ),
        "create index turn_behaviour on turn (behaviour, asked_at)",
        "create table account ("
        "name varchar(40) primary key, role varchar(10) not null,"
        " password text not null, active boolean not null,"
        " created_at timestamp not null)",
        "create table login ("
        "token varchar(64) primary key,"
        " account varchar(40) not null references account (name),"
        " began_at timestamp not null, seen_at timestamp not null)",
        "create table api_client ("
        "name varchar(40) primary key, key_hash varchar(64) not null unique,"
        " active boolean not null, created_at timestamp not null)",
        "create table phone_call ("
        "id varchar(12) primary key,"
        " account varchar(40) not null references account (name),"
        " began_at timestamp not null, ended_at timestamp)",
        "create index phone_call_account on phone_call (account, began_at)",
        "create table ticket ("
        "id varchar(12) primary key, state varchar(8) not null,"
        " version integer not null, created_at timestamp not null,"
        " created_by varchar(48) not null, assignee varchar(40),"
        " unit text not null, question text not null, contact text not null,"
        " evidence text not null, answer text not null)",
        "create index ticket_state on ticket (state, created_at)",
        "create table ticket_event ("
        "ticket varchar(12) not null references ticket (id) on delete cascade,"
        " number integer not null, happened_at timestamp not null,"
        " who varchar(48) not null, action varchar(8) not null, note text not null,"
        " primary key (ticket, number))",
        "create table review ("
        "turn varchar(12) primary key references turn (id) on delete cascade,"
        " reviewed_at timestamp not null, who varchar(48) not null,"
        " question text not null, expect text not null, note text not null,"
        " offered boolean not null)",
        "create table audit ("
        "id varchar(12) primary key, happened_at timestamp not null,"
        " who varchar(48) not null, action varchar(24) not null,"
        " subject varchar(80) not null, detail text not null)",
        "create index audit_happened_at on audit (happened_at)",
    ),
}


class NewerSchema(Exception):
    """A later release wrote the database; says what to do."""


def migrate(engine: Engine) -> None:
    """Bring a database up to the latest migration; raises NewerSchema."""
    latest = max(MIGRATIONS)
    if inspect(engine).has_table(SCHEMA.name):
        with engine.connect() as db:
            if _version(db) == latest:
                return
    with engine.execution_options(writes=True).begin() as db:
        if engine.dialect.name == "postgresql":
            db.execute(text(LOCK))
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
