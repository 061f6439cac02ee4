"""An answer to our question that is no question of its own: 万元."""

from assistant.question import patterns
from assistant.session import Session
from index.lexical import normalised
from prompts import say


def completed(question: str, session: Session) -> str:
    """The question before with the unit that it lacked, where only that is said."""
    unit = patterns()["only_unit"].match(normalised(question).strip())
    doubt = next((d for d in session.known.doubts if d.kind == "unit"), None)
    if not (unit and doubt and session.turns):
        return question
    before = session.turns[-1]
    asked = say("figures.ask.unit", text=doubt.text)
    if before.answer.questions != (asked,):
        return question
    return normalised(before.question).replace(doubt.text, doubt.text + unit["unit"], 1)
