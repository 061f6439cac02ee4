"""One turn as the calculators see it: its topic, what is known by now, its answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.known import Known, deed_of, learn
from assistant.question import Request
from assistant.rule_checks import BOUNDS
from assistant.rules import Rule, Rulebook
from assistant.session import Session
from assistant.slots import Doubt, read_numbers
from assistant.topic import Topic, benefits_named, follows_up, topic_of
from index.ranking import Hit, PlacePath

MONEY = frozenset(
    {"sum", "verdict", "total", "difference", "payers", "base_at_cap", "all", "own"}
)
CARRIED = frozenset({"sum", "own", "verdict", "all"})


@dataclass(frozen=True, slots=True)
class MoneyTurn:
    """A question with its topic, the profile so far, and the numbers in doubt."""

    request: Request
    topic: Topic | None
    known: Known
    places: tuple[PlacePath, ...]
    as_of: date
    follows: bool
    doubts: tuple[Doubt, ...]


def read_turn(
    request: Request,
    hits: Sequence[Hit],
    places: tuple[PlacePath, ...],
    session: Session,
    rulebook: Rulebook,
    as_of: date,
) -> MoneyTurn:
    """What a question is about and what is known after it."""
    text, last = request.text, session.topic
    named = benefits_named(text, rulebook)
    follows = last is not None and follows_up(request, named, last, rulebook)
    topic = topic_of(request, hits, rulebook, places, last)
    if follows:
        request = replace(request, wants=request.wants | (session.wants & CARRIED))
    rules = topic.rules if topic else ()
    names = input_names(rules, rulebook)
    base = base_input(rules) if follows else ""
    read = read_numbers(text, names, rulebook.vocabulary, as_of, base)
    known = learn(session.known, text, read, rulebook.vocabulary)
    place = places[0] if len(places) == 1 else known.place
    known = replace(known, place=place, deed=deed_of(text, read, as_of))
    return MoneyTurn(request, topic, known, places, as_of, follows, read.doubts)


def needs_place(turn: MoneyTurn) -> bool:
    """Whether a sum is asked for that differs from province to province."""
    if turn.places or turn.topic is None or not turn.request.wants & MONEY:
        return False
    return len({rule.document.place[:1] for rule in turn.topic.rules}) > 1


def input_names(rules: Iterable[Rule], rulebook: Rulebook) -> list[str]:
    """The inputs that the rules need, each with those it can be derived from."""
    names: dict[str, None] = {}
    for rule in rules:
        conditions = rule.terms.conditions
        bounds = [n for bound in BOUNDS for n in getattr(conditions, bound)]
        for name in (*rule.terms.amount.inputs, *bounds):
            names |= dict.fromkeys(rulebook.vocabulary.bases(name))
    return list(names)


def base_input(rules: Sequence[Rule]) -> str:
    """What a number without a word for it is taken for: the first rule's base."""
    return next((n for rule in rules for n in rule.terms.amount.inputs[:1]), "")
