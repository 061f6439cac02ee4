"""`rules`: each line of the rule tables, and whether all sides of a limit are tried."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from assistant.rules import Rule, Rulebook
from eval.answers import as_numbers
from eval.coverage import SIDES, limits_of
from eval.outcome import Outcome, Row
from eval.rule_cases import failures
from eval.sections import of_rates, section
from eval.tally import Rates, rate
from index.yaml_files import load_yaml
from prompts import say

TABLES = Path(__file__).parent.parent / "tests/rules"

Table = Mapping[str, Sequence[Mapping[str, Any]]]  # the lines of each rule


def rule_tables(folder: Path = TABLES) -> dict[str, list[dict[str, Any]]]:
    """The lines of every table by the rule they are of; raises DataError."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for line in load_yaml(path, exact=True):
            found.setdefault(line["rule"], []).append(line)
    return found


def rules_outcome(rulebook: Rulebook, tables: Table) -> Outcome:
    """Every line computed again; a rule without a line fails, and so does a limit
    that no line tries below, at or above."""
    rows = [
        _row(rule, number, line)
        for rule in rulebook.rules.values()
        for number, line in enumerate(tables.get(rule.id, ()), 1)
    ]
    rows += [
        Row(rule.id, say("evaluation.rules.kind_untried"), False, reason)
        for rule in rulebook.rules.values()
        for reason in untried(rule, tables.get(rule.id, ()))
    ]
    documents = sorted({row.documents for row in rows if row.documents})
    rates: dict[str, Rates] = {
        "passed": {say("evaluation.all"): rate(row.passed for row in rows)},
        "documents": {
            d: rate(row.passed for row in rows if row.documents == d) for d in documents
        },
    }
    limits = [
        (rule, *limit) for rule in rulebook.rules.values() for limit in limits_of(rule)
    ]
    table = [(rule.id, name, f"{limit:.2f}") for rule, name, limit in limits]
    metrics = {
        "rules": len(rulebook.rules),
        "lines": len(rows),
        "limits": len(limits),
        "passed": as_numbers(rates["passed"])[say("evaluation.all")],
        "documents": as_numbers(rates["documents"]),
    }
    tables_shown = [*of_rates(rates), section("limits", "limits.head", table)]
    return Outcome(rows, metrics, tables_shown)


def _row(rule: Rule, number: int, line: Mapping[str, Any]) -> Row:
    wrong = failures(rule, [dict(line)])
    given = ("place", "levels", "inputs", "facts", "deed", "as_of")
    return Row(
        id=f"{rule.id}/{number}",
        kind=rule.terms.amount.shape,
        passed=not wrong,
        reason="\n".join(wrong),
        question="; ".join(f"{k}={line[k]}" for k in given if k in line),
        gold=str(line["expect"]),
        documents=rule.document.id,
        note=str(line["name"]),
    )


def untried(rule: Rule, lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What no line of a rule's table tries."""
    if not lines:
        yield say("evaluation.rules.no_line")
    for name, limit in limits_of(rule):
        tried = {Decimal(line.get("inputs", {}).get(name, -1)) for line in lines} - {
            Decimal(-1)
        }
        for side in SIDES:
            if not any(_side(value, limit) == side for value in tried):
                yield say(f"evaluation.rules.{side}", input=name, limit=f"{limit:.2f}")


def _side(value: Decimal, limit: Decimal) -> str:
    """Where a value lies; a limit that is no whole sum is met to the cent."""
    near = value.quantize(Decimal("0.01")) == limit.quantize(Decimal("0.01"))
    return "at" if near else "below" if value < limit else "above"
