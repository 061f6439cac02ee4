"""河南那个30%我们能拿吗, asked in Wuhan: no, and of which place's text it is."""

from assistant import spans
from assistant.answer import Answer
from assistant.draft import Draft, finished
from assistant.money_turn import MoneyTurn
from assistant.place_mentions import mentions
from assistant.rule_lines import whose
from assistant.rules import Rule, Rulebook
from assistant.spans import write
from index.library import Library
from index.scope import applies

ROOM = 400  # characters
SHOWN = 3  # rules


def of_elsewhere(
    turn: MoneyTurn, library: Library, rulebook: Rulebook
) -> Answer | None:
    """No, where somebody asks whether another place's benefit is due to him.

    The text is named, not cited: a clause is quoted only where it holds.
    """
    if "verdict" not in turn.request.wants or turn.topic is None or not turn.places:
        return None
    rules = _theirs(turn, rulebook)
    if not rules:
        return None
    as_of = turn.as_of
    draft = Draft(library, as_of, room=ROOM)
    for rule in rules[:SHOWN]:
        line = write(
            "figures.why_not.elsewhere",
            title=spans.of_document(rule.document.title, rule.document, as_of),
            place=whose(draft, rule),
            label=spans.rule_label(rule),
        )
        draft.add(line)
    return finished(draft, "answer", "no")


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
