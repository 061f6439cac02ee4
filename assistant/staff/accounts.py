"""Accounts with roles and hashed passwords, and logins that end."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any, Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr
from sqlalchemy import Connection, Row, delete, func, select

from assistant.staff.audit import record
from assistant.staff.tables import ACCOUNTS, AUDIT, LOGINS, now
from assistant.turn_log import TurnLog
from prompts import say

Role = Literal["agent", "supervisor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
NAME = re.compile(r"[\w.-]{2,40}")
SHORTEST, LONGEST = 10, 200  # characters of a password
IDLE = timedelta(minutes=60)  # without a request a login ends
SHIFT = timedelta(hours=12)  # and however busy
TRIES, LOCKED = 5, timedelta(minutes=10)  # wrong passwords in so long lock a name


class StaffError(Exception):
    """What was asked for cannot be done; says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in."""

    name: str
    role: Role
    active: bool = True


def add_account(
    log: TurnLog, name: str, role: str, password: SecretStr, by: str
) -> Account:
    """Add an account; raises StaffError, or TurnLogError."""
    account = Account(_checked_name(name), _checked_role(role))
    row = {
        "name": account.name,
        "role": account.role,
        "password": _hashed(password),
        "active": True,
        "created_at": now(),
    }
    with log.writing() as db:
        if _row_of(db, name):
            raise StaffError(say("staff.account.known", name=name))
        db.execute(ACCOUNTS.insert().values(row))
        record(db, by, "account_add", name, role)
    return account


def change_account(
    log: TurnLog,
    name: str,
    by: str,
    *,
    role: str | None = None,
    active: bool | None = None,
    password: SecretStr | None = None,
) -> None:
    """Change what is given; the account's logins end.

    Raises StaffError, also for the last active admin, or TurnLogError.
    """
    changed: dict[str, object] = {}
    if role is not None:
        changed["role"] = _checked_role(role)
    if active is not None:
        changed["active"] = active
    if password is not None:
        changed["password"] = _hashed(password)
    with log.writing() as db:
        if (before := _row_of(db, name)) is None:
            raise StaffError(say("staff.account.unknown", name=name))
        db.execute(ACCOUNTS.update().where(ACCOUNTS.c.name == name).values(changed))
        admins = (ACCOUNTS.c.role == "admin") & ACCOUNTS.c.active
        left = db.scalar(select(func.count()).select_from(ACCOUNTS).where(admins))
        if before.role == "admin" and not left:
            raise StaffError(say("staff.account.last_admin"))
        db.execute(delete(LOGINS).where(LOGINS.c.account == name))
        record(db, by, "account_change", name, "、".join(changed))


def accounts(log: TurnLog) -> list[Account]:
    """All accounts by name; raises TurnLogError."""
    columns = [ACCOUNTS.c[name] for name in Account.__dataclass_fields__]
    with log.reading() as db:
        rows = db.execute(select(*columns).order_by(ACCOUNTS.c.name))
        return [Account(**row) for row in rows.mappings()]


def log_in(log: TurnLog, name: str, password: SecretStr) -> str:
    """The token of a new login.

    Raises StaffError, the same for a wrong name and a wrong password, and for a name
    that is locked; or TurnLogError.
    """
    name = name if NAME.fullmatch(name) else "-"  # nobody's; nor is it kept
    with log.reading() as db:
        locked, row = _failures(db, name) >= TRIES, _row_of(db, name)
    if locked:
        raise StaffError(say("staff.login.locked", minutes=LOCKED.seconds // 60))
    known = row and row.active
    # As slow for a name that does not exist, or its absence would show.
    right = _verified(row.password if row and known else _nobody(), password)
    token = secrets.token_urlsafe(32)
    with log.writing() as db:
        if not (known and right):
            record(db, name, "login_failed")
        else:
            moment = now()
            values = {"token": _digest(token), "account": name}
            times = {"began_at": moment, "seen_at": moment}
            db.execute(LOGINS.insert().values(values | times))
            record(db, name, "login")
    if not (known and right):
        raise StaffError(say("staff.login.wrong"))
    return token


def account_of(log: TurnLog, token: str) -> Account | None:
    """Whose login a token is, None where it has ended; raises TurnLogError."""
    moment, named = now(), LOGINS.c.token == _digest(token)
    columns = [ACCOUNTS.c[name] for name in Account.__dataclass_fields__]
    live = (
        select(*columns, LOGINS.c.seen_at)
        .join(ACCOUNTS, ACCOUNTS.c.name == LOGINS.c.account)
        .where(named, ACCOUNTS.c.active)
        .where(LOGINS.c.seen_at > moment - IDLE, LOGINS.c.began_at > moment - SHIFT)
    )
    with log.reading() as db:
        row = db.execute(live).mappings().first()
    if row is None:
        return None
    if moment - row["seen_at"] > timedelta(minutes=1):  # not a write for each request
        with log.writing() as db:
            db.execute(LOGINS.update().where(named).values(seen_at=moment))
    return Account(row["name"], row["role"], row["active"])


def log_out(log: TurnLog, token: str, by: str) -> None:
    """End a login; raises TurnLogError."""
    with log.writing() as db:
        db.execute(delete(LOGINS).where(LOGINS.c.token == _digest(token)))
        record(db, by, "logout")


def _row_of(db: Connection, name: str) -> Row[Any] | None:
    return db.execute(select(ACCOUNTS).where(ACCOUNTS.c.name == name)).first()


def _failures(db: Connection, name: str) -> int:
    """Wrong passwords for a name since it was last logged in to, of late."""
    own = (AUDIT.c.who == name) & (AUDIT.c.happened_at > now() - LOCKED)
    last = select(func.max(AUDIT.c.happened_at)).where(own, AUDIT.c.action == "login")
    since: datetime | None = db.scalar(last)
    failed = select(func.count()).select_from(AUDIT).where(own)
    failed = failed.where(AUDIT.c.action == "login_failed")
    if since:
        failed = failed.where(AUDIT.c.happened_at > since)
    return db.scalar(failed) or 0


def _checked_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise StaffError(say("staff.account.name"))
    return name


def _checked_role(role: str) -> Role:
    for known in ROLES:
        if role == known:
            return known
    raise StaffError(say("staff.account.role", role=role))


def _hashed(password: SecretStr) -> str:
    plain = password.get_secret_value()
    if not SHORTEST <= len(plain) <= LONGEST:
        raise StaffError(
            say("staff.account.password", shortest=SHORTEST, longest=LONGEST)
        )
    return PasswordHasher().hash(plain)


def _verified(hashed: str, password: SecretStr) -> bool:
    try:
        return PasswordHasher().verify(hashed, password.get_secret_value()[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """The hash of a password that nobody has."""
    return PasswordHasher().hash(secrets.token_urlsafe(32))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
