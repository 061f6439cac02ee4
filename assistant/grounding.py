"""The numeric guard: each span is compared with its own source, not with a set."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from string import Formatter

from assistant import shapes
from assistant.amounts import Figure, number_text
from assistant.combine import Sum
from assistant.facts import chinese_date, status_sentence
from assistant.inputs import amount_text
from assistant.money import yuan_text
from assistant.rules import Rule
from assistant.sources import (
    Computed,
    Echo,
    Fixed,
    Hotline,
    Marker,
    Named,
    OfDocument,
    OfRule,
    Quoted,
    Said,
    Somewhere,
    Understood,
    Worded,
)
from assistant.spans import Sentence, Span
from assistant.standalone import unsaid
from assistant.terms import Terms
from assistant.verify import faults
from assistant.vocabulary import load_vocabulary
from prompts import words


@dataclass(frozen=True, slots=True)
class Violation:
    """A span that its source does not bear out."""

    text: str
    source: str


class Unsound(AssertionError):
    """A sentence that its sources do not bear out: a fault of the program."""


# Set by the tests: a violation is then an error rather than a sentence withheld.
strict = False


def sound(lines: Iterable[Sentence]) -> tuple[list[Sentence], bool]:
    """The sentences that their sources bear out, and whether any was withheld.

    Raises Unsound instead where `strict` is set.
    """
    kept: list[Sentence] = []
    withheld = False
    for line in lines:
        found = violations([line])
        if found and strict:
            raise Unsound(found)
        withheld = withheld or bool(found)
        if not found:
            kept.append(line)
    return kept, withheld


def violations(sentences: Iterable[Sentence]) -> list[Violation]:
    """Every span that does not show what its source says; [] for a sound answer."""
    return [
        Violation(span.text, type(span.source).__name__)
        for sentence in sentences
        for span in sentence
        if not borne_out(span)
    ]


def borne_out(span: Span) -> bool:
    """Whether a span shows exactly what its source holds."""
    text = span.text
    match span.source:
        case Fixed(key):
            return text in _literals(key) and not numbers_in(text)
        case Named(group, name):
            entry = getattr(load_vocabulary(), group)[name]
            return text == entry.label and not numbers_in(text)
        case Quoted(clause, start):
            return clause.text[start : start + len(text)] == text
        case Computed(result):
            return text in _computed(result)
        case Echo() | Somewhere() | Said() as asked:
            return _as_asked(text, asked)
        case OfRule(rule, part):
            return text in _of_rule(rule, part)
        case OfDocument() as entry:
            return text in _of_document(entry)
        case Marker() | Hotline() as constant:
            return text == _constant(constant)
        case Worded() | Understood() as source:
            return _by_model(text, source)


def _constant(source: Marker | Hotline) -> str:
    """The one text that a marker or the hotline may have."""
    is_marker = isinstance(source, Marker)
    return f"[{source.number}]" if is_marker else words("replies.how.hotline")


def _by_model(text: str, source: Worded | Understood) -> bool:
    """Whether what a model wrote passes again what it has passed."""
    if isinstance(source, Worded):
        return not faults(text, source.evidence)
    return not unsaid(text, source.said, source.headings)


def _as_asked(text: str, asked: Echo | Somewhere | Said) -> bool:
    """Whether words are the asker's own: a number, the place, a passage."""
    match asked:
        case Echo(name, value):
            return text == amount_text(name, value)
        case Somewhere(path):
            return text == "".join(path)
        case Said(question):
            return text in question


def numbers_in(text: str) -> list[str]:
    """Numbers in words that have no source for one."""
    found = re.finditer(words("figures.reading.number"), text)
    return [match.group() for match in found]


def _literals(key: str) -> list[str]:
    return [literal for literal, _, _, _ in Formatter().parse(words(key))]


def _computed(result: Figure | Sum) -> set[str]:
    shown = {number_text(result.amount, result.unit), *result.steps}
    if isinstance(result, Figure):
        shown |= {yuan_text(share) for _, share in result.shares()}
    return shown


def _of_rule(rule: Rule, part: str) -> set[str]:
    """What may be shown for one part of a rule."""
    terms, event = rule.terms, rule.terms.event
    match part:
        case "label":
            return {terms.label}
        case "open":
            return set(terms.open)
        case "last_day":
            return {chinese_date(rule.last_day())}
        case "event_end":
            return {chinese_date(event.last if event else None)}
        case _:
            return {amount_text(n, limit) for n, limit in _limits(terms) if n == part}


def _limits(terms: Terms) -> Iterator[tuple[str, Decimal]]:
    """The bounds of a rule on its inputs, and how many are given out."""
    yield from ((name, limit) for _, name, limit in terms.conditions.bounds)
    amount = terms.amount
    if isinstance(amount, shapes.Fixed) and amount.each and amount.places is not None:
        yield amount.each, amount.places


def _of_document(entry: OfDocument) -> set[str]:
    document, clause = entry.document, entry.clause
    shown = {
        document.title,
        document.short,
        document.number or "",
        (document.number or "") + document.id.partition("/")[2],
        "".join(document.place),
        *document.place,
        status_sentence(document, entry.as_of),
        chinese_date(entry.as_of),
        *(chinese_date(d) for d in (document.issued, document.valid_until)),
    }
    if clause:
        shown |= {clause.label, clause.heading, *clause.units, *clause.headings}
        shown |= {clause.label + clause.heading}
    return shown
