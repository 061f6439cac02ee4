"""What a rule may say: the closed set of fields that an officer fills in as YAML."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from assistant.shapes import Amount, Name, Number, Rate, Strict
from prompts import say

Payer = Literal["nation", "province", "city", "district", "locality"]
RULE_ID = r"^[a-z0-9][a-z0-9-]*$"
Quote = Annotated[str, Field(min_length=2)]


class Conditions(Strict):
    """All of these must hold; the names are those of vocabulary/."""

    level: tuple[Name, ...] = ()  # any of
    facts: tuple[Name, ...] = ()  # asked for when unknown
    assumed: tuple[Name, ...] = ()  # taken to hold unless denied, and said so
    unless: tuple[Name, ...] = ()  # rules out when said to hold
    more_than: dict[Name, Number] = Field(default_factory=dict)
    at_least: dict[Name, Number] = Field(default_factory=dict)
    at_most: dict[Name, Number] = Field(default_factory=dict)
    less_than: dict[Name, Number] = Field(default_factory=dict)
    at_least_rate: dict[Name, Rate] = Field(default_factory=dict)
    any_of: bool = False  # one bound is enough: by month or by quarter

    @cached_property
    def bounds(self) -> tuple[tuple[str, str, Decimal], ...]:
        """Every bound as its kind, the input and the limit."""
        kinds = {
            "more_than": self.more_than,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "less_than": self.less_than,
            "at_least_rate": self.at_least_rate,
        }
        return tuple(
            (k, n, limit) for k, own in kinds.items() for n, limit in own.items()
        )


class Event(Strict):
    """The span in which the deed must be done; one end may be open."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    # `from` is a word of Python.
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")


class Passage(Strict):
    """Where a text says the same once more."""

    clause: str
    quote: Quote


class Exclusion(Strict):
    """A rule that cannot be had together with this one, and the words that say so."""

    rule: str
    quote: Quote


class Terms(Strict):
    """One entry of the rulebook: what a clause grants, to whom, when and how much."""

    id: str = Field(pattern=RULE_ID)
    label: str = Field(min_length=2)
    benefit: Name
    clause: str
    quote: Quote
    payee: Name
    amount: Amount
    conditions: Conditions = Conditions()
    payers: dict[Payer, Number] = Field(default_factory=dict[Payer, Number])
    start: date | None = None
    end: date | None = None
    event: Event | None = None
    words: tuple[str, ...] = ()  # how askers tell it from its neighbours
    excludes: tuple[Exclusion, ...] = ()
    adds_to: tuple[str, ...] = ()
    also_in: tuple[Passage, ...] = ()
    open: tuple[str, ...] = ()  # what the text leaves open, said as an assumption
    # field → why its figure is not in the quote
    because: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.start and self.end and self.start > self.end:
            raise ValueError(say("messages.rules.dates", id=self.id))
        return self
