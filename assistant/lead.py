"""An answer with a lead before its lines; lines that the lead says in full go."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from assistant.aligned import pairs_share
from assistant.answer import Answer, FigureCard
from assistant.dates_said import folded
from assistant.leash_words import pattern
from assistant.money import yuan_text
from assistant.sources import Computed, Fixed, Marker, Named, OfRule
from assistant.spans import Sentence, plain
from assistant.tokens import Piece, numbers_of, pieces_of, text_of
from prompts import words

COVERED = 0.9  # of a line's pairs of characters that the lead holds
SHORT, LONG = 800, 2000  # characters of an answer, and of one of several benefits
SUMS = ("total", "difference")  # cards of figures taken together
# A line of other spans quotes, works out, or says how a text stands: it always stays.
MAY_GO = (Fixed, Named, OfRule, Marker, Computed)


def with_lead(answer: Answer, lead: Sequence[Sentence]) -> Answer:
    """The answer led by sentences; as it was where that would make it too long."""
    if not lead:
        return answer
    said = plain(lead)
    kept = [line for line in answer.lines if not _covered(line, answer, said)]
    text = answer.text
    for line in answer.lines:
        own = plain([line])
        if line not in kept and text.count(own) == 1:
            text = text.replace(own, "").strip()
    text = f"{said}\n\n{_tidy(text)}".strip()
    if len(text) > (SHORT if len(answer.text) <= SHORT else LONG):
        return answer
    return replace(answer, text=text, lines=(*lead, *kept))


def only_repeats(answer: Answer, said: Sequence[str]) -> bool:
    """Whether sentences say the figures that head the answer, and no more."""
    headings = [pieces_of(_heading(card)) for card in answer.figures]
    return all(
        any(
            {n.amount for n in numbers_of(ours)}
            == {n.amount for n in numbers_of(theirs)}
            and pairs_share(ours, theirs) >= COVERED
            for theirs in headings
        )
        for ours in map(_read, said)
    )


def lacks_sum(answer: Answer, said: Sequence[str]) -> bool:
    """Whether sentences say parts of a sum, but not the sum that the answer has."""
    sums = [card for card in answer.figures if card.rule in SUMS]
    parts = [card for card in answer.figures if card.rule not in SUMS]
    return any(_says(card, said) for card in parts) and not all(
        any(card.label in line and _says(card, [line]) for line in said)
        for card in sums
    )


def _heading(card: FigureCard) -> str:
    amount = yuan_text(Decimal(card.yuan))
    bound = words("model.wording.amounts")[card.bound]
    return folded(f"{card.label}{bound.format(amount=amount)}")


def _says(card: FigureCard, said: Sequence[str]) -> bool:
    amount = Decimal(card.yuan)
    numbers = (n for line in said for n in numbers_of(_read(line)))
    return any(n.unit == "yuan" and n.low == n.high == amount for n in numbers)


def _tidy(text: str) -> str:
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def _covered(line: Sentence, answer: Answer, said: str) -> bool:
    """Whether the lead says all that a line does, and the line may go."""
    if any(not isinstance(span.source, MAY_GO) for span in line):
        return False
    own = plain([line])
    steps = [step for card in answer.figures for step in card.steps]
    if any(step in own for step in steps):
        return False
    ours, theirs = _read(own), _read(said)
    marks = pattern("marker")
    return (
        set(marks.findall(own)) <= set(marks.findall(said))
        and set(numbers_of(ours)) <= set(numbers_of(theirs))
        and _negations(ours) <= _negations(theirs)
        and pairs_share(ours, theirs) >= COVERED
    )


def _read(text: str) -> tuple[Piece, ...]:
    return pieces_of(pattern("marker").sub("", folded(text)))


def _negations(pieces: tuple[Piece, ...]) -> set[str]:
    return set(pattern("negation").findall(text_of(pieces)))
