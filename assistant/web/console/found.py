"""What is found while an agent types: clauses, rules, questions that were reviewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.chat import LONGEST_QUESTION
from assistant.rules import Rule
from assistant.staff.reviews import Review, reviews
from assistant.web.desk import Desk
from assistant.web.finding_view import status_of
from index.documents import Status
from index.lexical import normalised
from index.ranking import Hit

CLAUSES, RULES, REVIEWED = 5, 5, 3
LIKE = 0.5  # of a reviewed question's pairs of characters that must have been typed


@dataclass(frozen=True, slots=True)
class Found:
    """The best of each kind; of rules with the status on the day."""

    clauses: Sequence[Hit]
    rules: Sequence[tuple[Rule, Status]]
    reviewed: Sequence[Review]

    def __bool__(self) -> bool:
        return bool(self.clauses or self.rules or self.reviewed)


def found_for(desk: Desk, typed: str) -> Found:
    """What is found for what was typed so far; nothing for nothing.

    Raises TurnLogError.
    """
    question = normalised(typed[:LONGEST_QUESTION]).strip()
    if not question:
        return Found((), (), ())
    hits = desk.assistant.search(question, desk.today, 2 * CLAUSES).hits
    rules = _rules(desk, question, hits, desk.today)
    return Found(hits[:CLAUSES], rules, _reviewed(desk, question))


def _rules(
    desk: Desk, question: str, hits: Sequence[Hit], as_of: date
) -> list[tuple[Rule, Status]]:
    """The rules of the clauses found, in their order; of one clause the likeliest."""
    order = {hit.clause.id: place for place, hit in enumerate(hits)}
    pairs = _pairs(question)
    own = [r for r in desk.assistant.rulebook.rules.values() if r.terms.clause in order]
    own.sort(key=lambda r: (order[r.terms.clause], -len(pairs & _pairs(r.terms.label))))
    return [(rule, status_of(rule, as_of)) for rule in own[:RULES]]


def _reviewed(desk: Desk, question: str) -> list[Review]:
    pairs = _pairs(question)
    known = [(len(pairs & _pairs(r.question)), r) for r in reviews(desk.log, True)]
    near = [(n, r) for n, r in known if pairs and n >= LIKE * len(pairs)]
    near.sort(key=lambda one: -one[0])
    return [review for _, review in near[:REVIEWED]]


def _pairs(text: str) -> set[str]:
    kept = "".join(c for c in text if c.isalnum())
    return {kept[i : i + 2] for i in range(len(kept) - 1)}
