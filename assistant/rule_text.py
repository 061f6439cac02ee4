"""A rule as an officer reads it: every field with its name and its words in Chinese."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from assistant.facts import chinese_date
from assistant.inputs import amount_text, percent_text
from assistant.money import yuan_text
from assistant.rules import Rule, Rulebook
from prompts import say, words

MONEY = ("sum", "cap")
RATES = ("rate", "share")
# Which part of the vocabulary, or of the rulebook, a field names something of.
GROUPS = {
    **dict.fromkeys(("of", "each", "years"), "inputs"),
    **dict.fromkeys(("facts", "assumed", "unless"), "facts"),
    **dict.fromkeys(("rule", "adds_to", "from_rule"), "rules"),
    "benefit": "benefits",
    "payee": "payees",
    "level": "levels",
}


def rule_text(rule: Rule, rulebook: Rulebook, as_of: date) -> str:
    """All that a rule says, a line a field, and the status of its text on a day."""
    content = rule.terms.model_dump(exclude_defaults=True, by_alias=True)
    status = say(f"replies.status_names.{rule.document.status(as_of)}")
    last = rule.last_day()
    lines = list(_mapping(content, rulebook, ""))
    lines.append(
        say(
            "figures.cli.shown",
            title=rule.document.title,
            status=status,
            as_of=chinese_date(as_of),
        )
    )
    if last:
        lines.append(say("figures.cli.last_day", until=chinese_date(last)))
    return "\n".join(lines)


def _mapping(
    content: Mapping[str, Any], rulebook: Rulebook, indent: str
) -> Iterator[str]:
    for key, value in content.items():
        head = f"{indent}{_field(key, rulebook)}："
        if isinstance(value, dict):
            yield head
            yield from _mapping(cast(dict[str, Any], value), rulebook, indent + "  ")
        elif isinstance(value, list | tuple):
            yield head
            yield from _list(key, cast(list[Any], value), rulebook, indent + "  ")
        else:
            yield head + _text(key, value, rulebook)


def _list(key: str, items: list[Any], rulebook: Rulebook, indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict):
            fields = cast(dict[str, Any], item)
            inner = _mapping(fields, rulebook, indent + "  ")
            yield f"{indent}- {next(inner).strip()}"
            yield from inner
        else:
            yield f"{indent}- {_text(key, item, rulebook)}"


def _field(key: str, rulebook: Rulebook) -> str:
    """What a field is called; an input or a place that stands for one."""
    if key in rulebook.vocabulary.inputs:
        return _named(key, "inputs", rulebook)
    names = words("figures.cli.fields") | words("figures.payers")
    return names.get(key, key)


def _text(key: str, value: Any, rulebook: Rulebook) -> str:
    if isinstance(value, Decimal):
        return _number(key, value, rulebook)
    if isinstance(value, date):
        return chinese_date(value)
    if isinstance(value, bool):
        return words("figures.cli.true" if value else "figures.cli.false")[0]
    if key in GROUPS:
        return _named(str(value), GROUPS[key], rulebook)
    coded = key in ("shape", "bound")
    return words("figures.cli.values")[value] if coded else str(value)


def _number(key: str, value: Decimal, rulebook: Rulebook) -> str:
    if key in rulebook.vocabulary.inputs:
        return amount_text(key, value)
    if key in MONEY:
        return yuan_text(value)
    return percent_text(value) if key in RATES else f"{value.normalize():f}"


def _named(name: str, group: str, rulebook: Rulebook) -> str:
    """A name with its Chinese: 设备、软件实际投资（investment）."""
    if group == "rules":
        return f"{rulebook.rules[name].terms.label}（{name}）"
    return f"{getattr(rulebook.vocabulary, group)[name].label}（{name}）"
