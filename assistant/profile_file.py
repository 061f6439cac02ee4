"""A profile as an officer types it: YAML for `match`, name=value for `calc`."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assistant.calculator import Profile
from assistant.inputs import Given, InputError, given
from assistant.money import BadSum, Sum, folded, parse_sum, read_money
from assistant.places import Found, find_place
from assistant.quantities import read_counts, read_shares
from assistant.vocabulary import Fact, Input, Level, Payee, Vocabulary
from index.yaml_files import DataError, explain, load_yaml
from prompts import say, words

PLAIN = re.compile(r"\d+(?:\.\d+)?")


class BadInput(Exception):
    """Something typed that is no input; names the field and the remedy in Chinese."""


def _as_typed(value: object) -> object:
    """A number or a yes of YAML or JSON as text, to be read like one typed."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        value = Decimal(str(value))
    return f"{value:f}" if isinstance(value, Decimal) else value


LONGEST = 100  # characters of one number, name or place
Typed = Annotated[str, Field(max_length=LONGEST), BeforeValidator(_as_typed)]


class ProfileEntry(BaseModel):
    """A profile as written in a file; numbers as people write them (1500万)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: str | None = Field(None, max_length=LONGEST)
    levels: tuple[str, ...] = ()
    facts: dict[str, Typed] = {}
    inputs: dict[str, Typed] = {}
    is_payee: tuple[str, ...] = ()


def load_profile(path: Path, vocabulary: Vocabulary) -> Profile:
    """The profile of a YAML file; raises DataError or BadInput, in Chinese."""
    content = None if path.is_dir() else load_yaml(path, exact=True)
    if not content:
        raise DataError(say("figures.no_profile", file=path))
    try:
        entry = ProfileEntry.model_validate(content)
    except ValidationError as error:
        head = say("messages.bad_entry", file=path, entry="profile")
        raise DataError(head + "\n".join(explain(error))) from error
    return profile_of(entry, vocabulary)


def profile_of(entry: ProfileEntry, vocabulary: Vocabulary) -> Profile:
    """The profile of an entry; raises BadInput for a name or number that is none."""
    _known(entry.levels, vocabulary.levels, "levels")
    _known(entry.facts, vocabulary.facts, "facts")
    _known(entry.is_payee, vocabulary.payees, "payees")
    values = {n: read_value(n, text, vocabulary) for n, text in entry.inputs.items()}
    return Profile(
        place=place_path(entry.place) if entry.place is not None else None,
        levels=frozenset(entry.levels),
        inputs=values,
        facts={name: _truth(name, text) for name, text in entry.facts.items()},
        is_payee=frozenset(entry.is_payee),
    )


def read_value(name: str, text: str, vocabulary: Vocabulary) -> Given:
    """One input as typed: 1500万, 6人, 2年, 12%; raises BadInput.

    The whole of the text must be the number: no 约, no 每年, nothing left over.
    """
    _known((name,), vocabulary.inputs, "inputs")
    entry = vocabulary.inputs[name]
    plain = re.sub(r"\s", "", folded(text))
    try:
        return given(name, _number(plain, entry))
    except (BadSum, InputError) as error:
        reason = words("figures.bad_sum")[error.code]
    raise BadInput(
        say("figures.bad_input", label=entry.label, name=name, text=text, reason=reason)
    )


def _number(text: str, entry: Input) -> Decimal:
    if not text:
        raise BadSum("empty")
    if text[0] in words("figures.cli.minus"):
        raise BadSum("negative")
    match entry.kind:
        case "money":
            return _money(text.strip("¥"), bare_is_yuan=entry.bare_is_yuan)
        case "rate":
            shares = read_shares(text)
            if len(shares) != 1 or shares[0].text != text:
                raise BadSum("not_a_rate")
            return shares[0].rate
        case "count" | "months":
            return _counted(text, entry)


def _money(text: str, *, bare_is_yuan: bool) -> Decimal:
    amount = parse_sum(text, bare_is_yuan=bare_is_yuan)
    sums = [m for m in read_money(text) if isinstance(m, Sum)]
    if any(one.about for one in sums):
        raise BadSum("range")
    if sums and sums[0].text != text:
        raise BadSum("not_money")
    return amount


def _counted(text: str, entry: Input) -> Decimal:
    """6, 6人; months as 3个月, 2年 or 半年."""
    if PLAIN.fullmatch(text):
        return Decimal(text)
    counts = read_counts(text)
    if len(counts) != 1 or counts[0].text != text:
        raise BadSum("not_a_number")
    count = counts[0]
    if count.about:
        raise BadSum("range")
    units: dict[str, int] = words("figures.cli.months")
    if entry.kind == "count":
        units = {entry.unit: 1, words("figures.cli.any_unit"): 1}
    if count.unit not in units:
        raise BadSum("other_unit")
    return count.number * units[count.unit]


def _truth(name: str, text: str) -> bool:
    for truth, ways in ((True, "true"), (False, "false")):
        if text.strip().lower() in words(f"figures.cli.{ways}"):
            return truth
    raise BadInput(say("figures.cli.no_truth", name=name, value=text))


def _known(
    names: Iterable[str],
    table: Mapping[str, Input | Fact | Level | Payee],
    kind: str,
) -> None:
    for name in names:
        if name not in table:
            listed = "、".join(f"{key}（{table[key].label}）" for key in table)
            kinds = words("figures.vocabulary")
            raise BadInput(
                say("figures.no_such", name=name, kind=kinds[kind], listed=listed)
            )


def place_path(text: str) -> tuple[str, ...]:
    """The one place that a text names; raises BadInput for none or several."""
    found = find_place(text)
    if not isinstance(found, Found):
        raise BadInput(say("figures.no_place", text=text))
    return found.place.path
