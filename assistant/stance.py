"""How a turn stands in the talk: by itself, as a follow-up, or leading away."""

import re
from collections.abc import Sequence
from typing import Literal

from assistant.money_turn import MONEY, MoneyTurn
from assistant.place_mentions import mentions
from assistant.question import Request, patterns
from assistant.refusal import (
    Signs,
    admissible,
    answerable,
    decision_model,
    digresses,
    far_from,
    names_another,
)
from assistant.session import Session
from assistant.topic import SHORT
from assistant.vocabulary import load_vocabulary
from index.ranking import Hit, Ranking
from prompts import words

BEST = 3  # clauses of which one must be what the benefit named is granted by
INTRODUCTION = 24  # characters
LEFT = 3  # characters that a vague question may hold beside words of asking
MEANT = re.compile(words("figures.reading.money_word"))


def stance_of(
    turn: MoneyTurn, ranking: Ranking, found: Signs, session: Session
) -> Literal["stands", "goes_on", "leads_away"]:
    """Whether the texts answer a question by itself, or as a part of the talk."""
    stands = answerable(found) >= decision_model().threshold
    best = names_best_clause(turn, ranking.hits)
    named = best and admissible(found)
    named = named or bool(turn.topic and turn.topic.by_sum)
    named = named or (best and only_names(turn) and not far_from(found))
    stands = stands or named
    goes_on = turn.follows or (not stands and continues(turn.request, session))
    if goes_on and not turn.tells:
        away = digresses(found, ranking.declined, turn.request)
        return "leads_away" if away else "goes_on"
    if goes_on:
        only_names_it = turn.named_now and not turn.gave_numbers
        away = only_names_it and names_another(found, ranking.declined)
        return "leads_away" if away else "goes_on"
    return "stands" if stands else "leads_away"


def continues(request: Request, session: Session) -> bool:
    """Whether a short question can only mean what the turns before spoke of."""
    return bool(session.subject) and len(request.text) <= SHORT


def names_best_clause(turn: MoneyTurn, hits: Sequence[Hit]) -> bool:
    """Whether the benefit that a question names is what its best clause grants."""
    if turn.topic is None or not turn.topic.named or not hits:
        return False
    if turn.goes_on:
        return True
    best = {hit.clause.id for hit in hits[:BEST]}
    return any(best & set(rule.clauses) for rule in turn.topic.rules)


def only_names(turn: MoneyTurn) -> bool:
    """Whether a question says nothing but which benefit, where and of which level."""
    topic = turn.topic
    if topic is None or not (topic.named and topic.rules and turn.named_now):
        return False
    vocabulary = load_vocabulary()
    text = turn.request.text
    for mention in reversed(mentions(text)):
        text = text[: mention.start] + text[mention.end :]
    for benefit in topic.benefits:
        text = vocabulary.benefits[benefit].words.sub("", text)
    for level in vocabulary.levels.values():
        text = level.words.sub("", text)
    for way in ("introduces", "generic", "everything"):
        text = patterns()[way].sub("", text)
    return not any(c.isalnum() for c in text)


def needs_place(turn: MoneyTurn) -> bool:
    """Whether a sum is asked for that differs from province to province."""
    if turn.places or turn.topic is None or not turn.request.wants & MONEY:
        return False
    return len({rule.document.place[:1] for rule in turn.topic.rules}) > 1


def vague(turn: MoneyTurn) -> bool:
    """Whether a sum is asked for without a word of what for."""
    if turn.follows or turn.named_now:
        return False
    text = turn.request.text
    if patterns()["vague"].search(text) and MEANT.search(text):
        return True
    for way in ("everything", "introduces", "generic"):
        text = patterns()[way].sub("", text)
    asks = {"sum", "verdict", "own"} & turn.request.wants
    return bool(asks) and len(text) <= LEFT and bool(MEANT.search(turn.request.text))


def only_introduces(turn: MoneyTurn) -> bool:
    """Whether a short turn says who is asking and nothing else: 你好，郑州的."""
    text = turn.request.text
    said = turn.known.levels or turn.places or turn.known.numbers
    if not said or len(text) > INTRODUCTION:
        return False
    for mention in reversed(mentions(text)):
        text = text[: mention.start] + text[mention.end :]
    for level in load_vocabulary().levels.values():
        text = level.words.sub("", text)
    return not patterns()["introduces"].sub("", text)
