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
from assistant.money import yuan_text
from assistant.rules import Rule
from assistant.verify import Evidence
from assistant.vocabulary import load_vocabulary
from index.documents import PolicyDocument
from index.read import Clause
from prompts import words


@dataclass(frozen=True, slots=True)
class Fixed:
    """Words of the template at `key`: no number stands in them."""

    key: str


@dataclass(frozen=True, slots=True)
class Named:
    """What the vocabulary calls a fact, an input, a level or a payee."""

    group: str
    name: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Verbatim words of a clause, from `start` of its text."""

    clause: Clause
    start: int


@dataclass(frozen=True, slots=True)
class Computed:
    """A sum or a step that a calculator returned."""

    result: Figure | Sum


@dataclass(frozen=True, slots=True)
class OfRule:
    """One part of a rule, checked against its quote at load.

    `part` is label, open, last_day, event_end, or the input that a bound is on.
    """

    rule: Rule
    part: str


@dataclass(frozen=True, slots=True)
class Echo:
    """A number that the asker said, shown back to him and promised to nobody."""

    name: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Said:
    """The asker's own words, shown back."""

    question: str


@dataclass(frozen=True, slots=True)
class OfDocument:
    """Title, number, dates or status of a text, or the label of one of its clauses."""

    document: PolicyDocument
    clause: Clause | None
    as_of: date


@dataclass(frozen=True, slots=True)
class Marker:
    """[1]: the citation's number."""

    number: int


@dataclass(frozen=True, slots=True)
class Worded:
    """A model's sentence, markers and all, with the evidence that bears it out."""

    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Understood:
    """A follow-up made whole by a model, from what the asker has said."""

    said: tuple[str, ...]
    headings: tuple[str, ...]


Asked = Echo | Said | Understood
Source = (
    Fixed | Named | Quoted | Computed | OfRule | OfDocument | Marker | Worded | Asked
)


@dataclass(frozen=True, slots=True)
class Span:
    """Some characters of an answer and where they come from."""

    text: str
    source: Source


Sentence = tuple[Span, ...]


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
        listed = own.startswith("- ") and text.rpartition("\n")[2].startswith("- ")
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


def quoted(clause: Clause, start: int, end: int) -> Span:
    """The clause's own words from `start` to `end`."""
    return Span(clause.text[start:end], Quoted(clause, start))


def amount(figure: Figure) -> Span:
    """The figure's sum."""
    return Span(figure.text(), Computed(figure))


def sum_text(result: Sum) -> Span:
    """A total or difference."""
    return Span(result.text(), Computed(result))


def share_text(figure: Figure, payer: str) -> Span:
    """What one payer pays of a figure."""
    return Span(yuan_text(dict(figure.shares())[payer]), Computed(figure))


def step(result: Figure | Sum, number: int) -> Span:
    """One step of a working."""
    return Span(result.steps[number], Computed(result))


def echo(name: str, value: Decimal) -> Span:
    """A number of the asker with its unit."""
    return Span(amount_text(name, value), Echo(name, value))


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
