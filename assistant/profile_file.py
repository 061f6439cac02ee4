"""A profile as an officer types it: YAML for `match`, name=value for `calc`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.calculator import Profile
from assistant.inputs import Given, InputError, given
from assistant.money import BadSum, parse_sum
from assistant.places import Found, find_place
from assistant.quantities import read_counts, read_shares
from assistant.vocabulary import Vocabulary
from index.yaml_files import DataError, explain, load_yaml
from prompts import say


class BadInput(Exception):
    """Something typed that is no input; names the field and the remedy in Chinese."""


class ProfileEntry(BaseModel):
    """A profile as written in a file; numbers as people write them (1500万)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: str | None = None
    levels: tuple[str, ...] = ()
    facts: dict[str, bool] = {}
    inputs: dict[str, str | int] = {}
    is_payee: tuple[str, ...] = ()


def load_profile(path: Path, vocabulary: Vocabulary) -> Profile:
    """The profile of a YAML file; raises DataError or BadInput, in Chinese."""
    try:
        entry = ProfileEntry.model_validate(load_yaml(path) or {})
    except ValidationError as error:
        head = say("messages.bad_entry", file=path, entry="profile")
        raise DataError(head + "\n".join(explain(error))) from error
    return profile_of(entry, vocabulary)


def profile_of(entry: ProfileEntry, vocabulary: Vocabulary) -> Profile:
    """The profile of an entry; raises BadInput for a name or number that is none."""
    _known(entry.levels, vocabulary.levels, "levels")
    _known(entry.facts, vocabulary.facts, "facts")
    _known(entry.is_payee, vocabulary.payees, "payees")
    values = {n: read_value(n, str(v), vocabulary) for n, v in entry.inputs.items()}
    return Profile(
        place=_place(entry.place),
        levels=frozenset(entry.levels),
        inputs=values,
        facts=entry.facts,
        is_payee=frozenset(entry.is_payee),
    )


def read_value(name: str, text: str, vocabulary: Vocabulary) -> Given:
    """One input as typed: 1500万, 6人, 2年, 12%; raises BadInput."""
    _known((name,), vocabulary.inputs, "inputs")
    entry = vocabulary.inputs[name]
    try:
        match entry.kind:
            case "money":
                return given(name, parse_sum(text))
            case "rate":
                return given(name, read_shares(text)[0].rate)
            case "count" | "months":
                count = read_counts(text if not text.isdecimal() else f"{text}个")[0]
                years = entry.kind == "months" and count.unit == "年"
                return given(name, count.number * (12 if years else 1))
    except BadSum as error:
        reason = say(f"figures.bad_sum.{error.code}")
    except InputError as error:
        reason = say(f"figures.bad_sum.{error.code}")
    except IndexError:
        reason = say("figures.bad_sum.not_a_number")
    raise BadInput(
        say("figures.bad_input", label=entry.label, name=name, text=text, reason=reason)
    )


def _known(names: Iterable[str], table: Mapping[str, object], kind: str) -> None:
    for name in names:
        if name not in table:
            listed = "、".join(table)
            raise BadInput(
                say(
                    "figures.no_such",
                    name=name,
                    kind=say(f"figures.vocabulary.{kind}"),
                    listed=listed,
                )
            )


def _place(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    found = find_place(text)
    if not isinstance(found, Found):
        raise BadInput(say("figures.no_place", text=text))
    return found.place.path
