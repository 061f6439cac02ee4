"""One turn as HTML: verdict, lead, cards, notices, citations, what was understood."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from assistant.answer import Answer, FigureCard
from assistant.facts import chinese_date
from assistant.inputs import amount_text
from assistant.money import yuan_text
from assistant.vocabulary import Vocabulary
from assistant.web.render import render, to_html
from prompts import say, words

CHOICES = re.compile(r"（([^（）]+)）[^（）]*$")
OPEN_CARDS = 3  # more are folded away: the text has their table


@dataclass(frozen=True, slots=True)
class Asked:
    """A turn to show; `turn` is its id in the log, empty where it could not be kept."""

    turn: str
    question: str
    answer: Answer
    as_of: date


@dataclass(frozen=True, slots=True)
class Card:
    """A figure in words: 最多150万元."""

    label: str
    amount: str
    payee: str
    other_payee: bool  # the asker himself is not paid
    steps: tuple[str, ...]
    markers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was understood, as it is shown and as it may be changed."""

    name: str  # place, level, or an input's name
    label: str
    text: str


def article(asked: Asked, vocabulary: Vocabulary) -> Markup:
    """The HTML of a turn; the style sheet hides what only the latest turn offers."""
    answer = asked.answer
    markers = [c.marker for c in answer.citations]
    lead, _, rest = answer.text.partition("\n\n")
    if "|" in lead:  # a table is no lead
        lead, rest = "", answer.text
    return render(
        "article.html",
        asked=asked,
        answer=answer,
        lead=to_html(lead, markers),
        rest=to_html(rest, markers),
        cards=[_card(card, vocabulary) for card in answer.figures],
        open_cards=OPEN_CARDS,
        understood=understood(answer, vocabulary),
        levels={name: level.label for name, level in vocabulary.levels.items()},
        suggestions=[*suggestions(answer, vocabulary)],
        as_of=chinese_date(asked.as_of),
        plain=plain(asked),
    )


def plain(asked: Asked) -> str:
    """A turn as Markdown, with its day and its sources, to be copied or exported."""
    question = say("web.export.asked", question=asked.question)
    day = say("web.export.day", as_of=chinese_date(asked.as_of))
    return "\n\n".join([question, asked.answer.to_markdown(), day])


def understood(answer: Answer, vocabulary: Vocabulary) -> list[Said]:
    """Place, level and numbers that an answer rests on."""
    said = [Said("place", words("web.said.place"), answer.place or "")]
    level = vocabulary.levels.get(answer.level or "")
    text = level.label if level else ""
    said.append(Said("level", words("web.said.level"), text))
    for name, value in answer.inputs.items():
        if entry := vocabulary.inputs.get(name):  # an old turn may have an older name
            said.append(Said(name, entry.label, amount_text(name, Decimal(value))))
    return said


def suggestions(answer: Answer, vocabulary: Vocabulary) -> Iterator[str]:
    """What may be asked next: a question's choices, or what follows from an answer."""
    for question in answer.questions:
        yield from _choices(question, vocabulary)
    if answer.behaviour == "answer" and answer.citations:
        yield from words("web.suggestions.cited")
        if answer.figures:
            yield from words("web.suggestions.sums")
    if answer.behaviour == "refuse":
        yield from words("web.suggestions.refused")


def _choices(question: str, vocabulary: Vocabulary) -> Sequence[str]:
    if question in {fact.ask for fact in vocabulary.facts.values()}:
        return words("web.suggestions.yes_or_no")
    listed = CHOICES.search(question)
    choices = listed[1].split("、") if listed else []
    return choices if len(choices) > 1 else []


def _card(card: FigureCard, vocabulary: Vocabulary) -> Card:
    amount = yuan_text(Decimal(card.yuan))
    known = vocabulary.payees.get(card.payee)
    return Card(
        card.label,
        words("figures.cli.amount")[card.bound].format(amount=amount),
        known.label if known else card.payee,
        card.payee != "enterprise",
        card.steps,
        card.citations,
    )
