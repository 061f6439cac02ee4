"""What a conversation holds: its turns, and the place that was said."""

import secrets
from base64 import b32encode
from dataclasses import dataclass, field

from assistant.amounts import Figure
from assistant.answer import Answer, Citation
from assistant.clock import Clock
from assistant.known import Known
from assistant.topic import Topic
from index.clauses import CLOSING, PREFACE


def new_id() -> str:
    """Twelve characters, A to Z and 2 to 7, that nobody can guess (60 bits)."""
    return b32encode(secrets.token_bytes(8)).decode()[:12]


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer."""

    question: str
    answer: Answer


@dataclass(slots=True)
class Session:
    """The one mutable object; only `Assistant.ask` adds to it."""

    id: str = field(default_factory=new_id)
    visitor: str | None = None  # whose it is; None on the command line
    turns: list[Turn] = field(default_factory=list[Turn])
    place: tuple[str, ...] | None = None
    known: Known = field(default_factory=Known)
    topic: Topic | None = None
    before: Topic | None = None  # the topic that it took the place of
    wants: frozenset[str] = frozenset()
    wants_units: bool = False
    facts: tuple[str, ...] = ()  # of a text, asked for last
    documents: tuple[str, ...] = ()  # the texts spoken of last
    places: tuple[tuple[str, ...], ...] = ()  # compared last
    everything: bool = False  # the last question was for all benefits there are
    subject: str = ""  # what the last question that stood by itself was searched with
    figures: tuple[tuple[Figure, ...], ...] = ()  # of the latest turns, newest last
    clock: Clock = field(default_factory=Clock)  # of the turn that is being answered

    def last_cited(self) -> tuple[Citation, ...]:
        """The clauses of the latest answer that cites any, not its front matter."""
        for turn in reversed(self.turns):
            cited = tuple(
                c for c in turn.answer.citations if c.label not in (PREFACE, CLOSING)
            )
            if cited:
                return cited
        return ()
