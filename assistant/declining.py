"""Answers that hold no policy: courtesies, refusals by type, and questions back."""

from collections.abc import Iterable

from assistant.answer import Answer
from assistant.question import Request, patterns
from index.documents import PolicyDocument
from prompts import say

MOST_NAMED = 6  # texts listed in a refusal
COURTESIES = ("thanks", "bye", "hello", "heard")  # thanks before hello: 你好，谢谢


def courtesy(request: Request) -> Answer | None:
    """The reply to thanks, a greeting or 好的; None where anything else is said."""
    ways = patterns()
    rest = request.text
    for name in COURTESIES:
        rest = ways[name].sub("", rest)
    if any(c.isalnum() for c in rest):
        return None
    for name in COURTESIES:
        if ways[name].search(request.text):
            text = say(f"replies.courtesy.{name}")
            return Answer("refuse", text, reason="smalltalk")
    return None


def unsafe(request: Request, documents: Iterable[PolicyDocument]) -> Answer | None:
    """The refusal of a request to forge, whatever policy words stand around it."""
    asked = patterns()["unsafe"].search(request.text)
    return refuse("illegal", documents) if asked else None


def refuse(
    reason: str, documents: Iterable[PolicyDocument] = (), **values: object
) -> Answer:
    """A refusal of one type; with the texts that are held, what to ask instead."""
    text = say(f"replies.refusals.{reason}", **values)
    return Answer("refuse", f"{text}\n\n{held(documents)}".strip(), reason=reason)


def held(documents: Iterable[PolicyDocument]) -> str:
    """What the texts are and what they speak of; "" for no texts."""
    names = "、".join(f"《{d.short}》" for d in list(documents)[:MOST_NAMED])
    return say("replies.refusals.held", documents=names) if names else ""


def ask_place(documents: Iterable[PolicyDocument]) -> Answer:
    """The one question that decides most: where the asker is."""
    places = dict.fromkeys("".join(d.place) for d in documents)
    return ask("place", "、".join(places))


def ask_document(documents: Iterable[PolicyDocument]) -> Answer:
    """Which of the texts is meant."""
    return ask("document", "、".join(f"《{d.short}》" for d in documents))


def ask(what: str, choices: str) -> Answer:
    """One question back, with its choices."""
    question = say(f"replies.questions.{what}", choices=choices)
    return Answer("clarify", question, questions=(question,))
