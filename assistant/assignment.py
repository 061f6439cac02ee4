"""Each number to the input whose word is nearest to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from assistant.cues import (
    FAR_SUM,
    NONE,
    PLAIN,
    Cue,
    Number,
    by_distance,
    cues_of,
    unit_price,
)
from assistant.money import yuan_text
from assistant.quantities import read_counts
from assistant.question import patterns
from assistant.vocabulary import Vocabulary

COMMA = re.compile("[,，]")
MOST = 1_000_000  # heads or firms: no asker has more
UNITS = {
    "家": {"家", "户", "个"},
    "人": {"人", "个"},
    "名": {"人", "个", "项", "名"},
    "个": {"个", "家", "项"},
    "年": {"年"},
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A number with the input it was taken for."""

    name: str
    value: Decimal
    start: int
    end: int
    cue: str = ""  # the word that decided
    days: tuple[date, date] | None = None  # when, if said with it
    about: bool = False
    joined: bool = False  # 另有, 又: one more of the same
    close: bool = False  # right behind the number before it
    is_part: bool = False  # after 其中
    is_total: bool = False  # after 一共, 加起来
    steps: tuple[str, ...] = ()  # 210万元 × 3台 = 630万元


@dataclass(frozen=True, slots=True)
class Doubt:
    """A number that cannot be used as said: unit, range, foreign, several, …"""

    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """The numbers of a question: taken for inputs, or in doubt."""

    mentions: tuple[Mention, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    claims: bool = False  # sums that he was told or hopes for


def assign(
    numbers: Sequence[Number],
    text: str,
    names: Sequence[str],
    vocabulary: Vocabulary,
    topic: str,
) -> Read:
    """The numbers taken for one of the inputs `names`, and those in doubt."""
    mentions: list[Mention] = []
    doubts: list[Doubt] = []
    cues = cues_of(text, names, vocabulary)
    pairs = _each_with_its_cue(numbers, cues, text, vocabulary)
    taken = {cue.name for _, cue in pairs if cue}
    for number, cue in pairs:
        name = cue.name if cue else _default(number, names, topic, text, vocabulary)
        if not cue and name in taken:  # 刚好一千万，设备七百万: the other one
            name = _other(names, taken, vocabulary) or name
        if name in ("", *NONE):
            continue
        words = text[cue.start : cue.end] if cue else ""
        if number.doubt == "unit" and vocabulary.inputs[name].bare_is_yuan:
            number = replace(number, doubt="")
        if number.doubt:
            said = text[number.start : number.end]
            doubts.append(Doubt(number.doubt, name, said))
        else:
            mentions.append(_mention(number, name, words, text, vocabulary))
    settled = {m.name for m in mentions}
    doubts = [d for d in doubts if d.name not in settled or d.kind != "unit"]
    return Read(tuple(mentions), tuple(doubts))


def _mention(
    number: Number, name: str, words: str, text: str, vocabulary: Vocabulary
) -> Mention:
    value, steps = _value(number, name, text, vocabulary)
    start, end = number.start, number.end
    return Mention(name, value, start, end, words, about=number.about, steps=steps)


def _each_with_its_cue(
    numbers: Sequence[Number], cues: Sequence[Cue], text: str, vocabulary: Vocabulary
) -> list[tuple[Number, Cue | None]]:
    """Each number with its nearest word; a word says what one count is, not two.

    省级专精特新5家，七家公司: the seven are not five more of them.
    """
    reach = {
        number: by_distance(
            number,
            [
                c
                for c in cues
                if c.start - number.end <= FAR_SUM >= number.start - c.end
                and (c.name in NONE or _fits(number, c.name, vocabulary))
            ],
            numbers,
            text,
        )
        for number in numbers
    }
    chosen: dict[Number, Cue] = {}
    taken: set[Cue] = set()
    options = [(d, n, c) for n, near in reach.items() for d, c in near]
    for _, number, cue in sorted(options, key=lambda row: row[0]):
        if number in chosen or cue in taken:
            continue
        chosen[number] = cue
        if number.unit and cue.name not in NONE:
            taken.add(cue)
    for number in numbers:
        cue = chosen.get(number)
        if cue and COMMA.search(text[number.end : cue.start]):
            behind = [n for n in numbers if n.start >= cue.end]
            if any(not COMMA.search(text[cue.end : n.start]) for n in behind):
                del chosen[number]  # 一千万，设备七百万: the word is of the second
    return _same_word([(n, chosen.get(n)) for n in numbers], text)


def _same_word(
    pairs: Sequence[tuple[Number, Cue | None]], text: str
) -> list[tuple[Number, Cue | None]]:
    """总投资990万和1010万: the second is what the first is."""
    found: list[tuple[Number, Cue | None]] = []
    for number, cue in pairs:
        if found:
            before, its = found[-1]
            between = text[before.end : number.start]
            if its and its.name not in NONE and patterns()["and"].fullmatch(between):
                cue = its
        found.append((number, cue))
    return found


def _fits(number: Number, name: str, vocabulary: Vocabulary) -> bool:
    entry = vocabulary.inputs[name]
    if number.unit == PLAIN:
        return entry.kind == "count"
    if entry.kind == "months":
        return number.unit in ("月", "年")
    if entry.kind == "count":
        if number.value > MOST:
            return False
        return number.unit in UNITS.get(entry.unit, {entry.unit})
    return True


def _value(
    number: Number, name: str, text: str, vocabulary: Vocabulary
) -> tuple[Decimal, tuple[str, ...]]:
    """The number as the input has it, and how: years as months, 每台 as the whole."""
    kind = vocabulary.inputs[name].kind
    if kind == "months" and number.unit == "年":
        return number.value * 12, ()
    if kind != "money":
        return number.value, ()
    unit = unit_price(text, number)
    counts = read_counts(text) if unit else ()
    count = next((c for c in counts if c.unit == unit and c.number > 1), None)
    if count is None:
        return number.value, ()
    whole = number.value * count.number
    times = f"{count.number.normalize():f}{unit}"
    return whole, (f"{yuan_text(number.value)} × {times} = {yuan_text(whole)}",)


def _other(names: Sequence[str], taken: set[str], vocabulary: Vocabulary) -> str:
    """The one sum of money that is wanted and not yet said."""
    free = [n for n in names if n not in taken and vocabulary.inputs[n].kind == "money"]
    return free[0] if len(free) == 1 else ""


def _default(
    number: Number, names: Sequence[str], topic: str, text: str, vocabulary: Vocabulary
) -> str:
    """The input of a number that stands alone: the topic's, or the only one."""
    stands_alone = not number.unit or bool(
        patterns()["break"].match(text[number.end :])
    )
    if topic in names and _fits(number, topic, vocabulary) and stands_alone:
        return topic
    fitting = [n for n in names if _fits(number, n, vocabulary)]
    money = [n for n in fitting if vocabulary.inputs[n].kind == "money"]
    return money[0] if len(fitting) == len(money) == 1 and not number.doubt else ""
