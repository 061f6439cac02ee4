"""What a rule may say: the closed set of fields that an officer fills in as YAML."""

from datetime import date
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
    more_than: dict[Name, Number] = {}
    at_least: dict[Name, Number] = {}
    at_most: dict[Name, Number] = {}
    less_than: dict[Name, Number] = {}
    at_least_rate: dict[Name, Rate] = {}
    any_of: bool = False  # one bound is enough: by month or by quarter


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
    payers: dict[Payer, Number] = {}
    start: date | None = None
    end: date | None = None
    event: Event | None = None
    words: tuple[str, ...] = ()  # how askers tell it from its neighbours
    excludes: tuple[Exclusion, ...] = ()
    adds_to: tuple[str, ...] = ()
    also_in: tuple[Passage, ...] = ()
    open: tuple[str, ...] = ()  # what the text leaves open, said as an assumption
    because: dict[str, str] = {}  # field → why its figure is not in the quote

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.start and self.end and self.start > self.end:
            raise ValueError(say("messages.rules.dates", id=self.id))
        return self
