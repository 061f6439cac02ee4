"""Who does something, as it stands in the records: a person or a program."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from assistant.staff.accounts import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """An account by its name, or a client as api:NAME."""

    name: str
    role: Role | Literal["client"]

    @property
    def oversees(self) -> bool:
        """Whether every ticket and every queued turn is this one's business."""
        return self.role in ("supervisor", "admin")

    @property
    def visitor(self) -> str:
        """The visitor that this one's turns are kept as."""
        return sha256(f"staff:{self.name}".encode()).hexdigest()[:24]
