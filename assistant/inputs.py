"""Numbers the asker gave, and those that follow from them, with the working."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from assistant.money import yuan_text
from assistant.vocabulary import Derivation, Input, load_vocabulary
from prompts import say


class InputError(ValueError):
    """A number that cannot be: the input's name and a code of prompts/figures.yaml."""

    def __init__(self, name: str, code: str) -> None:
        super().__init__(f"{name}: {code}")
        self.name = name
        self.code = code


@dataclass(frozen=True, slots=True)
class Given:
    """A number (yuan, heads, months, a share of one) with its working.

    `said` holds the numbers as the asker gave them, by input; `parts` what was added
    up to the one number (设备 and 软件).
    """

    value: Decimal
    said: tuple[tuple[str, Decimal], ...]
    steps: tuple[str, ...] = ()


def given(name: str, *parts: Decimal, steps: tuple[str, ...] = ()) -> Given:
    """One input from the numbers said for it, added up where there are several.

    Raises InputError for a number below zero, but a rate, and for a part of a head.
    """
    total = sum(parts, Decimal(0))
    kind = load_vocabulary().inputs[name].kind
    less = any(part < 0 for part in (total, *parts))
    if less and kind != "rate":  # a growth of -12% is one
        raise InputError(name, "negative")
    if kind == "count" and total != total.to_integral_value():
        raise InputError(name, "fraction")
    if len(parts) == 1:
        return Given(total, ((name, total),), steps)
    terms = " + ".join(amount_text(name, part) for part in parts)
    step = f"{terms} = {amount_text(name, total)}"
    said = tuple((name, p) for p in (*parts, total))
    return Given(total, said, (*steps, step))


def resolve(name: str, inputs: Mapping[str, Given]) -> Given | None:
    """The number of an input: as given, or derived from others that were."""
    found = inputs.get(name)
    if found is not None:
        return found
    for derivation in load_vocabulary().inputs[name].derive:
        operands = [resolve(base, inputs) for base in derivation.needs]
        known = [o for o in operands if o is not None]
        if len(known) == len(derivation.needs):
            return _derived(name, derivation, known)
    return None


def _derived(name: str, derivation: Derivation, operands: list[Given]) -> Given:
    first, second = operands[0], operands[-1]
    if derivation.divide:
        by = derivation.divide[1]
        value, sign, shown = first.value / by, "÷", str(by)
    elif derivation.minus:
        value, sign = first.value - second.value, "−"
        shown = amount_text(name, second.value)
    else:
        value, sign = first.value + second.value, "+"
        shown = amount_text(name, second.value)
    left = amount_text(name, first.value)
    step = f"{left} {sign} {shown} = {amount_text(name, value)}"
    said = tuple(pair for o in operands for pair in o.said)
    steps = tuple(s for o in operands for s in o.steps)
    return Given(value, (*said, (name, value)), (*steps, step))


def amount_text(name: str, value: Decimal) -> str:
    """A number of an input with its unit: 150万元, 6人, 3个月, 12%."""
    return with_unit(load_vocabulary().inputs[name], value)


def with_unit(entry: Input, value: Decimal) -> str:
    """The number as the kind of input has it."""
    if entry.kind == "money":
        return yuan_text(value)
    plain = f"{(value * 100 if entry.kind == 'rate' else value).normalize():f}"
    unit = {"rate": "%", "months": say("figures.units.month")}.get(entry.kind)
    return plain + (unit or entry.unit)


def percent_text(rate: Decimal) -> str:
    """A share of one as a percentage: 10%, 0.1%."""
    return f"{(rate * 100).normalize():f}%"
