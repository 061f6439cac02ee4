"""河南那个30%我们能拿吗, asked in Wuhan: another place's rule, told to nobody here."""

from collections.abc import Iterable
from dataclasses import replace

from assistant.answer import Answer
from assistant.declining import refuse
from assistant.money_turn import MoneyTurn
from assistant.place_mentions import mentions
from assistant.rules import Rule, Rulebook
from index.documents import PolicyDocument
from index.scope import applies


def of_elsewhere(
    turn: MoneyTurn, rulebook: Rulebook, documents: Iterable[PolicyDocument]
) -> Answer | None:
    """The refusal where somebody asks whether another place's benefit is due to him."""
    if "verdict" not in turn.request.wants or turn.topic is None or not turn.places:
        return None
    rules = _theirs(turn, rulebook)
    if not rules:
        return None
    there = "、".join(dict.fromkeys("".join(r.document.place) for r in rules))
    here = "、".join("".join(place) for place in turn.places)
    answer = refuse("elsewhere", documents, place=there, here=here)
    return replace(answer, verdict="no")


def _theirs(turn: MoneyTurn, rulebook: Rulebook) -> list[Rule]:
    """The rules that are meant of a place that is asked of but not the asker's."""
    named = [
        mention.places[0].path
        for mention in mentions(turn.request.text)
        if mention.measure and len(mention.places) == 1
    ]
    benefits = turn.topic.benefits if turn.topic else frozenset[str]()
    return [
        rule
        for rule in rulebook.rules.values()
        if rule.terms.benefit in benefits
        and any(path == rule.document.place for path in named)
        and not applies(rule.document, turn.places)
    ]
