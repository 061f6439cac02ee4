"""Typed spans: every piece of an answer knows where its words and numbers come from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from string import Formatter

from assistant.amounts import Figure
from assistant.combine import Sum
from assistant.facts import chinese_date, status_sentence
from assistant.inputs import amount_text
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
    Somewhere,
    Source,
)
from assistant.vocabulary import load_vocabulary
from index.documents import PolicyDocument
from index.read import Clause
from prompts import words


@dataclass(frozen=True, slots=True)
class Span:
    """Some characters of an answer and where they come from."""

    text: str
    source: Source


Sentence = tuple[Span, ...]


LISTED = ("-", "|")  # points of a list, rows of a table


def write(key: str, /, **values: Span | Iterable[Span]) -> Sentence:
    """The template at `key` with spans in its places; no plain text gets in.

    Raises KeyError for a value that the template wants and was not given.
    """
    template = words(key)
    spans: list[Span] = []
    for literal, name, _, _ in Formatter().parse(template):
        if literal:
            spans.append(Span(literal, Fixed(key)))
        if name is not None:
            value = values[name]
            spans += [value] if isinstance(value, Span) else value
    return tuple(spans)


def plain(sentences: Iterable[Sentence]) -> str:
    """The text of sentences, one after the other."""
    return "".join(span.text for sentence in sentences for span in sentence)


def page(lines: Sequence[Sentence]) -> str:
    """Lines as Markdown: points of a list together, all else set apart."""
    text = ""
    for line in lines:
        own = plain([line])
        above = text.rpartition("\n")[2]
        listed = own[:1] in LISTED and above[:1] == own[:1]
        text += (("\n" if listed else "\n\n") if text else "") + own
    return text


def joined(parts: Iterable[Sentence], key: str) -> Sentence:
    """Sentences with the fixed words at `key` between them."""
    between = fixed(key)
    spans: list[Span] = []
    for number, part in enumerate(parts):
        spans += [between, *part] if number else part
    return tuple(spans)


def fixed(key: str) -> Span:
    """The words at `key`, which has no places to fill."""
    return Span(words(key), Fixed(key))


def label(group: str, name: str) -> Span:
    """What the vocabulary calls something."""
    entry = getattr(load_vocabulary(), group)[name]
    return Span(entry.label, Named(group, name))


def marker(number: int) -> Span:
    """[1]"""
    return Span(f"[{number}]", Marker(number))


def hotline() -> Span:
    """12345"""
    return Span(words("replies.how.hotline"), Hotline())


def quoted(clause: Clause, start: int, end: int) -> Span:
    """The clause's own words from `start` to `end`."""
    return Span(clause.text[start:end], Quoted(clause, start))


def quoted_sentence(clause: Clause, position: int) -> Span:
    """One sentence of a clause, by its position."""
    start = 0
    for earlier in clause.sentences[: position + 1]:  # offsets in the clause's text
        start = clause.text.index(earlier.text, start)
    return quoted(clause, start, start + len(clause.sentences[position].text))


def amount(figure: Figure) -> Span:
    """The figure's sum."""
    return Span(figure.text(), Computed(figure))


def sum_text(result: Sum) -> Span:
    """A total or difference."""
    return Span(result.text(), Computed(result))


def step(result: Figure | Sum, number: int) -> Span:
    """One step of a working."""
    return Span(result.steps[number], Computed(result))


def echo(name: str, value: Decimal) -> Span:
    """A number of the asker with its unit."""
    return Span(amount_text(name, value), Echo(name, value))


def place(path: tuple[str, ...]) -> Span:
    """Where the asker is."""
    return Span("".join(path), Somewhere(path))


def rule_number(rule: Rule, name: str, value: Decimal) -> Span:
    """A bound of a rule on an input, with its unit."""
    return Span(amount_text(name, value), OfRule(rule, name))


def rule_label(rule: Rule) -> Span:
    """What the rule grants."""
    return Span(rule.terms.label, OfRule(rule, "label"))


def day(value: date, source: Source) -> Span:
    """A date, of a rule or of a document."""
    return Span(chinese_date(value), source)


def of_document(text: str, document: PolicyDocument, as_of: date) -> Span:
    """Words of the document's entry."""
    return Span(text, OfDocument(document, None, as_of))


def status(document: PolicyDocument, as_of: date) -> Span:
    """What is to be said of the text's validity."""
    text = status_sentence(document, as_of)
    return Span(text, OfDocument(document, None, as_of))
