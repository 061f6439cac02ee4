"""The numeric guard: each span is compared with its own source, not with a set."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter

from assistant.amounts import Figure, number_text
from assistant.combine import Sum
from assistant.facts import chinese_date, status_sentence
from assistant.inputs import amount_text, percent_text
from assistant.money import yuan_text
from assistant.rule_checks import stated_days, stated_numbers
from assistant.rules import Rule
from assistant.spans import (
    Computed,
    Echo,
    Fixed,
    Marker,
    Named,
    OfDocument,
    OfRule,
    Quoted,
    Said,
    Sentence,
    Span,
)
from assistant.vocabulary import load_vocabulary
from prompts import words


@dataclass(frozen=True, slots=True)
class Violation:
    """A span that its source does not bear out."""

    text: str
    source: str


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
        case Echo(name, value):
            return text == amount_text(name, value)
        case Said(question):
            return text in question
        case OfRule(rule):
            return text in _of_rule(rule)
        case OfDocument() as entry:
            return text in _of_document(entry)
        case Marker(number):
            return text == f"[{number}]"


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


def _of_rule(rule: Rule) -> set[str]:
    """What may be shown of a rule: its label, its numbers, its days."""
    terms = rule.terms
    shown = {terms.label, *terms.open}
    for field, value, kind in stated_numbers(terms, load_vocabulary()):
        name = field.rpartition(".")[2]
        if kind == "money":
            shown.add(yuan_text(value))
        elif kind == "rate":
            shown.add(percent_text(value))
        elif name in load_vocabulary().inputs:
            shown.add(amount_text(name, value))
    days = {chinese_date(day) for _, day in stated_days(terms)}
    last = rule.last_day()
    return shown | days | ({chinese_date(last)} if last else set())


def _of_document(entry: OfDocument) -> set[str]:
    document, clause = entry.document, entry.clause
    shown = {
        document.title,
        document.short,
        document.number or "",
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
