"""Every rule against its table in tests/rules: below, at and above its limits."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.calculator import NotMet, Profile, assess
from assistant.rules import Rulebook
from eval.rule_cases import failures
from index.yaml_files import load_yaml

TABLES = sorted((Path(__file__).parent / "rules").glob("*.yaml"))
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['rule']}: {case['name']}")
    for path in TABLES
    for case in load_yaml(path, exact=True)
]


@pytest.mark.parametrize("case", CASES)
def test_a_rule_gives_what_its_table_says(rulebook: Rulebook, case: dict[str, Any]):
    assert failures(rulebook.rules[case["rule"]], [case]) == []


def test_every_rule_has_its_cases(rulebook: Rulebook):
    counts = Counter(case.values[0]["rule"] for case in CASES)
    wanted = {id_: 5 if rule.computes else 2 for id_, rule in rulebook.rules.items()}
    short = {id_: counts[id_] for id_ in wanted if counts[id_] < wanted[id_]}
    assert short == {}


def test_the_table_of_every_rule_says_who_is_paid(rulebook: Rulebook):
    said = {c.values[0]["rule"] for c in CASES if "payee" in c.values[0]["expect"]}
    assert said == set(rulebook.rules)


def test_no_table_names_a_rule_that_is_not_there(rulebook: Rulebook):
    assert {case.values[0]["rule"] for case in CASES} <= set(rulebook.rules)


def test_a_day_after_its_last_no_rule_gives_a_figure(rulebook: Rulebook):
    for rule in rulebook.rules.values():
        if last := rule.last_day():
            after = date(last.year + 1, last.month, 1)
            finding = assess(rule, Profile(), after)
            assert isinstance(finding, NotMet) and finding.condition == "expired"
