"""What a conversation holds: its turns, and the place that was said."""

from dataclasses import dataclass, field

from assistant.answer import Answer


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
