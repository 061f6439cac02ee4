"""Which conditions of a rule an asker meets, in words: the other half of 能不能."""

from assistant import spans
from assistant.calculator import holds
from assistant.inputs import resolve
from assistant.known import Known, profile_for
from assistant.rules import Rule
from assistant.spans import Sentence, write


def conditions_met(rule: Rule, known: Known) -> list[Sentence]:
    """Level, facts and bounds that what was said fulfils, one sentence each."""
    conditions = rule.terms.conditions
    met: list[Sentence] = []
    for name in conditions.level:
        if name in known.levels:
            met.append((spans.label("levels", name),))
    for name in (*conditions.facts, *conditions.assumed):
        if known.facts.get(name):
            met.append((spans.label("facts", name),))
    profile, _ = profile_for(rule, known)
    for bound, name, limit in conditions.bounds:
        given = resolve(name, profile.inputs)
        if given is None or not holds(bound, given.value, limit):
            continue
        values = {
            "input": spans.label("inputs", name),
            "limit": spans.rule_number(rule, name, limit),
        }
        if given.steps:  # added up or worked out: no number that nobody said
            met.append(write(f"figures.met_worked.{bound}", **values))
        else:
            said = spans.echo(name, given.value)
            met.append(write(f"figures.met.{bound}", given=said, **values))
    return met
