"""Which rules a question is about: by how it names the benefit, else by its clause."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.paying import paying, sum_named
from assistant.place_mentions import mentions
from assistant.quantities import read_shares
from assistant.question import Request, patterns
from assistant.rules import Rule, Rulebook
from assistant.vocabulary import load_vocabulary
from index.ranking import Hit, PlacePath
from index.scope import applies

# A follow-up is short, or it points back: 那…呢, 刚才, 一共.
SHORT = 30
BARE = 12  # characters of a turn that is hardly more than a name


@dataclass(frozen=True, slots=True)
class Topic:
    """The benefits asked about and their rules at the asker's places and levels."""

    benefits: frozenset[str]
    rules: tuple[Rule, ...]
    named: bool  # the question calls them by name; else the best clause decides
    by_sum: bool = False  # it names them by what they pay: 小巨人的那50万, 30%和10%


def topic_of(
    request: Request,
    hits: Sequence[Hit],
    rulebook: Rulebook,
    places: Sequence[PlacePath],
    last: Topic | None,
) -> Topic | None:
    """What a question is about; None where no rule stands behind it."""
    benefits = benefits_asked(request, rulebook)
    if benefits and {"all", "total", "besides"} & request.wants:
        benefits |= hinted(request.asked, rulebook)
    there = _there(rulebook.rules.values(), places)
    summed = () if benefits else paying(request, there)
    if summed:
        paid = frozenset(r.terms.benefit for r in summed)
        return Topic(paid, summed, named=True, by_sum=True)
    if last and not benefits and len(request.text) <= BARE:
        benefits = hinted(request.text, rulebook)  # 境外呢
    if last and follows_up(request, benefits, last, rulebook):
        benefits = benefits if benefits & last.benefits else last.benefits
    if benefits:
        everywhere = [r for r in rulebook.rules.values() if r.terms.benefit in benefits]
        rules = _told_apart(_there(everywhere, places), request)
        if last and last.benefits & benefits and not _every_tier(request):
            rules = _as_before(rules, request, last)
        return Topic(benefits, rules, named=True)
    best = _of_best_clause(request, hits, rulebook, places)
    if not best:
        return None
    benefits = frozenset(r.terms.benefit for r in best)
    same = [
        r
        for r in rulebook.rules.values()
        if r.terms.benefit in benefits and r.document.id != best[0].document.id
    ]
    rules = (*best, *_told_apart(_there(same, places), request))
    return Topic(benefits, rules, named=False)


def with_before(
    topic: Topic, before: Topic | None, places: Sequence[PlacePath]
) -> Topic:
    """两个各5个人: the one rule spoken of last together with those before it."""
    if before is None or len(topic.rules) > 1:
        return topic
    earlier = _there(before.rules, places)
    rules = (*earlier, *(r for r in topic.rules if r not in earlier))
    return Topic(topic.benefits | before.benefits, rules, named=True)


def benefits_asked(request: Request, rulebook: Rulebook) -> frozenset[str]:
    """The benefits named where a question asks, else in what it tells."""
    told = (request.asked, request.core, request.text)
    named = (benefits_named(text, rulebook) for text in told)
    return next((benefits for benefits in named if benefits), frozenset[str]())


def benefits_named(text: str, rulebook: Rulebook) -> frozenset[str]:
    """The benefits that a normalised question calls by one of their names."""
    assert rulebook.vocabulary is load_vocabulary()
    return _named_in(text)


@lru_cache(maxsize=64)
def _named_in(text: str) -> frozenset[str]:
    return frozenset(
        name
        for name, benefit in load_vocabulary().benefits.items()
        if not benefit.not_words.search(text)
        and any(not _not_done(text, m.end()) for m in benefit.words.finditer(text))
    )


def _not_done(text: str, end: int) -> bool:
    """Whether what was just named was not done: 揭榜挂帅没做."""
    return bool(patterns()["not_done"].match(text[end:]))


def hinted(text: str, rulebook: Rulebook) -> frozenset[str]:
    """Benefits that a question touches on: enough where all of them are asked for."""
    return frozenset(
        name
        for name, benefit in rulebook.vocabulary.benefits.items()
        if benefit.hints.search(text)
    )


def follows_up(
    request: Request, named: frozenset[str], last: Topic, rulebook: Rulebook
) -> bool:
    """Whether a question goes on with the last topic rather than opening one."""
    if patterns()["new_topic"].search(request.text):
        return False
    if patterns()["swap"].search(request.text) or _points_at_rate(request.text, last):
        return True
    if named and not named & last.benefits:
        if len(request.text) > BARE:
            return False
        again = patterns()["again"].search(request.text)
        fits = any(
            _matches(r, request.text)
            for r in rulebook.rules.values()
            if r.terms.benefit in last.benefits and r.terms.words
        )
        return bool(again and fits)  # 一等奖呢
    if named:
        return len(request.text) <= SHORT
    points_back = bool(patterns()["again"].search(request.text))
    return points_back or len(request.text) <= SHORT


def _points_at_rate(text: str, last: Topic) -> bool:
    """Whether 这个30% is a rate that the last topic's rules pay."""
    rates = {getattr(rule.terms.amount, "rate", None) for rule in last.rules}
    points = patterns()["refers"]
    return any(
        share.rate in rates and points.search(text[: share.start])
        for share in read_shares(text)
    )


def opens_topic(request: Request, best: Hit, last: Topic, rulebook: Rulebook) -> bool:
    """Whether a question that a clause answers speaks of none of the last topic."""
    before = {c for rule in last.rules for c in rule.clauses}
    points_back = patterns()["again"].search(request.text)
    text = request.text
    for mention in reversed(mentions(text)):
        text = text[: mention.start] + text[mention.end :]
    if not patterns()["generic"].sub("", text):  # 郑州市的
        return False
    kin = [r for r in rulebook.rules.values() if r.terms.benefit in last.benefits]
    told = any(_matches(rule, request.text) for rule in kin)
    return best.clause.id not in before and not points_back and not told


def _as_before(
    rules: tuple[Rule, ...], request: Request, last: Topic
) -> tuple[Rule, ...]:
    """The rules that the last turn was about, where this one does not choose anew."""
    told = {r.document.id for r in rules if _matches(r, request.text)}
    before = {r.id for r in last.rules}
    known = {r.document.id for r in last.rules} - told
    kept = tuple(r for r in rules if r.document.id not in known or r.id in before)
    return kept or rules


def at_levels(rules: Iterable[Rule], levels: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of the levels of government that were asked for; all if none were."""
    return tuple(r for r in rules if not levels or r.document.level in levels)


def _there(rules: Iterable[Rule], places: Sequence[PlacePath]) -> list[Rule]:
    return [r for r in rules if not places or applies(r.document, places)]


def _matches(rule: Rule, text: str) -> bool:
    return any(re.search(line, text) for line in rule.terms.words)


def _first(rule: Rule, text: str) -> int:
    """Where the question first speaks of a rule."""
    found = [m.start() for line in rule.terms.words if (m := re.search(line, text))]
    return min(found, default=len(text))


def _told_apart(rules: Sequence[Rule], request: Request) -> tuple[Rule, ...]:
    """Of the rules of one benefit in one text, those that the question's words fit."""
    groups: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        groups.setdefault((rule.terms.benefit, rule.document.id), []).append(rule)
    kept: list[Rule] = []
    if _every_tier(request):
        return tuple(rules)
    for group in groups.values():
        fitting = [r for r in group if _matches(r, request.text)]
        kept += sorted(fitting, key=lambda r: _first(r, request.text)) or group
    return tuple(kept)


def _every_tier(request: Request) -> bool:
    """Whether all prizes or tiers of a benefit are asked about."""
    return bool(patterns()["all_tiers"].search(request.text))


def _of_best_clause(
    request: Request,
    hits: Sequence[Hit],
    rulebook: Rulebook,
    places: Sequence[PlacePath],
) -> tuple[Rule, ...]:
    """The rules of the best clause, if it grants one thing or the words tell which."""
    if not hits:
        return ()
    rules = _there(rulebook.of_clause(hits[0].clause.id), places)
    fitting = [
        r for r in rules if _matches(r, request.text) or sum_named(r, request.text)
    ]
    if fitting:
        return tuple(fitting)
    alone = len({r.terms.benefit for r in rules}) == 1
    return tuple(rules) if alone else ()
