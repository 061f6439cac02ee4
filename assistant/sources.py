"""Where the pieces of an answer come from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistant.amounts import Figure
from assistant.combine import Sum
from assistant.rules import Rule
from assistant.verify import Evidence
from index.documents import PolicyDocument
from index.read import Clause


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
class Somewhere:
    """The place that the asker is in."""

    path: tuple[str, ...]


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
class Hotline:
    """The government's hotline: the one telephone number that is ever shown."""


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


OfTexts = Fixed | Named | Quoted | Computed | OfRule | OfDocument | Hotline
OfAsker = Echo | Somewhere | Said | Understood
Source = OfTexts | OfAsker | Worded | Marker
