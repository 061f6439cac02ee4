"""What askers call things: benefits, inputs, facts, levels, payees, from data."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from index.yaml_files import DataError, explain, load_yaml
from prompts import say

FOLDER = Path(__file__).with_name("vocabulary")


def _patterns(value: object) -> object:
    """A list of regular expressions as one; raises ValueError for a wrong one."""
    if not isinstance(value, list | tuple):
        raise ValueError(say("messages.rules.not_a_list"))
    try:
        lines = cast(list[str], value)
        return re.compile("|".join(f"(?:{line})" for line in lines) or "(?!)")
    except re.error as error:
        raise ValueError(say("messages.rules.pattern", problem=error)) from error


Pattern = Annotated[re.Pattern[str], BeforeValidator(_patterns)]
NEVER = re.compile("(?!)")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Benefit(_Strict):
    """A kind of benefit, the same at every level and place, and how it is called."""

    label: str
    words: Pattern
    not_words: Pattern = NEVER
    hints: Pattern = NEVER  # enough where all that applies is asked for


class Derivation(_Strict):
    """How an input follows from others: exactly one of these."""

    divide: tuple[str, int] | None = None
    minus: tuple[str, str] | None = None
    plus: tuple[str, str] | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The inputs that it is computed from."""
        if self.divide:
            return (self.divide[0],)
        return self.minus or self.plus or ()


class Input(_Strict):
    """A number that the asker gives."""

    label: str
    kind: Literal["money", "count", "months", "rate"]
    ask: str
    words: Pattern
    unit: str = ""
    derive: tuple[Derivation, ...] = ()
    bare_is_yuan: bool = False  # 月租3200 needs no 元
    additive: bool = False  # two sums said for it may be parts of one
    includes: tuple[str, ...] = ()  # a whole is at least as large as its parts


class Fact(_Strict):
    """Something that holds or not."""

    label: str
    ask: str
    yes: Pattern
    no: Pattern = NEVER
    each: bool = False  # may hold for one thing and not for another
    restates: bool = False  # where it does not hold, the number is asked for again


class Level(_Strict):
    """A level of recognition; `counts_as` names those it also satisfies."""

    label: str
    words: Pattern
    counts_as: tuple[str, ...] = ()


class Payee(_Strict):
    """Who is paid, and how an asker says that he is one."""

    label: str
    self: Pattern = Field(default=NEVER)


class Vocabulary(_Strict):
    """All of it."""

    benefits: dict[str, Benefit]
    inputs: dict[str, Input]
    facts: dict[str, Fact]
    levels: dict[str, Level]
    payees: dict[str, Payee]

    def label(self, name: str) -> str:
        """What a condition, input, fact or level is called in Chinese."""
        for group in (self.inputs, self.facts, self.levels):
            if name in group:
                return group[name].label
        return say(f"figures.conditions.{name}")

    def bases(self, name: str) -> Iterator[str]:
        """An input and the inputs that it can be derived from."""
        yield name
        for derivation in self.inputs[name].derive:
            for base in derivation.needs:
                yield from self.bases(base)


@cache
def load_vocabulary(folder: Path = FOLDER) -> Vocabulary:
    """The vocabulary from its five files; raises DataError for a wrong entry."""
    names = ("benefits", "inputs", "facts", "levels", "payees")
    rows = {name: load_yaml(folder / f"{name}.yaml") for name in names}
    try:
        return Vocabulary.model_validate(rows)
    except ValidationError as error:
        head = say("messages.bad_entry", file=folder.name, entry="-")
        raise DataError(head + "\n".join(explain(error))) from error
