"""The shapes of an amount: a sum, a sum a head, a rate, months of relief …"""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from prompts import say

Bound = Literal["exact", "at_most", "at_least"]
NAME = r"^[a-z][a-z0-9_]*$"
PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")


def _number(value: Any) -> Any:
    """Decimal as read from the scalar's text; a float has lost its text already."""
    if isinstance(value, float | bool | str):
        raise ValueError(say("messages.rules.not_a_number", value=value))
    return value


def _rate(value: Any) -> Any:
    """10% as 0.1."""
    found = PERCENT.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(say("messages.rules.not_a_rate", value=value))
    return Decimal(found[1]) / 100


# A number of a rule: its field, its value, and how a text writes such a number.
Kind = Literal["money", "rate", "percent", "months", "count", "plain"]
Stated = tuple[str, Decimal, Kind]
Number = Annotated[Decimal, BeforeValidator(_number), Field(ge=0)]
Rate = Annotated[Decimal, BeforeValidator(_rate), Field(gt=0)]
Name = Annotated[str, Field(pattern=NAME)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Amount(Strict):
    """A shape of amount."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that it is computed from, the base first."""
        return ()

    @property
    def numbers(self) -> tuple[Stated, ...]:
        """Every number in it, all of which the quote must hold."""
        return ()

    @property
    def is_money(self) -> bool:
        """Whether somebody is paid or remitted something."""
        return True


class Fixed(_Amount):
    """A sum, once or for each of a count: 50万元; each of 2 first prizes 5万元."""

    shape: Literal["fixed"]
    sum: Number
    bound: Bound
    each: Name | None = None  # a count that is 1 unless said
    places: Number | None = None  # how many are given out

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.each,) if self.each else ()

    @property
    def numbers(self) -> tuple[Stated, ...]:
        places = self.places
        own: Stated = ("amount.sum", self.sum, "money")
        if places is None:
            return (own,)
        return own, ("amount.places", places, "count")


class PerHead(_Amount):
    """A sum for each head, and for each year where it is paid yearly."""

    shape: Literal["per_head"]
    sum: Number
    bound: Bound
    of: Name
    years: Name | None = None  # a count that is 1 unless said

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.of, self.years) if self.years else (self.of,)

    @property
    def numbers(self) -> tuple[Stated, ...]:
        return (("amount.sum", self.sum, "money"),)


class Share(_Amount):
    """A rate of a base, up to a cap."""

    shape: Literal["rate"]
    rate: Rate
    of: Name
    bound: Bound
    cap: Number | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.of,)

    @property
    def numbers(self) -> tuple[Stated, ...]:
        rate: Stated = ("amount.rate", self.rate, "rate")
        return (rate, ("amount.cap", self.cap, "money")) if self.cap else (rate,)


class Relief(_Amount):
    """Months of a monthly sum: all of it for some months, a share for others."""

    class Part(Strict):
        """So many months, of which this share is remitted."""

        months: Number
        share: Rate

    shape: Literal["months"]
    of: Name
    parts: tuple[Part, ...] = Field(min_length=1)
    bound: Bound

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.of,)

    @property
    def numbers(self) -> tuple[Stated, ...]:
        months: list[Stated] = [
            ("amount.parts", p.months, "months") for p in self.parts
        ]
        return (*months, *(("amount.parts", p.share, "rate") for p in self.parts))


class Promise(_Amount):
    """Money without a rate: it can be named and cited, never computed."""

    shape: Literal["promise"]
    cap: Number | None = None

    @property
    def numbers(self) -> tuple[Stated, ...]:
        return (("amount.cap", self.cap, "money"),) if self.cap else ()


class Limit(_Amount):
    """Something granted that is no sum: an exemption, a period, a count, a rate."""

    class Value(Strict):
        """A number of the text with its unit: 3 个月, 1 %, 6 个工作日."""

        value: Number
        unit: str
        bound: Bound

    shape: Literal["limit"]
    values: tuple[Value, ...] = ()

    @property
    def is_money(self) -> bool:
        return False

    @property
    def numbers(self) -> tuple[Stated, ...]:
        kinds: dict[str, Kind] = {"元": "money", "%": "percent"}
        return tuple(
            ("amount.values", v.value, kinds.get(v.unit, "count")) for v in self.values
        )


class Multiple(_Amount):
    """A number as a multiple of another, rounded up to whole ones."""

    shape: Literal["multiple"]
    times: Number
    of: Name
    unit: str
    bound: Bound
    from_rule: str | None = None  # whose number is taken when the asker gives none

    @property
    def is_money(self) -> bool:
        return False

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.of,)

    @property
    def numbers(self) -> tuple[Stated, ...]:
        return (("amount.times", self.times, "plain"),)


class Table(_Amount):
    """A number for each place."""

    shape: Literal["table"]
    unit: str
    bound: Bound
    places: dict[str, Number]

    @property
    def is_money(self) -> bool:
        return False

    @property
    def numbers(self) -> tuple[Stated, ...]:
        rows = self.places.items()
        return tuple((f"amount.places.{p}", n, "plain") for p, n in rows)


Amount = Annotated[
    Fixed | PerHead | Share | Relief | Promise | Limit | Multiple | Table,
    Field(discriminator="shape"),
]
