"""Every rule against its table in tests/rules: below, at and above its limits."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.amounts import Figure
from assistant.calculator import Granted, Missing, NotMet, Profile, assess
from assistant.inputs import given
from assistant.rules import Rulebook
from index.yaml_files import load_yaml

TABLES = sorted((Path(__file__).parent / "rules").glob("*.yaml"))
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['rule']}: {case['name']}")
    for path in TABLES
    for case in load_yaml(path, exact=True)
]


def profile_of(case: dict[str, Any]) -> Profile:
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


@pytest.mark.parametrize("case", CASES)
def test_a_rule_gives_what_its_table_says(rulebook: Rulebook, case: dict[str, Any]):
    finding = assess(rulebook.rules[case["rule"]], profile_of(case), case["as_of"])
    expected = case["expect"]
    match finding:
        case Figure():
            got: dict[str, Any] = {"figure": finding.amount, "bound": finding.bound}
            if expected.get("figure") is None:
                got = {"granted": True}
        case Granted():
            got = {"granted": True}
        case Missing():
            got = {"missing": set(finding.names)}
            expected = {"missing": set(expected.get("missing", ()))}
        case NotMet():
            got = {"not_met": finding.condition}
    assert got == {k: v for k, v in expected.items() if k in got}


def test_every_rule_has_its_cases(rulebook: Rulebook):
    counts = Counter(case.values[0]["rule"] for case in CASES)
    wanted = {id_: 5 if rule.computes else 2 for id_, rule in rulebook.rules.items()}
    short = {id_: counts[id_] for id_ in wanted if counts[id_] < wanted[id_]}
    assert short == {}


def test_no_table_names_a_rule_that_is_not_there(rulebook: Rulebook):
    assert {case.values[0]["rule"] for case in CASES} <= set(rulebook.rules)


def test_a_day_after_its_last_no_rule_gives_a_figure(rulebook: Rulebook):
    for rule in rulebook.rules.values():
        if last := rule.last_day():
            after = date(last.year + 1, last.month, 1)
            finding = assess(rule, Profile(), after)
            assert isinstance(finding, NotMet) and finding.condition == "expired"
