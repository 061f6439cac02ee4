"""Programs that call the API, each with a key of its own."""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from assistant.staff.accounts import NAME, StaffError
from assistant.staff.audit import record
from assistant.staff.tables import CLIENTS, now
from assistant.turn_log import TurnLog
from prompts import say


@dataclass(frozen=True, slots=True)
class Client:
    """A program that may call the API."""

    name: str
    active: bool = True


def add_client(log: TurnLog, name: str, by: str) -> str:
    """Add a client; its key, which is kept only as a hash and never shown again.

    Raises StaffError or TurnLogError.
    """
    if not NAME.fullmatch(name):
        raise StaffError(say("staff.account.name"))
    key = f"pa-{secrets.token_urlsafe(32)}"
    row = {"name": name, "key_hash": _digest(key), "active": True, "created_at": now()}
    with log.writing() as db:
        if db.execute(select(CLIENTS).where(CLIENTS.c.name == name)).first():
            raise StaffError(say("staff.client.known", name=name))
        db.execute(CLIENTS.insert().values(row))
        record(db, by, "client_add", name)
    return key


def revoke_client(log: TurnLog, name: str, by: str) -> None:
    """Let a key open nothing any more; raises StaffError or TurnLogError."""
    named = CLIENTS.update().where(CLIENTS.c.name == name)
    with log.writing() as db:
        if not db.execute(named.values(active=False)).rowcount:
            raise StaffError(say("staff.client.unknown", name=name))
        record(db, by, "client_revoke", name)


def clients(log: TurnLog) -> list[Client]:
    """All clients by name; raises TurnLogError."""
    rows = select(CLIENTS.c.name, CLIENTS.c.active).order_by(CLIENTS.c.name)
    with log.reading() as db:
        return [Client(**row) for row in db.execute(rows).mappings()]


def client_of(log: TurnLog, key: str) -> Client | None:
    """Whose key it is, None for no active client's; raises TurnLogError."""
    named = (CLIENTS.c.key_hash == _digest(key)) & CLIENTS.c.active
    with log.reading() as db:
        row = db.execute(select(CLIENTS.c.name).where(named)).first()
    return Client(row.name) if row else None


def _digest(key: str) -> str:
    return sha256(key.encode("utf-8", "replace")).hexdigest()
