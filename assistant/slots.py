"""Which number in a question is what: each goes to the input whose word is nearest."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from assistant.cues import (
    NONE,
    PLAIN,
    Cue,
    Number,
    claimed,
    cues_of,
    nearest,
    per_one,
    unit_price,
)
from assistant.dates_said import Day, read_days
from assistant.money import Bare, Foreign, Range, Sum, read_money, yuan_text
from assistant.quantities import read_counts, read_shares
from assistant.question import patterns
from assistant.vocabulary import Vocabulary

WISH = 10  # characters before a sum that say that it is wished for
CLOSE = 12  # characters between two parts of a list
PAIRS = {"俩": Decimal(2), "仨": Decimal(3)}
PLAIN_NUMBER = re.compile(
    r"(?<![\d.a-z])\d{1,3}(?![\d.%a-z万亿千百元块年月日号个名人家位项次台套成点])"
)
UNITS = {
    "家": {"家", "户", "个"},
    "人": {"人", "个"},
    "名": {"人", "个", "项"},
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


def read_numbers(
    text: str,
    names: Iterable[str],
    vocabulary: Vocabulary,
    as_of: date,
    topic: str = "",
) -> Read:
    """The numbers of a question for the inputs `names`.

    `topic` is the input that a number without any word for it is taken for.
    """
    wanted = list(dict.fromkeys(names))
    mentions: list[Mention] = []
    doubts: list[Doubt] = []
    growth = any(d.minus for n in wanted for d in vocabulary.inputs[n].derive)
    for kinds, numbers in _numbers(text, growth).items():
        own = [n for n in wanted if vocabulary.inputs[n].kind in kinds]
        read = _assign(numbers, text, own, vocabulary, topic)
        mentions += read.mentions
        doubts += read.doubts
    mentions += _balances(text, wanted, vocabulary)
    mentions.sort(key=lambda m: m.start)
    dated = list(_dated(mentions, read_days(text, as_of), text))
    paired = tuple(_by_period(_paired(dated, wanted, vocabulary), text, vocabulary))
    taken = {(m.start, m.end) for m in mentions}
    claims = any((m.start, m.end) not in taken for m in read_money(text))
    return Read(paired, tuple(doubts), claims)


def _numbers(text: str, growth: bool) -> dict[tuple[str, ...], list[Number]]:
    sums = [m for m in read_money(text) if not claimed(text, m.start, m.end)]
    return {
        ("money",): [n for m in sums for n in _money(m, growth)],
        ("count", "months"): [
            Number(c.start, c.end, c.number, unit=c.unit)
            for c in read_counts(text)
            if not per_one(text, c)
        ]
        + [
            Number(m.start(), m.end(), Decimal(m.group()), unit=PLAIN)
            for m in PLAIN_NUMBER.finditer(text)
        ]
        + [
            Number(m.start(), m.end(), PAIRS[m.group()], unit="个")
            for m in re.finditer("[俩仨]", text)
        ],
        ("rate",): [Number(s.start, s.end, s.rate) for s in read_shares(text)],
    }


def _money(mention: Sum | Range | Bare | Foreign, growth: bool) -> list[Number]:
    start, end = mention.start, mention.end
    match mention:
        case Sum(yuan=yuan, about=about):
            return [Number(start, end, yuan, about=about)]
        case Range() if growth:  # 由6亿到6.6亿: see _balances
            return []
        case Range(low=low):
            return [Number(start, end, low, "range")]
        case Bare(number=number):
            return [Number(start, end, number, "unit")]
        case Foreign(number=number):
            return [Number(start, end, number, "foreign")]


def _assign(
    numbers: Sequence[Number],
    text: str,
    names: Sequence[str],
    vocabulary: Vocabulary,
    topic: str,
) -> Read:
    mentions: list[Mention] = []
    doubts: list[Doubt] = []
    cues = cues_of(text, names, vocabulary)
    for number, cue in _each_with_its_cue(numbers, cues, text, vocabulary):
        name = cue.name if cue else _default(number, names, topic, text, vocabulary)
        if name in ("", *NONE):
            continue
        words = text[cue.start : cue.end] if cue else ""
        if number.doubt == "unit" and vocabulary.inputs[name].bare_is_yuan:
            number = replace(number, doubt="")
        if number.doubt:
            said = text[number.start : number.end]
            doubts.append(Doubt(number.doubt, name, said))
        else:
            value, steps = _value(number, name, text, vocabulary)
            mentions.append(
                Mention(
                    name,
                    value,
                    number.start,
                    number.end,
                    words,
                    about=number.about,
                    steps=steps,
                )
            )
    settled = {m.name for m in mentions}
    doubts = [d for d in doubts if d.name not in settled or d.kind != "unit"]
    return Read(tuple(mentions), tuple(doubts))


def _each_with_its_cue(
    numbers: Sequence[Number], cues: Sequence[Cue], text: str, vocabulary: Vocabulary
) -> list[tuple[Number, Cue | None]]:
    """Each number with its nearest word; a number that only shares one is dropped.

    省级专精特新5家，七家公司: the seven are not five more of them.
    """
    pairs: list[tuple[Number, Cue | None]] = []
    for number in numbers:
        fitting = [
            c for c in cues if c.name in NONE or _fits(number, c.name, vocabulary)
        ]
        pairs.append((number, nearest(number, fitting, numbers, text)))
    pairs = _same_word(pairs, text)
    taken: dict[Cue, Number] = {}
    for number, cue in pairs:
        if cue is None or cue.name in NONE:
            continue
        other = taken.get(cue)
        gap = cue.gap(number)
        if other is None or (gap < cue.gap(other) and number.unit):
            taken[cue] = number
    return [
        (number, cue)
        for number, cue in pairs
        if not (cue and number.unit and taken.get(cue, number) is not number)
    ]


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
    count = next(
        (c for c in read_counts(text) if c.unit == unit and c.number > 1), None
    )
    if count is None:
        return number.value, ()
    whole = number.value * count.number
    times = f"{count.number.normalize():f}{unit}"
    return whole, (f"{yuan_text(number.value)} × {times} = {yuan_text(whole)}",)


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


def _dated(
    mentions: Sequence[Mention], days: Sequence[Day], text: str
) -> Iterable[Mention]:
    """Each mention with the days said between it and the mention before it."""
    before = 0
    for mention in mentions:
        own = [d for d in days if before <= d.start < mention.start]
        between = text[before : mention.start]
        joined = bool(patterns()["one_more"].search(between))
        part = bool(patterns()["part"].search(text[: mention.start]))
        close = before > 0 and len(between) <= CLOSE
        before = mention.end
        span = (min(d.first for d in own), max(d.last for d in own)) if own else None
        yield replace(mention, days=span, joined=joined, close=close, is_part=part)


def _paired(
    mentions: Sequence[Mention], names: Sequence[str], vocabulary: Vocabulary
) -> list[Mention]:
    """Two balances of which a growth is asked: the earlier one is the opening one."""
    paired = list(mentions)
    for name in names:
        for derivation in vocabulary.inputs[name].derive:
            if derivation.minus is None:
                continue
            both = [m for m in paired if m.name in derivation.minus]
            if len({m.value for m in both}) != 2 or len({m.name for m in both}) == 2:
                continue
            ordered = sorted(both, key=lambda m: (m.days or (date.min,), m.start))
            closing, opening = derivation.minus
            renamed = {
                m: replace(m, name=closing if m.value == ordered[-1].value else opening)
                for m in both
            }
            paired = [renamed.get(m, m) for m in paired]
    return paired


def _balances(
    text: str, names: Sequence[str], vocabulary: Vocabulary
) -> Iterable[Mention]:
    """由6亿到6.6亿: the opening and the closing balance of a growth."""
    pairs = [d.minus for n in names for d in vocabulary.inputs[n].derive if d.minus]
    for mention in read_money(text) if pairs else ():
        if isinstance(mention, Range):
            closing, opening = pairs[0]
            yield Mention(opening, mention.low, mention.start, mention.start + 1)
            yield Mention(closing, mention.high, mention.end - 1, mention.end)


def _by_period(
    mentions: Sequence[Mention], text: str, vocabulary: Vocabulary
) -> Iterable[Mention]:
    """半年交一次租金，一次6万: the rent of the period that is said, not of a month."""
    named = {m.name for m in mentions}
    for mention in mentions:
        derive = vocabulary.inputs[mention.name].derive
        longer = [d.divide[0] for d in derive if d.divide and d.divide[0] not in named]
        said = [n for n in longer if vocabulary.inputs[n].words.search(text)]
        plain = not patterns()["monthly"].search(mention.cue)
        yield replace(mention, name=said[0]) if said and plain else mention


def wished_sum(text: str) -> Sum | None:
    """The sum that the asker wants to reach: 想拿80万."""
    sums = [m for m in read_money(text) if isinstance(m, Sum)]
    wish = patterns()["wish"]
    before = ((m, text[max(0, m.start - WISH) : m.start]) for m in sums)
    return next((m for m, words in before if wish.search(words)), None)
