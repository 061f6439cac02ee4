"""The form that a rule, or the whole rulebook, needs filled in, and its reading."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from assistant.calculator import Profile
from assistant.inputs import InputError
from assistant.profile_file import (
    LONGEST,
    BadInput,
    ProfileEntry,
    profile_of,
    read_value,
)
from assistant.rules import Rule
from assistant.vocabulary import Vocabulary
from prompts import say, words

Kind = Literal["place", "level", "input", "fact"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: what it is called, what was typed, what is wrong with it."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    value: str = ""
    fault: str = ""


def rule_fields(rule: Rule, vocabulary: Vocabulary) -> list[Field]:
    """What one rule depends on, the place and the level first."""
    conditions = rule.terms.conditions
    fields = [Field("place", "place", words("web.said.place"))]
    if conditions.level:
        fields.append(Field("level", "level", words("web.said.level")))
    bounded = [name for _, name, _ in conditions.bounds]
    names = dict.fromkeys((*rule.terms.amount.inputs, *bounded))
    if rule.source:
        names |= dict.fromkeys(rule.source.terms.amount.inputs)
    bases = dict.fromkeys(base for name in names for base in vocabulary.bases(name))
    facts = (*conditions.facts, *conditions.assumed, *conditions.unless)
    return [*fields, *_inputs(bases, vocabulary), *_facts(facts, vocabulary)]


def all_fields(rules: Iterable[Rule], vocabulary: Vocabulary) -> list[Field]:
    """What any of the rules depends on, each once."""
    fields = {f.name: f for rule in rules for f in rule_fields(rule, vocabulary)}
    order = {"place": 0, "level": 1, "input": 2, "fact": 3}
    level = Field("level", "level", words("web.said.level"))
    return sorted(({"level": level} | fields).values(), key=lambda f: order[f.kind])


def filled(
    fields: Iterable[Field], typed: Mapping[str, str], vocabulary: Vocabulary
) -> list[Field]:
    """The fields with what was typed, and with what is wrong with it."""
    return [_filled(field, typed.get(field.name, ""), vocabulary) for field in fields]


def profile_from(fields: Iterable[Field], vocabulary: Vocabulary) -> Profile:
    """The profile of a form without faults; raises BadInput for an impossible one."""
    said = {kind: _said(fields, kind) for kind in ("place", "level", "input", "fact")}
    entry = ProfileEntry(
        place=said["place"].get("place"),
        levels=tuple(said["level"].values()),
        facts=said["fact"],
        inputs=said["input"],
    )
    return profile_of(entry, vocabulary)


def impossible(error: InputError, vocabulary: Vocabulary) -> str:
    """A number that cannot be, in words that name the field and the remedy."""
    return vocabulary.label(error.name) + words("figures.bad_sum")[error.code]


def _said(fields: Iterable[Field], kind: Kind) -> dict[str, str]:
    return {f.name: f.value for f in fields if f.kind == kind and f.value}


def _filled(field: Field, typed: str, vocabulary: Vocabulary) -> Field:
    value = typed.strip()
    done = replace(field, value=value)
    if not value:
        return done
    if len(value) > LONGEST:
        return replace(done, fault=say("web.calculate.too_long", label=field.label))
    try:
        if field.kind == "input":
            read_value(field.name, value, vocabulary)
        else:
            profile_from([done], vocabulary)
    except BadInput as error:
        return replace(done, fault=str(error))
    return done


def _inputs(names: Iterable[str], vocabulary: Vocabulary) -> list[Field]:
    hints = words("web.calculate.hints")
    return [
        Field(n, "input", vocabulary.inputs[n].label, hints[vocabulary.inputs[n].kind])
        for n in names
    ]


def _facts(names: Iterable[str], vocabulary: Vocabulary) -> list[Field]:
    return [
        Field(name, "fact", vocabulary.label(name), say("web.calculate.fact"))
        for name in dict.fromkeys(names)
    ]
