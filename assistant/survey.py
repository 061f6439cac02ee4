"""What a kind of enterprise can have at a place: all benefits, a row each."""

from collections.abc import Iterable
from itertools import combinations

from assistant import spans
from assistant.amounts import Figure
from assistant.answer import Answer
from assistant.calculator import Missing, NotMet, assess
from assistant.combine import Dropped
from assistant.comparison import figures_table
from assistant.draft import Draft, finished
from assistant.figures import with_status
from assistant.known import profile_for
from assistant.money_turn import MoneyTurn
from assistant.place_mentions import mentions
from assistant.question import patterns
from assistant.reckon import unit_sum
from assistant.rule_lines import no_double, stated_line
from assistant.rules import Rule, Rulebook
from assistant.session import Session
from assistant.shapes import Share
from assistant.spans import write
from assistant.vocabulary import load_vocabulary
from index.library import Library
from index.scope import applies

SUMS, PROMISES = 9, 3
ROOM = 1700  # characters
SUMMED = frozenset({"total", "difference", "sum"})
REST = 1  # character that may be left when all that asks for everything is taken off


def asks_for_everything(turn: MoneyTurn, session: Session) -> bool:
    """Whether a question wants all there is and names no benefit of its own.

    After such a question 那湖北的呢 asks the same of another place.
    """
    text = turn.request.text
    wants = turn.request.wants
    asked = "all" in wants or (session.everything and not wants & SUMMED)
    if session.subject and turn.places and patterns()["others"].search(text):
        return True  # 还有别的吗
    if patterns()["list_all"].search(text) and not turn.gave_numbers:
        return True
    if not asked or turn.named_now:
        return False
    for mention in reversed(mentions(text)):
        text = text[: mention.start] + text[mention.end :]
    for level in load_vocabulary().levels.values():
        text = level.words.sub("", text)
    for way in ("introduces", "everything"):
        text = patterns()[way].sub("", text)
    return len(text) <= REST


def survey(turn: MoneyTurn, library: Library, rulebook: Rulebook) -> Answer | None:
    """The sums and promises of the rules for the asker's level at his place."""
    rules = [
        rule
        for rule in rulebook.rules.values()
        if rule.document.place and applies(rule.document, turn.places)
    ]
    sums, promised = _sorted_out(rules, turn)
    if not sums and not promised:
        return None
    draft = Draft(library, turn.as_of, room=ROOM)
    draft.add(write("figures.survey.lead"))
    if sums:
        figures_table(draft, sums)
    for figure in sums:
        draft.card(figure)
        if isinstance(figure.rule.terms.amount, Share):  # the rate stands in its words
            draft.add(stated_line(draft, figure.rule))
    for figure, other in combinations(sums, 2):
        if says := rulebook.excluded(figure.rule, other.rule):
            no_double(draft, Dropped(other, figure, *says))
    _named(draft, promised[:PROMISES])
    draft.add(write("figures.survey.more"))
    return with_status(finished(draft, "answer"), draft)


def _sorted_out(
    rules: Iterable[Rule], turn: MoneyTurn
) -> tuple[list[Figure], list[Rule]]:
    """Sums for the asker's level, then those paid in certain cases; promises."""
    sums: list[Figure] = []
    promised: list[Rule] = []
    others: list[Figure] = []
    for rule in rules:
        profile, _ = profile_for(rule, turn.known)
        finding = assess(rule, profile, turn.as_of)
        stated = unit_sum(rule)
        names = finding.names if isinstance(finding, Missing) else ()
        if isinstance(finding, NotMet) or rule.terms.payee != "enterprise":
            continue
        for_level = bool(rule.terms.conditions.level) and "level" not in names
        if for_level and stated and not stated.unit:
            sums.append(stated)
        elif for_level and rule.terms.amount.is_money:
            promised.append(rule)
        elif rule.computes and stated and not rule.terms.conditions.level:
            others.append(stated)
    for found in (sums, others):
        found.sort(key=lambda figure: -figure.amount)
    return [*sums, *others][:SUMS], promised


def _named(draft: Draft, rules: Iterable[Rule]) -> None:
    """Benefits by name, each with its clause."""
    named = [
        (spans.rule_label(r), draft.marker(r.terms.clause, r.terms.quote))
        for r in rules
    ]
    if named:
        labels = spans.joined(named, "figures.answer.and")
        draft.add(write("figures.survey.promised", labels=labels))
