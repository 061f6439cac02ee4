"""What a conversation holds: its turns, and the place that was said."""

from dataclasses import dataclass, field

from assistant.amounts import Figure
from assistant.answer import Answer, Citation
from assistant.known import Known
from assistant.topic import Topic
from index.clauses import CLOSING, PREFACE


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer."""

    question: str
    answer: Answer


@dataclass(slots=True)
class Session:
    """The one mutable object; only `Assistant.ask` adds to it."""

    turns: list[Turn] = field(default_factory=list[Turn])
    place: tuple[str, ...] | None = None
    known: Known = field(default_factory=Known)
    topic: Topic | None = None
    wants: frozenset[str] = frozenset()
    wants_units: bool = False
    everything: bool = False  # the last question was for all benefits there are
    subject: str = ""  # what the last question that stood by itself was searched with
    figures: tuple[tuple[Figure, ...], ...] = ()  # of the latest turns, newest last

    def last_cited(self) -> tuple[Citation, ...]:
        """The clauses of the latest answer that cites any, not its front matter."""
        for turn in reversed(self.turns):
            cited = tuple(
                c for c in turn.answer.citations if c.label not in (PREFACE, CLOSING)
            )
            if cited:
                return cited
        return ()
