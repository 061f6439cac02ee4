"""A model makes a follow-up whole; the question is then answered without it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from assistant.answer import Answer
from assistant.endpoint import Endpoint
from assistant.evidence import headings_of
from assistant.lead import SHORT
from assistant.model_call import Failed, Message
from assistant.session import Session
from assistant.sources import Understood
from assistant.spans import Span, plain, write
from assistant.standalone import unsaid
from assistant.vocabulary import load_vocabulary
from assistant.wording import data, unfenced
from prompts import say

# A muddled follow-up looks as if it were outside the texts. What the model makes of
# it holds the asker's words only, and is refused again where they are outside.
REASONS = frozenset({"outside", "nonsense", "silent"})
TURNS = 4  # that the model is shown, newest last


def _known_name(name: str) -> str:
    if name not in load_vocabulary().inputs:
        raise ValueError(name)
    return name


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Words = Annotated[str, Field(min_length=1, max_length=40)]


class Slots(_Strict):
    """The asker's own words for what decides an answer."""

    place: Words | None = None
    level: Words | None = None
    inputs: dict[Annotated[str, AfterValidator(_known_name)], Words] = {}

    def words(self) -> tuple[str, ...]:
        """All of them, as said."""
        named = (self.place, self.level, *self.inputs.values())
        return tuple(dict.fromkeys(w for w in named if w))


class Reading(_Strict):
    """A model's reading of a follow-up."""

    question: Annotated[str, Field(min_length=2, max_length=200)]
    slots: Slots = Slots()


def may_reread(answer: Answer) -> bool:
    """Whether a turn was not understood, so that its reading may be tried again."""
    asked = say("figures.ask.benefit") in answer.questions
    return asked or (answer.behaviour == "refuse" and answer.reason in REASONS)


def reread(
    endpoint: Endpoint, session: Session, question: str, until: float
) -> Span | None:
    """The follow-up as a standalone question that only says what the asker said.

    `session` is as it was before the turn; what a model must not see is masked in it.
    """
    said = (*(t.question for t in session.turns), question)
    last = next((t.answer for t in reversed(session.turns) if t.answer.citations), None)
    headings = headings_of(last) if last else ()
    reply = endpoint.text(_messages(said, headings), until)
    if isinstance(reply, Failed):
        return None
    try:
        reading = Reading.model_validate_json(unfenced(reply))
    except ValidationError:
        return None
    slots = reading.slots.words()
    if any(not any(words in turn for turn in said) for words in slots):
        return None
    whole = "，".join(
        (*(w for w in slots if w not in reading.question), reading.question)
    )
    return (
        None
        if unsaid(whole, said, headings)
        else Span(whole, Understood(said, headings))
    )


def understood(answer: Answer, question: Span) -> Answer | None:
    """The answer that says how the question was read; None where it has no room."""
    line = write("model.understood", question=question)
    text = f"{plain([line])}\n\n{answer.text}"
    if len(text) > SHORT >= len(answer.text):
        return None
    return replace(answer, text=text, lines=(line, *answer.lines))


def _messages(said: Sequence[str], headings: Sequence[str]) -> list[Message]:
    inputs = load_vocabulary().inputs
    user = say(
        "model.reading.user",
        said=data("model.reading.said", "\n".join(said[-TURNS:-1])),
        last=data("model.reading.last", "\n".join(headings)),
        question=data("model.wording.question", said[-1]),
    )
    names = "、".join(f"{name}（{entry.label}）" for name, entry in inputs.items())
    return [("system", say("model.reading.system", inputs=names)), ("user", user)]
