"""The rulebook: what the clauses grant, checked word by word against the clauses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.rule_checks import faults
from assistant.shapes import Limit, Multiple, Promise
from assistant.terms import Terms
from assistant.vocabulary import Vocabulary, load_vocabulary
from index.documents import PolicyDocument
from index.library import Library
from index.read import Clause
from index.yaml_files import DataError, load_entries
from prompts import say

RULEBOOK = Path(__file__).with_name("rulebook")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule with the text that it stands in; `source` gives a number it needs."""

    terms: Terms
    document: PolicyDocument
    source: "Rule | None" = None

    @property
    def id(self) -> str:
        """The rule's name in the rulebook."""
        return self.terms.id

    @property
    def computes(self) -> bool:
        """Whether a sum or number comes out of it, rather than words of the clause."""
        return not isinstance(self.terms.amount, Promise | Limit)

    @property
    def clauses(self) -> tuple[str, ...]:
        """Every clause that says it, its own first."""
        return (self.terms.clause, *(p.clause for p in self.terms.also_in))

    def last_day(self) -> date | None:
        """The last day of the measure, or of its text; None where neither is stated."""
        if self.terms.end is None and self.terms.event is None:
            return self.document.valid_until
        event = self.terms.event
        own = self.terms.end or (event.last if event else None)
        until = self.document.valid_until
        return min((d for d in (own, until) if d), default=None)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, by id and by clause, in the order of the files."""

    rules: Mapping[str, Rule]
    vocabulary: Vocabulary
    exclusions: Mapping[frozenset[str], tuple[Rule, str]]

    def of_clause(self, clause: str) -> tuple[Rule, ...]:
        """The rules that a clause states."""
        return tuple(r for r in self.rules.values() if clause in r.clauses)

    def excluded(self, one: Rule, other: Rule) -> tuple[Rule, str] | None:
        """Which rule says, and in what words, that the two cannot both be had."""
        return self.exclusions.get(frozenset((one.id, other.id)))


def load_rulebook(
    clauses: Mapping[str, Clause],
    documents: Mapping[str, PolicyDocument],
    folder: Path = RULEBOOK,
) -> Rulebook:
    """The rules of every file of `folder`, each checked against its clause.

    Raises DataError naming the file, the rule, the field and the remedy.
    """
    vocabulary = load_vocabulary()
    rules: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.yaml")):
        for terms in load_entries(path, Terms, exact=True):
            problems = faults(terms, clauses, vocabulary)
            if terms.id in rules:
                problems.append(say("messages.rules.duplicate", id=terms.id))
            if problems:
                head = say("messages.bad_entry", file=path.name, entry=terms.id)
                raise DataError(head + "\n".join(f"· {p}" for p in problems))
            document = documents[terms.clause.partition("#")[0]]
            rules[terms.id] = Rule(terms, document)
    linked = _linked(rules)
    return Rulebook(linked, vocabulary, _exclusions(linked.values()))


def _linked(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """The rules with the rule whose number they take; raises DataError for none."""
    for rule in rules.values():
        for name in _named(rule.terms):
            if name not in rules:
                raise DataError(say("messages.rules.no_rule", id=rule.id, name=name))
    linked: dict[str, Rule] = {}
    for id_, rule in rules.items():
        amount = rule.terms.amount
        source = amount.from_rule if isinstance(amount, Multiple) else None
        linked[id_] = Rule(rule.terms, rule.document, rules[source] if source else None)
    return linked


def _named(terms: Terms) -> list[str]:
    amount = terms.amount
    source = amount.from_rule if isinstance(amount, Multiple) else None
    named = [e.rule for e in terms.excludes] + list(terms.adds_to)
    return named + ([source] if source else [])


def _exclusions(rules: Iterable[Rule]) -> dict[frozenset[str], tuple[Rule, str]]:
    """Pairs that cannot both be had; one of the two saying so is enough."""
    return {
        frozenset((rule.id, exclusion.rule)): (rule, exclusion.quote)
        for rule in rules
        for exclusion in rule.terms.excludes
    }


def rulebook_of(library: Library) -> Rulebook:
    """The rulebook, checked against the clauses of a build."""
    clauses = {id_: library.clause(id_) for id_ in library.ids}
    return load_rulebook(clauses, library.documents)
