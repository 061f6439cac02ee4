"""The tables of tests/rules: a profile and a day, and what a rule makes of them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from assistant.amounts import Figure
from assistant.calculator import Finding, Granted, Missing, NotMet, Profile, assess
from assistant.inputs import given
from assistant.rules import Rule


def profile_of(case: dict[str, Any]) -> Profile:
    """The profile of a case; numbers are Decimal as the table has them."""
    inputs = {n: given(n, Decimal(v)) for n, v in case.get("inputs", {}).items()}
    deed = case.get("deed")
    return Profile(
        place=tuple(case["place"]) if "place" in case else None,
        levels=frozenset(case.get("levels", ())),
        inputs=inputs,
        facts=case.get("facts", {}),
        deed=(deed[0], deed[1]) if deed else None,
        is_payee=frozenset(case.get("is_payee", ())),
    )


def outcome(finding: Finding) -> dict[str, Any]:
    """A finding as a table writes it."""
    match finding:
        case Figure():
            return {"figure": finding.amount, "bound": finding.bound}
        case Granted():
            return {"granted": True}
        case Missing():
            return {"missing": sorted(finding.names)}
        case NotMet():
            return {"not_met": finding.condition}


def failures(rule: Rule, cases: Iterable[dict[str, Any]]) -> list[str]:
    """What a rule gets wrong of its table, one line a case; [] when nothing."""
    wrong: list[str] = []
    for case in cases:
        expected = dict(case["expect"])
        payee = expected.pop("payee", rule.terms.payee)
        if payee != rule.terms.payee:
            wrong.append(f"{case['name']}: paid to {rule.terms.payee}, not {payee}")
        if "missing" in expected:
            expected["missing"] = sorted(expected["missing"])
        got = outcome(assess(rule, profile_of(case), case["as_of"]))
        if "granted" in expected and "figure" in got:
            got = {"granted": True}
        if {k: v for k, v in got.items() if k in expected} != expected:
            wrong.append(f"{case['name']}: {got}, not {expected}")
    return wrong
