"""The tables of the hotline's staff, as the migrations make them."""

from datetime import UTC, datetime

from sqlalchemy import Boolean, Column, DateTime, Integer, String, Table, Text

from assistant.turn_schema import METADATA

ACCOUNTS = Table(
    "account",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("role", String(10)),
    Column("password", Text),  # Argon2
    Column("active", Boolean),
    Column("created_at", DateTime),  # UTC, as all times here
)
LOGINS = Table(
    "login",
    METADATA,
    Column("token", String(64), primary_key=True),  # SHA-256 of the cookie
    Column("account", String(40)),
    Column("began_at", DateTime),
    Column("seen_at", DateTime),
)
CLIENTS = Table(
    "api_client",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("key_hash", String(64)),  # SHA-256 of 256 random bits
    Column("active", Boolean),
    Column("created_at", DateTime),
)
CALLS = Table(
    "phone_call",
    METADATA,
    Column("id", String(12), primary_key=True),  # the session of its turns
    Column("account", String(40)),
    Column("began_at", DateTime),
    Column("ended_at", DateTime),
)
TICKETS = Table(
    "ticket",
    METADATA,
    Column("id", String(12), primary_key=True),
    Column("state", String(8)),
    Column("version", Integer),  # the number of its latest event
    Column("created_at", DateTime),
    Column("created_by", String(48)),
    Column("assignee", String(40)),
    Column("unit", Text),
    Column("question", Text),  # masked
    Column("contact", Text),  # how to call back; emptied when the ticket is closed
    Column("evidence", Text),  # Markdown of the answer that was given
    Column("answer", Text),
)
EVENTS = Table(
    "ticket_event",
    METADATA,
    Column("ticket", String(12), primary_key=True),
    Column("number", Integer, primary_key=True),  # in its ticket, from 1
    Column("happened_at", DateTime),
    Column("who", String(48)),
    Column("action", String(8)),
    Column("note", Text),
)
REVIEWS = Table(
    "review",
    METADATA,
    Column("turn", String(12), primary_key=True),
    Column("reviewed_at", DateTime),
    Column("who", String(48)),
    Column("question", Text),  # as it may be shown to others
    Column("expect", Text),  # JSON of what a right answer holds
    Column("note", Text),
    Column("offered", Boolean),  # found by agents who search
)
AUDIT = Table(
    "audit",
    METADATA,
    Column("id", String(12), primary_key=True),
    Column("happened_at", DateTime),
    Column("who", String(48)),
    Column("action", String(24)),
    Column("subject", String(80)),
    Column("detail", Text),
)


def now() -> datetime:
    """This moment in UTC, without a zone, as the tables keep it."""
    return datetime.now(UTC).replace(tzinfo=None)
