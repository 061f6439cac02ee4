"""What a model may word: the sentences that an answer cites, and its figures."""

from collections.abc import Iterator
from decimal import Decimal

from assistant.answer import Answer, Citation, FigureCard
from assistant.leash_words import pattern
from assistant.money import yuan_text
from assistant.verify import Evidence, Passage
from index.library import Library
from prompts import say, words

STOPS = "\u3002\uff1b; \n"  # full stop, semicolons
SEMICOLON = "\uff1b"
NOT_YOU = "not_you"
MAY_STAND = ("in_force", "unstated")  # the status of texts that a model may word


def evidence_of(answer: Answer, library: Library) -> Evidence:
    """The numbered sentences that an answer rests on, figures first.

    Of a draft, or a text that has expired, only the answer itself speaks: it says so.
    """
    stands = [c for c in answer.citations if c.status in MAY_STAND]
    markers = {c.marker for c in stands}
    cards = [card for card in answer.figures if markers.issuperset(card.citations)]
    figures = [p for card in cards for p in _of_figure(card)]
    quotes = [p for c in stands for p in _of_quote(c, library)]
    not_you = any(notice.code == NOT_YOU for notice in answer.notices)
    return Evidence((*figures, *quotes), answer.verdict, not_you)


def headings_of(answer: Answer) -> tuple[str, ...]:
    """What an answer's texts and clauses are called."""
    return tuple(dict.fromkeys(f"{c.document} {c.label}" for c in answer.citations))


def _of_figure(card: FigureCard) -> Iterator[Passage]:
    amount = yuan_text(Decimal(card.yuan))
    text = say(
        "model.wording.figure",
        label=card.label,
        amount=words("model.wording.amounts")[card.bound].format(amount=amount),
        steps="，".join(card.steps),
    )
    for marker in card.citations:
        yield Passage(marker, text.strip("，"), of_figure=True)


def _of_quote(citation: Citation, library: Library) -> Iterator[Passage]:
    document = library.documents[citation.clause.partition("#")[0]]
    places = ("".join(document.place), *document.place)
    short = tuple(p[:-1] for p in document.place)
    level = words("replies.levels")[document.level]
    for text in sentences_of(citation.quote):
        yield Passage(
            citation.marker,
            text,
            (*places, *short, level),
            citation.document,
            citation.label,
        )


def sentences_of(quote: str) -> list[str]:
    """A quote's sentences, each with what its soft promise governs past a semicolon."""
    found: list[str] = []
    goes_on = False
    for part in pattern("sentence").split(quote):
        if not (text := part.strip(STOPS)):
            continue
        if found and goes_on and pattern("case").search(text):
            found[-1] += f"{SEMICOLON}{text}"
        else:
            found.append(text)
        semicolon = pattern("semicolon").search(part)
        goes_on = bool(semicolon and pattern("soft").search(found[-1]))
    return found
