"""The words that introduce a number, and which of them stands nearest to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.quantities import Count, read_counts
from assistant.question import patterns
from assistant.vocabulary import Vocabulary

# How far, in characters, a word may stand from its number: a sum further than a
# count; a comma or a full stop between them counts as so many characters more.
FAR_SUM, FAR_COUNT = 36, 14
COMMA, STOP, AFTER = 9, 22, 3
VERB = 5  # a noun so much further off says more than 花了 alone
AROUND = 8  # characters beside a sum that say what it is
PLAIN = "?"  # a number without a unit, right behind its word: 技师20
CLAIM = "claim"  # what the asker was told or hopes for: no input
OTHER = "other"  # money spent on something else: no input either
NONE = (CLAIM, OTHER)
END = re.compile(r"[。！？!?；;\n】]|(?<!\d)\.(?!\d)")  # of a sentence


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text; `doubt` says why it cannot be used as said."""

    start: int
    end: int
    value: Decimal
    doubt: str = ""
    about: bool = False
    unit: str = ""  # of a count


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that introduces or follows the number of an input."""

    name: str
    start: int
    end: int

    def gap(self, number: Number) -> int:
        """The characters between the word and a number."""
        return max(number.start - self.end, self.start - number.end, 0)


def cues_of(text: str, names: Sequence[str], vocabulary: Vocabulary) -> list[Cue]:
    """Where the words of the inputs stand; of overlapping ones the longest."""
    found = [
        Cue(name, m.start(), m.end())
        for name in names
        for m in vocabulary.inputs[name].words.finditer(text)
        if m.end() > m.start()
    ]
    found.sort(key=lambda c: c.start - c.end)
    kept: list[Cue] = []
    for cue in found:
        if all(cue.end <= k.start or k.end <= cue.start for k in kept):
            kept.append(cue)
    ways = patterns()
    kept += [Cue(CLAIM, m.start(), m.end()) for m in ways["claim"].finditer(text)]
    return kept + [Cue(OTHER, m.start(), m.end()) for m in ways["other"].finditer(text)]


def by_distance(
    number: Number, cues: Sequence[Cue], numbers: Sequence[Number], text: str
) -> list[tuple[float, Cue]]:
    """The cues within reach, nearest first: before rather than after a sum."""
    far = FAR_COUNT if number.unit else FAR_SUM
    far = 1 if number.unit == PLAIN else far
    first, last = number.start - far, number.end + far
    beside = [n for n in numbers if first <= n.start and n.end <= last]
    scored = [
        (_distance(number, c, beside, text), c)
        for c in cues
        # 投1600万能拿几多: what follows a sum is no claim of it
        if c.gap(number) <= far
        and (c.end <= number.start or (c.name != CLAIM and number.unit != PLAIN))
    ]
    near = [(d, c.name in NONE, c.start - c.end, c) for d, c in scored if d <= far]
    near.sort(key=lambda row: row[:3])
    return [(row[0], row[3]) for row in near]


def _distance(number: Number, cue: Cue, numbers: Sequence[Number], text: str) -> float:
    if cue.end <= number.start:
        between, extra = text[cue.end : number.start], 0
    elif cue.start >= number.end:
        between, extra = text[number.end : cue.start], 0 if number.unit else AFTER
    else:
        return 0  # the cue's own words reach into the number
    low, high = min(cue.end, number.end), max(cue.start, number.start)
    crossed = sum(low <= n.start and n.end <= high for n in numbers)
    penalty = COMMA * len(re.findall(r"[,，、\s]", between))
    ends = len(END.findall(between))  # a word of the next sentence is further off
    penalty += STOP * ends * (2 if cue.start >= number.end else 1)
    vague = VERB if patterns()["verb"].match(text[cue.start : cue.end]) else 0
    return len(between) + extra + penalty + vague + COMMA * crossed


def claimed(text: str, start: int, end: int) -> bool:
    """Whether a sum is what somebody was told, hopes for or must reach: no input."""
    ways = patterns()
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    theirs = ways["claim_after"].match(after)
    theirs = theirs and not ways["spent_on"].match(before + after)
    return bool(theirs or ways["claim_before"].search(before))


def unit_price(text: str, number: Number) -> str:
    """台 where a sum is the price of one of several (每台210万), "" where it is not."""
    before = text[max(0, number.start - AROUND) : number.start]
    found = patterns()["each_before"].search(before)
    found = found or patterns()["each_after"].match(text[number.end :])
    if found:
        return found["unit"]
    if not patterns()["unit_price"].search(before):
        return ""
    goods = (c.unit for c in read_counts(text) if patterns()["goods"].match(c.unit))
    return next(goods, "")


def per_one(text: str, count: Count) -> bool:
    """Whether a count of one is only what a price is for: 每培养一个, 三千块一个人.

    不是一个价 counts nothing either.
    """
    before = text[max(0, count.start - AROUND) : count.start]
    of_one = patterns()["per_one"].search(before)
    return count.number == 1 and bool(
        of_one or patterns()["not_count"].match(text[count.end :])
    )
