"""What a text says of its asker: levels, facts, payees, benefits had already."""

import re

from assistant.question import patterns
from assistant.vocabulary import Vocabulary

NEXT = 2  # characters between 没评上 and the level that it denies
NEGATION = 10  # characters before a level in which 没评上 denies it


def read_payees(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """What the asker says to be; 我们委托技校 is no training institution."""
    other = patterns()["not_self"]
    return frozenset(
        name
        for name, payee in vocabulary.payees.items()
        for found in payee.self.finditer(text)
        if not other.search(found.group())
    )


def read_levels(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The levels that the asker says to have; 没评上小巨人 is none."""
    found: list[tuple[int, int, str]] = []
    for name, level in vocabulary.levels.items():
        found += [(m.start(), m.end(), name) for m in level.words.finditer(text)]
    found.sort(key=lambda row: row[0] - row[1])
    kept: list[tuple[int, int, str]] = []
    for start, end, name in found:
        if all(end <= s or e <= start for s, e, _ in kept):
            kept.append((start, end, name))
    denied, after = patterns()["denied"], patterns()["denied_after"]
    not_yet = patterns()["not_yet"]
    levels = {
        name
        for start, end, name in kept
        if not denied.search(text[max(0, start - NEGATION) : start])
        and not _denied_by(after.match(text[end:]), end, kept)
        and not not_yet.match(text[end:])
    }
    if len(levels) > 1:
        levels -= {"specialised", "unrated"}
    return frozenset(levels)


def names_a_sum(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a level only says which sum is meant: 小巨人的50万."""
    after = patterns()["sum_next"]
    found = [m for v in vocabulary.levels.values() for m in v.words.finditer(text)]
    return any(after.match(text[m.end() :]) for m in found)


def _denied_by(
    denial: re.Match[str] | None, end: int, levels: list[tuple[int, int, str]]
) -> bool:
    """Whether 没评上 is of the level before it: not in 省级没评上国家小巨人."""
    if denial is None:
        return False
    last = end + denial.end()
    return not any(last <= start <= last + NEXT for start, _, _ in levels)


def read_had(text: str) -> frozenset[str]:
    """Levels of government whose benefit the asker says to have had already."""
    found = patterns()["had"].finditer(text)
    names = {"省": "province", "市": "city", "区": "district", "国": "nation"}
    return frozenset(
        names[level] for m in found if (level := m["level"] or m["level_before"])
    )


def read_facts(
    text: str, vocabulary: Vocabulary
) -> tuple[dict[str, bool], frozenset[str]]:
    """What holds and what does not, as far as it is said; and what does both.

    一个租国企的，一个租私人的: the fact holds for one thing and not for the other.
    """
    facts: dict[str, bool] = {}
    mixed: set[str] = set()
    for name, fact in vocabulary.facts.items():
        yes = [m.span() for m in fact.yes.finditer(text)]
        no = [m.span() for m in fact.no.finditer(text)]
        denials = [s for s in yes if patterns()["negation"].search(text[slice(*s)])]
        no = [n for n in no if not any(_overlap(n, d) for d in denials)]  # 证没过期
        yes = [y for y in yes if not any(_overlap(y, n) for n in no)]  # 非国有
        if yes and no and fact.each:
            mixed.add(name)
        if yes or no:
            facts[name] = not no or name in mixed
    return facts, frozenset(mixed)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
